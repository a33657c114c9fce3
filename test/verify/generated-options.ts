import {
  resolveRegime,
  type ManagerSettings,
  type MarketData,
  type Policy,
  type ScoreOptions,
  type StrategyInput,
} from '@trimtab/solver/domain';
import type { Random } from './random.js';

/** What a plan in rounds is made from, as far as options concern it. */
interface Problem {
  readonly strategies: readonly StrategyInput[];
  readonly policy: Policy;
  readonly manager: ManagerSettings;
}

const WINDOW = 3;

/** Gives two problems of three options, and its strategies most of the data that they read. */
export function withOptions<P extends Problem>(random: Random, problem: P) {
  if (random.once(3)) return problem;
  const strategies = problem.strategies.map(({ strategy, snapshot }) =>
    snapshot === undefined
      ? { strategy }
      : { strategy, snapshot: { ...snapshot, market: marketOf(random) } },
  );
  const policy = { ...problem.policy, options: optionsOf(random) };
  const stress = { ...problem.policy, policyId: 'policy-2', version: 4 };
  return { ...problem, strategies, ...resolveRegime(policy, stress, { ...problem, strategies }) };
}

function marketOf(random: Random): MarketData {
  const returns = Array.from({ length: random.between(WINDOW - 1, WINDOW + 2) }, () =>
    random.between(-400, 400),
  );
  return {
    ...(!random.once(6) && { returnHistoryBps: returns }),
    ...(!random.once(6) && { poolDepth: random.amount(10n ** 9n, 10n ** 15n) }),
    ...(!random.once(6) && {
      slippageSamplesBps: Array.from({ length: random.between(1, 6) }, () => random.between(0, 60)),
    }),
  };
}

function optionsOf(random: Random): ScoreOptions {
  const priced = () => ({
    thresholdBps: random.between(0, 100),
    priceBps: random.between(1, 5_000),
  });
  const windowed = () => ({ windowPeriods: WINDOW, periodsPerYear: random.between(1, 365) });
  return {
    missingDataBps: random.between(0, 200),
    ...(!random.once(3) && { volatility: { ...windowed(), ...priced() } }),
    ...(!random.once(3) && { covariance: { ...windowed(), ...priced() } }),
    ...(!random.once(3) && { drawdown: { windowPeriods: WINDOW, ...priced() } }),
    ...(!random.once(3) && {
      impact: { referenceWeightBps: random.between(1, 10_000), ...priced() },
    }),
    ...(!random.once(3) && {
      slippage: { quantileBps: random.between(1, 10_000), priceBps: random.between(1, 20_000) },
    }),
    ...(!random.once(3) && {
      regime: {
        rule: random.pick(['DRAWDOWN', 'VOLATILITY', 'TREND'] as const),
        ...windowed(),
        thresholdBps: random.between(1, 6_000),
        stressPolicyId: 'policy-2',
        haircutBps: random.between(0, 100),
      },
    }),
    ...(!random.once(3) && { turnover: { penaltyBps: random.between(1, 300) } }),
  };
}
