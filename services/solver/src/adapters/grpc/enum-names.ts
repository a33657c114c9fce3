import * as portfolio from '@trimtab/contracts/portfolio';
import * as wire from '@trimtab/contracts/solver';
import type {
  AdapterKind,
  CandidateFilter,
  ConstraintName,
  LiquidityProfile,
  PlanMode,
  Side,
  StepOperation,
  StrategyState,
} from '../../domain/index.js';

/** Both directions between the names of the rules and the numbers on the wire; total by type. */
export interface EnumNames<Name extends string, Value extends number> {
  toWire(name: Name): Value;
  /** By number, without the unspecified one. */
  readonly words: Readonly<Partial<Record<number, Name>>>;
}

/** Names and numbers of one enum. */
export function enumNames<Name extends string, Value extends number>(
  values: Readonly<Record<Name, Value>>,
): EnumNames<Name, Value> {
  const entries = Object.entries<Value>(values);
  return {
    toWire: (name) => values[name],
    // The keys of the record are its names.
    words: Object.fromEntries(entries.map(([name, value]) => [value, name as Name])),
  };
}

/** Sides of positions. */
export const sides = enumNames<Side, portfolio.Side>({
  LONG: portfolio.Side.SIDE_LONG,
  SHORT: portfolio.Side.SIDE_SHORT,
});

/** Modes of plans. */
export const planModes = enumNames<PlanMode, wire.PlanMode>({
  ROUNDS: wire.PlanMode.PLAN_MODE_ROUNDS,
  EXACT: wire.PlanMode.PLAN_MODE_EXACT,
  EXPLICIT: wire.PlanMode.PLAN_MODE_EXPLICIT,
});

/** States of strategies. */
export const strategyStates = enumNames<StrategyState, wire.Strategy_State>({
  ACTIVE: wire.Strategy_State.STATE_ACTIVE,
  PAUSED: wire.Strategy_State.STATE_PAUSED,
  EXIT_ONLY: wire.Strategy_State.STATE_EXIT_ONLY,
  DISABLED: wire.Strategy_State.STATE_DISABLED,
});

/** Kinds of adapters. */
export const adapterKinds = enumNames<AdapterKind, wire.AdapterKind>({
  STATIC: wire.AdapterKind.ADAPTER_KIND_STATIC,
  MANIFEST: wire.AdapterKind.ADAPTER_KIND_MANIFEST,
  DRIFT: wire.AdapterKind.ADAPTER_KIND_DRIFT,
  KAMINO: wire.AdapterKind.ADAPTER_KIND_KAMINO,
});

/** Liquidity profiles. */
export const liquidityProfiles = enumNames<LiquidityProfile, wire.LiquidityProfile>({
  INSTANT: wire.LiquidityProfile.LIQUIDITY_PROFILE_INSTANT,
  SAME_DAY: wire.LiquidityProfile.LIQUIDITY_PROFILE_SAME_DAY,
  BATCHED: wire.LiquidityProfile.LIQUIDITY_PROFILE_BATCHED,
  TERM: wire.LiquidityProfile.LIQUIDITY_PROFILE_TERM,
});

/** Filters of candidates. */
export const candidateFilters = enumNames<CandidateFilter, wire.CandidateFilter>({
  SNAPSHOT_MISSING: wire.CandidateFilter.CANDIDATE_FILTER_SNAPSHOT_MISSING,
  NOT_ALLOWED: wire.CandidateFilter.CANDIDATE_FILTER_NOT_ALLOWED,
  NOT_ACTIVE: wire.CandidateFilter.CANDIDATE_FILTER_NOT_ACTIVE,
  ORACLE_UNHEALTHY: wire.CandidateFilter.CANDIDATE_FILTER_ORACLE_UNHEALTHY,
  PROTOCOL_UNHEALTHY: wire.CandidateFilter.CANDIDATE_FILTER_PROTOCOL_UNHEALTHY,
  SCORE_NOT_POSITIVE: wire.CandidateFilter.CANDIDATE_FILTER_SCORE_NOT_POSITIVE,
});

/** What can clip a grant. */
export const capKinds = enumNames<ConstraintName | 'REMAINING', wire.CapKind>({
  STRATEGY_CAP: wire.CapKind.CAP_KIND_STRATEGY,
  POLICY_STRATEGY_CAP: wire.CapKind.CAP_KIND_POLICY_STRATEGY,
  PROTOCOL_CAP: wire.CapKind.CAP_KIND_PROTOCOL,
  EXOTIC_CAP: wire.CapKind.CAP_KIND_EXOTIC,
  MARGINFI_CAP: wire.CapKind.CAP_KIND_MARGIN_FI,
  REMAINING: wire.CapKind.CAP_KIND_REMAINING,
});

/** Operations of steps. */
export const operations = enumNames<StepOperation, wire.TransactionStep_Operation>({
  DEPOSIT: wire.TransactionStep_Operation.OPERATION_DEPOSIT,
  WITHDRAW: wire.TransactionStep_Operation.OPERATION_WITHDRAW,
  REQUEST_WITHDRAW: wire.TransactionStep_Operation.OPERATION_REQUEST_WITHDRAW,
  FINALIZE_WITHDRAW: wire.TransactionStep_Operation.OPERATION_FINALIZE_WITHDRAW,
  HOLD: wire.TransactionStep_Operation.OPERATION_HOLD,
});
