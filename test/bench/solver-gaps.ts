import { buildPlan, certify } from '@trimtab/solver/domain';
import { drawProblem, drawsFrom } from './solver-population.js';

/**
 * How far the rounds are from the optimum: the quantiles of the gap over a drawn population, for each
 * number of strategies. `npx tsx --conditions trimtab-source test/bench/solver-gaps.ts`
 */
const SEED = 20260718;
const PROBLEMS = 1_000;
const QUANTILES = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 1];

for (const strategies of [4, 12, 30, 100]) {
  const draws = drawsFrom(SEED + strategies);
  const gaps = Array.from({ length: PROBLEMS }, () => {
    const built = buildPlan(
      drawProblem(draws, { strategies, protocols: Math.ceil(strategies / 3) }),
    );
    if (!built.ok) throw new Error(built.error.message);
    return certify(built.value).gapBps;
  }).sort((left, right) => left - right);
  // The smallest gap that at least this part of the population does not exceed.
  const at = (part: number) => gaps[Math.max(0, Math.ceil(part * PROBLEMS) - 1)] ?? 0;
  const line = QUANTILES.map((part) => `${part * 100} %: ${at(part)}`).join(', ');
  console.log(`${strategies} strategies, gap in bps: ${line}`);
}
