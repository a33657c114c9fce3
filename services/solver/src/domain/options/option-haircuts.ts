import type { ManagerSettings, Policy } from '../policy.js';
import type { StrategyInput } from '../strategy.js';
import { longWeights, type VaultState } from '../vault-state.js';
import { riskContributionBps } from './covariance.js';
import { maximumDrawdownBps } from './drawdown.js';
import { excessHaircut } from './excess-haircut.js';
import { impactBps } from './impact.js';
import { latestReturns } from './market-data.js';
import { sumOfSeries } from './moments.js';
import type { RegimeDecision } from './regime.js';
import type {
  ExcessPrice,
  HistoryWindow,
  OptionHaircut,
  OptionName,
  ScoreOptions,
} from './score-options.js';
import { slippageQuantileBps } from './slippage-quantile.js';
import { turnoverBps } from './turnover.js';
import { volatilityBps } from './volatility.js';

/** What the options of a policy are measured from. */
export interface OptionsProblem {
  readonly strategies: readonly StrategyInput[];
  readonly policy: Policy;
  readonly manager: ManagerSettings;
  readonly vault: VaultState;
  /** Absent when the policy asked for none. */
  readonly regime?: RegimeDecision;
}

/** The lines that the options add to the score of a strategy, one for each option that is on. */
export type HaircutsOf = (input: StrategyInput) => readonly OptionHaircut[];

/** One option, ready to be asked: the haircut, or undefined when the strategy lacks the data. */
type Line = readonly [option: OptionName, haircutOf: (input: StrategyInput) => number | undefined];

/** The haircuts of all options that are on; undefined when none is, so that the score stays plain. */
export function optionHaircuts(problem: OptionsProblem): HaircutsOf | undefined {
  const { options } = problem.policy;
  const lines = [
    ...(options === undefined ? [] : historyLines(options, problem)),
    ...(options === undefined ? [] : costLines(options, problem)),
    ...regimeLines(problem.regime),
    ...(options === undefined ? [] : turnoverLines(options, problem)),
  ];
  if (lines.length === 0) return undefined;
  const missing = options?.missingDataBps ?? 0;
  return (input) =>
    lines.map(([option, haircutOf]) => ({ option, haircutBps: haircutOf(input) ?? missing }));
}

function historyLines(options: ScoreOptions, problem: OptionsProblem): readonly Line[] {
  const { volatility, covariance, drawdown } = options;
  const lines: Line[] = [];
  if (volatility !== undefined) {
    const measure = (returns: readonly bigint[]): number =>
      volatilityBps(returns, volatility.periodsPerYear);
    lines.push(['VOLATILITY', historyHaircut(volatility, measure)]);
  }
  if (covariance !== undefined) {
    const together = allowedTogether(problem, covariance.windowPeriods);
    const measure = (returns: readonly bigint[]): number =>
      riskContributionBps(returns, together, covariance.periodsPerYear);
    lines.push(['COVARIANCE', historyHaircut(covariance, measure)]);
  }
  if (drawdown !== undefined) {
    lines.push(['DRAWDOWN', historyHaircut(drawdown, (returns) => maximumDrawdownBps(returns))]);
  }
  return lines;
}

function historyHaircut(
  option: ExcessPrice & HistoryWindow,
  measure: (returns: readonly bigint[]) => number,
): Line[1] {
  return ({ snapshot }) => {
    const returns = latestReturns(snapshot?.market, option.windowPeriods);
    return returns === undefined
      ? undefined
      : excessHaircut(measure(returns.map((change) => BigInt(change))), option);
  };
}

/** The sum of the returns of every allowed strategy that has the whole window. */
function allowedTogether(
  { strategies, manager }: OptionsProblem,
  windowPeriods: number,
): readonly bigint[] {
  const allowed = new Set(manager.allowedStrategies);
  const series = strategies.flatMap(({ strategy, snapshot }) => {
    const returns = latestReturns(snapshot?.market, windowPeriods);
    return returns === undefined || !allowed.has(strategy.strategyId) ? [] : [returns];
  });
  return sumOfSeries(series, windowPeriods);
}

function costLines(options: ScoreOptions, problem: OptionsProblem): readonly Line[] {
  const { impact, slippage } = options;
  const lines: Line[] = [];
  if (impact !== undefined) {
    const live = longWeights(problem.vault);
    lines.push([
      'IMPACT',
      (input) => {
        const poolDepth = input.snapshot?.market?.poolDepth;
        if (poolDepth === undefined) return undefined;
        const liveWeightBps = live.get(input.strategy.assetId) ?? 0;
        const wantedWeightBps = Math.min(impact.referenceWeightBps, capOf(input, problem.policy));
        const trade = { nav: problem.vault.nav, liveWeightBps, wantedWeightBps, poolDepth };
        return excessHaircut(impactBps(trade), impact);
      },
    ]);
  }
  if (slippage !== undefined) {
    lines.push([
      'SLIPPAGE',
      ({ snapshot }) => {
        const samples = snapshot?.market?.slippageSamplesBps ?? [];
        const measured = slippageQuantileBps(samples, slippage.quantileBps);
        if (measured === undefined || snapshot === undefined) return undefined;
        // The expected slippage is in the plain score already.
        const { slippageBps: thresholdBps } = snapshot;
        return excessHaircut(measured, { thresholdBps, priceBps: slippage.priceBps });
      },
    ]);
  }
  return lines;
}

function regimeLines(regime: RegimeDecision | undefined): readonly Line[] {
  if (regime === undefined) return [];
  const haircutBps = regime.regime === 'STRESSED' ? regime.haircutBps : 0;
  return [['REGIME', () => haircutBps]];
}

function turnoverLines(options: ScoreOptions, { policy, vault }: OptionsProblem): readonly Line[] {
  const { turnover } = options;
  if (turnover === undefined) return [];
  const live = longWeights(vault);
  const haircutOf: Line[1] = (input) =>
    turnoverBps(turnover.penaltyBps, live.get(input.strategy.assetId) ?? 0, capOf(input, policy));
  return [['TURNOVER', haircutOf]];
}

function capOf({ strategy }: StrategyInput, policy: Policy): number {
  return Math.min(strategy.strategyCapBps, policy.strategyCapBps);
}
