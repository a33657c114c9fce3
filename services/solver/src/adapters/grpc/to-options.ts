import type * as wire from '@trimtab/contracts/solver';
import type {
  MarketData,
  OptionHaircut,
  RegimeDecision,
  RegimeOption,
  ScoreOptions,
} from '../../domain/index.js';
import { optionNames, regimeRules, regimes } from './option-names.js';

/** The options of a policy. */
export function toOptions(options: ScoreOptions | undefined): wire.PolicyOptions | undefined {
  if (options === undefined) return undefined;
  const { regime } = options;
  return {
    missingDataBps: options.missingDataBps,
    volatility: options.volatility,
    covariance: options.covariance,
    drawdown: options.drawdown,
    impact: options.impact,
    slippage: options.slippage,
    regime: regime === undefined ? undefined : toRegimeOption(regime),
    turnover: options.turnover,
  };
}

/** The market data of a snapshot. */
export function toMarket(market: MarketData | undefined): wire.MarketData | undefined {
  if (market === undefined) return undefined;
  return {
    returnHistoryBps: [...(market.returnHistoryBps ?? [])],
    poolDepth: market.poolDepth?.toString() ?? '',
    slippageSamplesBps: [...(market.slippageSamplesBps ?? [])],
  };
}

/** How a regime rule came to the policy of a plan. */
export function toRegime(decision: RegimeDecision | undefined): wire.RegimeDecision | undefined {
  if (decision === undefined) return undefined;
  return {
    option: toRegimeOption(decision),
    regime: regimes.toWire(decision.regime),
    measuredBps: decision.measuredBps,
    basePolicyId: decision.basePolicyId,
    basePolicyVersion: BigInt(decision.basePolicyVersion),
  };
}

/** The lines of the options in a score. */
export function toHaircuts(haircuts: readonly OptionHaircut[] | undefined): wire.OptionHaircut[] {
  return (haircuts ?? []).map(({ option, haircutBps }) => ({
    option: optionNames.toWire(option),
    haircutBps,
  }));
}

function toRegimeOption(option: RegimeOption): wire.RegimeOption {
  return {
    rule: regimeRules.toWire(option.rule),
    windowPeriods: option.windowPeriods,
    periodsPerYear: option.periodsPerYear,
    thresholdBps: option.thresholdBps,
    stressPolicyId: option.stressPolicyId,
    haircutBps: option.haircutBps,
  };
}
