import { invariant, present } from '@trimtab/core';
import type { Plan } from '../plan.js';
import type { Score } from '../score.js';
import type { Strategy, StrategySnapshot } from '../strategy.js';

/** One step of the way from a gross yield to a score. */
export interface WaterfallLine {
  readonly name: string;
  /** What it adds; below 0 for costs and haircuts. */
  readonly bps: number;
  /** The inputs that it follows from. */
  readonly text: string;
}

/**
 * How the score of each strategy of a plan came to be, line by line with its inputs; the lines sum to
 * the score exactly. None without a snapshot. The plan is gone through once, whoever is asked for.
 */
export function waterfallsOf(plan: Plan): (strategyId: string) => readonly WaterfallLine[] {
  const scores = new Map(plan.scores.map(({ strategyId, score }) => [strategyId, score]));
  const inputs = new Map(
    plan.inputs.strategies.map((input) => [input.strategy.strategyId, input] as const),
  );
  return (strategyId) => {
    const score = scores.get(strategyId);
    if (score === undefined) return [];
    const input = present(inputs.get(strategyId), `scored strategy ${strategyId} is an input`);
    const snapshot = present(input.snapshot, 'a scored strategy has a snapshot');
    const lines = linesOf(input.strategy, snapshot, score);
    const sum = lines.reduce((total, { bps }) => total + bps, 0);
    invariant(sum === score.scoreBps, `the lines of ${strategyId} sum to its score, found ${sum}`);
    return lines;
  };
}

function linesOf(
  strategy: Strategy,
  snapshot: StrategySnapshot,
  score: Score,
): readonly WaterfallLine[] {
  const { feeBps, borrowCostBps, slippageBps, riskScoreBps } = snapshot;
  const { liquidityProfile, withdrawalDelayHours, protocolConcentrationBps } = snapshot;
  const less = (name: string, bps: number, text: string): WaterfallLine => ({
    name,
    bps: 0 - bps,
    text,
  });
  return [
    { name: 'GROSS_APY', bps: snapshot.grossApyBps, text: 'the yearly yield before costs' },
    less('FEE', feeBps, 'the fee'),
    less('BORROW_COST', borrowCostBps, 'the cost of borrowing'),
    less('SLIPPAGE_COST', slippageBps, 'the expected slippage'),
    less('RISK', score.riskBps, `risk score ${riskScoreBps} · 35 / 100, half up`),
    less(
      'LIQUIDITY',
      score.liquidityBps,
      `${liquidityProfile}, and ${withdrawalDelayHours} hours / 2, half up`,
    ),
    less(
      'FEES_AGAIN',
      score.feeBps,
      `${feeBps} + ${borrowCostBps} + ${slippageBps}, counted again on purpose`,
    ),
    less(
      'CONCENTRATION',
      score.concentrationBps,
      `protocol concentration ${protocolConcentrationBps} / 5, half up`,
    ),
    less('OPERATIONAL', score.operationalBps, operationalText(strategy, snapshot)),
    ...(score.optionHaircuts ?? []).map(({ option, haircutBps }) =>
      less(`OPTION_${option}`, haircutBps, 'an option of the policy'),
    ),
  ];
}

function operationalText(strategy: Strategy, snapshot: StrategySnapshot): string {
  return [
    `complexity ${snapshot.operationalComplexityBps}`,
    ...(strategy.canary ? ['canary 120'] : []),
    ...(snapshot.oracleHealthy ? [] : ['oracle unhealthy 400']),
    ...(snapshot.protocolHealthy ? [] : ['protocol unhealthy 600']),
    ...(snapshot.withdrawalsHealthy ? [] : ['withdrawals unhealthy 300']),
  ].join(' + ');
}
