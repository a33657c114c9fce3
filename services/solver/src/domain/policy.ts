import { BPS_WHOLE } from '@trimtab/decimal';
import type { ScoreOptions } from './options/score-options.js';

/** The reserve can never be raised above this; a policy that asks for more is refused (trap T10). */
export const MAX_RESERVE_BPS = 3000;

/** The protocol whose share has a cap of its own. */
export const MARGINFI_PROTOCOL = 'marginfi';

/** The cap of one protocol. */
export interface ProtocolCap {
  readonly protocol: string;
  readonly capBps: number;
}

/** The limits of an allocation, all in bps of NAV (solver rules, inputs). */
export interface PolicyLimits {
  /** 0 to 3000. */
  readonly minLiquidReserveBps: number;
  /** The most that any one strategy, or any one explicit target, may weigh. */
  readonly strategyCapBps: number;
  /** By protocol; each protocol at most once. */
  readonly protocolCaps: readonly ProtocolCap[];
  /** Of every protocol that is not in the list. */
  readonly defaultProtocolCapBps: number;
  readonly exoticCapBps: number;
  readonly marginFiCapBps: number;
  /** A plan that moves less in total is a no-op; equal to it acts. */
  readonly minRebalanceDeltaBps: number;
  /** What the scores take into account beyond the plain formula; absent means nothing. */
  readonly options?: ScoreOptions;
}

/** Limits that are stored under a name. */
export interface Policy extends PolicyLimits {
  readonly policyId: string;
  /** Rises by 1 with every change. */
  readonly version: number;
}

/**
 * The limits of an EXPLICIT plan that names no policy: no reserve and no cap below the whole, and
 * every difference acts.
 */
export const OPEN_LIMITS: PolicyLimits = {
  minLiquidReserveBps: 0,
  strategyCapBps: BPS_WHOLE,
  protocolCaps: [],
  defaultProtocolCapBps: BPS_WHOLE,
  exoticCapBps: BPS_WHOLE,
  marginFiCapBps: BPS_WHOLE,
  minRebalanceDeltaBps: 0,
};

/** What may be allocated to, by a stored manager, by the request itself, or by both. */
export interface ManagerSettings {
  /** Absent, with the version, when only the request said what is allowed. */
  readonly managerId?: string;
  /** Rises by 1 with every change. */
  readonly version?: number;
  /** The only strategies that may receive weight, by id. */
  readonly allowedStrategies: readonly string[];
  /** The largest amount of one step, base units of the underlying, above 0; absent means no limit. */
  readonly maxNotional?: bigint;
}
