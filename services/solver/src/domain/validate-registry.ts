import type { FieldViolation } from '@trimtab/core';
import { BPS_WHOLE } from '@trimtab/decimal';
import { duplicates, outOfRange } from './field-range.js';
import { marketViolations, optionsViolations } from './options/validate-options.js';
import { MAX_RESERVE_BPS, type ManagerSettings, type PolicyLimits } from './policy.js';
import type { Strategy, StrategySnapshot } from './strategy.js';

/**
 * What the registry accepts: the bounds of every number of a strategy, a snapshot, a policy and a
 * manager. Yields may be negative, costs and risks may not. All violations are returned.
 */

/** 10 000 % a year; a larger yield is a mistake of its source. */
const MAX_RATE_BPS = 1_000_000;
/** Ten years. */
const MAX_DELAY_HOURS = 87_600;
/** Two portfolios without anything in common differ by twice the whole. */
const MAX_DELTA_BPS = 2 * BPS_WHOLE;

/** The violations of a strategy; fields begin with `strategy.`. */
export function strategyViolations(strategy: Strategy): readonly FieldViolation[] {
  const value = strategy.strategyCapBps;
  const field = 'strategy.strategy_cap_bps';
  return outOfRange({ field, value, min: 0, max: BPS_WHOLE }, 'WEIGHT_OUT_OF_RANGE');
}

/** The violations of a snapshot; `prefix` is its path in the request, such as `snapshots[3]`. */
export function snapshotViolations(
  snapshot: StrategySnapshot,
  prefix: string,
): readonly FieldViolation[] {
  const check = (name: string, value: number, min: number, max: number) =>
    outOfRange({ field: `${prefix}.${name}`, value, min, max }, 'FIELD_INVALID');
  return [
    ...check('gross_apy_bps', snapshot.grossApyBps, -MAX_RATE_BPS, MAX_RATE_BPS),
    ...check('fee_bps', snapshot.feeBps, 0, MAX_RATE_BPS),
    ...check('borrow_cost_bps', snapshot.borrowCostBps, 0, MAX_RATE_BPS),
    ...check('slippage_bps', snapshot.slippageBps, 0, MAX_RATE_BPS),
    ...check('risk_score_bps', snapshot.riskScoreBps, 0, BPS_WHOLE),
    ...check('withdrawal_delay_hours', snapshot.withdrawalDelayHours, 0, MAX_DELAY_HOURS),
    ...check('protocol_concentration_bps', snapshot.protocolConcentrationBps, 0, BPS_WHOLE),
    ...check('operational_complexity_bps', snapshot.operationalComplexityBps, 0, BPS_WHOLE),
    ...marketViolations(snapshot.market, prefix),
  ];
}

/** The violations of a policy; fields begin with `policy.`. A reserve above 3000 is refused (T10). */
export function policyViolations(
  policy: PolicyLimits & { readonly policyId?: string },
): readonly FieldViolation[] {
  const weight = (name: string, value: number) =>
    outOfRange({ field: `policy.${name}`, value, min: 0, max: BPS_WHOLE }, 'WEIGHT_OUT_OF_RANGE');
  const protocols = policy.protocolCaps.map(({ protocol }) => protocol);
  return [
    ...reserveViolations(policy.minLiquidReserveBps),
    ...weight('strategy_cap_bps', policy.strategyCapBps),
    ...policy.protocolCaps.flatMap(({ capBps }, index) =>
      weight(`protocol_caps[${index}].cap_bps`, capBps),
    ),
    ...duplicates(protocols, (index) => `policy.protocol_caps[${index}].protocol`),
    ...weight('default_protocol_cap_bps', policy.defaultProtocolCapBps),
    ...weight('exotic_cap_bps', policy.exoticCapBps),
    ...weight('margin_fi_cap_bps', policy.marginFiCapBps),
    ...outOfRange(
      {
        field: 'policy.min_rebalance_delta_bps',
        value: policy.minRebalanceDeltaBps,
        min: 0,
        max: MAX_DELTA_BPS,
      },
      'FIELD_INVALID',
    ),
    ...optionsViolations(policy.options, policy.policyId),
  ];
}

/** The violations of a manager's settings; fields begin with `manager.`. */
export function managerViolations(manager: ManagerSettings): readonly FieldViolation[] {
  const repeated = duplicates(
    manager.allowedStrategies,
    (index) => `manager.allowed_strategies[${index}]`,
  );
  const { maxNotional } = manager;
  if (maxNotional === undefined || maxNotional > 0n) return repeated;
  const message = `was ${maxNotional}, must be above 0, or empty for no limit`;
  return [...repeated, { field: 'manager.max_notional', reason: 'FIELD_INVALID', message }];
}

function reserveViolations(value: number): readonly FieldViolation[] {
  const field = 'policy.min_liquid_reserve_bps';
  return outOfRange({ field, value, min: 0, max: MAX_RESERVE_BPS }, 'WEIGHT_OUT_OF_RANGE');
}
