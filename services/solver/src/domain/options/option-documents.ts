import type { JsonValue } from '@trimtab/canonical';
import { compare, sorted } from '@trimtab/core';
import type { PlanInputs } from '../plan.js';
import type { MarketData } from './market-data.js';
import type { RegimeDecision } from './regime.js';
import type { OptionHaircut, ScoreOptions } from './score-options.js';

/**
 * The `options` of the inputs document: empty without options, as it always was, so that no plain plan
 * changes its hash. Otherwise the options, the regime that was found, and the market data of every
 * strategy that has some, by strategyId: all that the haircuts follow from.
 */
export function optionsDocument({ policy, regime, strategies }: PlanInputs): JsonValue {
  const options = policy?.options;
  if (options === undefined && regime === undefined) return {};
  const market = strategies.flatMap(({ strategy: { strategyId }, snapshot }) =>
    snapshot?.market === undefined ? [] : [{ strategyId, ...marketDocument(snapshot.market) }],
  );
  return {
    scoring: options === undefined ? undefined : scoringDocument(options),
    regime: regime === undefined ? undefined : regimeDocument(regime),
    market: sorted(market, (a, b) => compare(a.strategyId, b.strategyId)),
  };
}

/** The options of a policy as they are stored and hashed. */
export function scoringDocument(options: ScoreOptions): JsonValue {
  const { missingDataBps, volatility, covariance, drawdown, impact, slippage, regime, turnover } =
    options;
  return {
    missingDataBps,
    volatility: copyOf(volatility),
    covariance: copyOf(covariance),
    drawdown: copyOf(drawdown),
    impact: copyOf(impact),
    slippage: copyOf(slippage),
    regime: copyOf(regime),
    turnover: copyOf(turnover),
  };
}

/** The market data of a snapshot as they are stored and hashed. */
export function marketDocument(market: MarketData): { readonly [name: string]: JsonValue } {
  const { returnHistoryBps, poolDepth, slippageSamplesBps } = market;
  return {
    ...(returnHistoryBps === undefined ? {} : { returnHistoryBps: [...returnHistoryBps] }),
    ...(poolDepth === undefined ? {} : { poolDepth: poolDepth.toString() }),
    ...(slippageSamplesBps === undefined ? {} : { slippageSamplesBps: [...slippageSamplesBps] }),
  };
}

/** The lines of the options in a score; absent without options. */
export function haircutsDocument(
  haircuts: readonly OptionHaircut[] | undefined,
): JsonValue | undefined {
  return haircuts?.map(({ option, haircutBps }) => ({ option, haircutBps }));
}

function regimeDocument(regime: RegimeDecision): JsonValue {
  return {
    rule: regime.rule,
    windowPeriods: regime.windowPeriods,
    periodsPerYear: regime.periodsPerYear,
    thresholdBps: regime.thresholdBps,
    stressPolicyId: regime.stressPolicyId,
    haircutBps: regime.haircutBps,
    regime: regime.regime,
    measuredBps: regime.measuredBps,
    basePolicyId: regime.basePolicyId,
    basePolicyVersion: regime.basePolicyVersion,
  };
}

function copyOf(option: object | undefined): JsonValue | undefined {
  return option === undefined ? undefined : { ...option };
}
