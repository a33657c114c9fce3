import type * as wire from '@trimtab/contracts/solver';
import type { FieldReader } from '@trimtab/grpc';
import type { MarketData, RegimeDecision, RegimeOption, ScoreOptions } from '../../domain/index.js';
import { regimeRules, regimes } from './option-names.js';
import { ID } from './read-fields.js';

/**
 * Reads the options of a policy; bounds are for the rules of the domain to say. Options of which none
 * is on are no options, so that a policy that says so plans as one that says nothing.
 */
export function readOptions(
  given: wire.PolicyOptions | undefined,
  policy: FieldReader,
): { readonly options?: ScoreOptions } {
  if (given === undefined) return {};
  const fields = policy.at('options');
  const { missingDataBps, ...named } = given;
  if (Object.values(named).every((option) => option === undefined)) {
    if (missingDataBps !== 0) {
      const message = `was ${missingDataBps}, must be 0 while no option is on`;
      fields.violation('missing_data_bps', 'FIELD_INVALID', message);
    }
    return {};
  }
  const { volatility, covariance, drawdown, impact, slippage, regime, turnover } = given;
  return {
    options: {
      missingDataBps,
      ...(volatility === undefined ? {} : { volatility: { ...volatility } }),
      ...(covariance === undefined ? {} : { covariance: { ...covariance } }),
      ...(drawdown === undefined ? {} : { drawdown: { ...drawdown } }),
      ...(impact === undefined ? {} : { impact: { ...impact } }),
      ...(slippage === undefined ? {} : { slippage: { ...slippage } }),
      ...(regime === undefined ? {} : { regime: readRegimeOption(regime, fields.at('regime')) }),
      ...(turnover === undefined ? {} : { turnover: { ...turnover } }),
    },
  };
}

function readRegimeOption(given: wire.RegimeOption, fields: FieldReader): RegimeOption {
  return {
    rule: fields.enumValue('rule', given.rule, regimeRules.words),
    windowPeriods: given.windowPeriods,
    periodsPerYear: given.periodsPerYear,
    thresholdBps: given.thresholdBps,
    stressPolicyId: fields.text('stress_policy_id', given.stressPolicyId, ID),
    haircutBps: given.haircutBps,
  };
}

/** Reads the market data of a snapshot; bounds are for the rules of the domain to say. */
export function readMarket(
  given: wire.MarketData | undefined,
  snapshot: FieldReader,
): { readonly market?: MarketData } {
  if (given === undefined) return {};
  const fields = snapshot.at('market');
  const { returnHistoryBps, slippageSamplesBps } = given;
  const poolDepth = fields.optional(given.poolDepth, (text) => fields.amount('pool_depth', text));
  const market = {
    ...(returnHistoryBps.length === 0 ? {} : { returnHistoryBps: [...returnHistoryBps] }),
    ...(poolDepth === undefined ? {} : { poolDepth }),
    ...(slippageSamplesBps.length === 0 ? {} : { slippageSamplesBps: [...slippageSamplesBps] }),
  };
  return Object.keys(market).length === 0 ? {} : { market };
}

/** Reads the regime decision of a plan that a caller holds. */
export function readRegimeDecision(
  given: wire.RegimeDecision | undefined,
  inputs: FieldReader,
): { readonly regime?: RegimeDecision } {
  if (given === undefined) return {};
  const fields = inputs.at('regime');
  const option = fields.message('option', given.option, readRegimeOption);
  const regime = fields.enumValue('regime', given.regime, regimes.words);
  const basePolicyVersion = fields.integer('base_policy_version', given.basePolicyVersion, {
    min: 0,
    max: Number.MAX_SAFE_INTEGER,
  });
  if (option === undefined) return {};
  const { measuredBps, basePolicyId } = given;
  return {
    regime: {
      ...option,
      regime,
      ...(measuredBps === undefined ? {} : { measuredBps }),
      basePolicyId,
      basePolicyVersion,
    },
  };
}
