import type { JsonValue } from '@trimtab/canonical';
import * as wire from '@trimtab/contracts/solver';
import { compare, sorted } from '@trimtab/core';
import { safeNumber } from '@trimtab/decimal';
import { enumWord } from './enum-word.js';

/**
 * The `options` of the inputs document from the solver's message: empty without options; otherwise
 * the options, the regime, and the market data of every strategy that has some, by strategyId.
 */
export function optionsDocument(inputs: wire.PlanInputs | undefined): JsonValue {
  const { policy, regime, strategies = [] } = inputs ?? {};
  const options = policy?.options;
  if (options === undefined && regime === undefined) return {};
  const market = strategies.flatMap(({ strategy, snapshot }) =>
    snapshot?.market === undefined
      ? []
      : [{ strategyId: strategy?.strategyId ?? '', ...marketDocument(snapshot.market) }],
  );
  return {
    scoring: options === undefined ? undefined : scoringDocument(options),
    regime: regime === undefined ? undefined : regimeDocument(regime),
    market: sorted(market, (left, right) => compare(left.strategyId, right.strategyId)),
  };
}

/** The lines of the options in a score; absent without options. */
export function haircutsDocument(haircuts: readonly wire.OptionHaircut[]): JsonValue | undefined {
  if (haircuts.length === 0) return undefined;
  return haircuts.map(({ option, haircutBps }) => ({
    option: enumWord(wire.OptionHaircut_Option, option, 'OPTION_'),
    haircutBps,
  }));
}

function scoringDocument(options: wire.PolicyOptions): JsonValue {
  const { regime } = options;
  return {
    missingDataBps: options.missingDataBps,
    volatility: copyOf(options.volatility),
    covariance: copyOf(options.covariance),
    drawdown: copyOf(options.drawdown),
    impact: copyOf(options.impact),
    slippage: copyOf(options.slippage),
    regime: regime === undefined ? undefined : regimeOptionDocument(regime),
    turnover: copyOf(options.turnover),
  };
}

function regimeDocument({ option, ...decision }: wire.RegimeDecision): JsonValue {
  return {
    ...(option === undefined ? {} : regimeOptionDocument(option)),
    regime: enumWord(wire.RegimeDecision_Regime, decision.regime, 'REGIME_'),
    measuredBps: decision.measuredBps,
    basePolicyId: decision.basePolicyId,
    basePolicyVersion: safeNumber(decision.basePolicyVersion),
  };
}

function regimeOptionDocument(option: wire.RegimeOption) {
  return { ...option, rule: enumWord(wire.RegimeOption_Rule, option.rule, 'RULE_') };
}

function marketDocument({ returnHistoryBps, poolDepth, slippageSamplesBps }: wire.MarketData) {
  return {
    ...(returnHistoryBps.length === 0 ? {} : { returnHistoryBps }),
    ...(poolDepth === '' ? {} : { poolDepth }),
    ...(slippageSamplesBps.length === 0 ? {} : { slippageSamplesBps }),
  };
}

function copyOf(option: object | undefined): JsonValue | undefined {
  return option === undefined ? undefined : { ...option };
}
