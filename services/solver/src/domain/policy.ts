import { BPS_WHOLE } from '@trimtab/decimal';

/** The reserve can never be raised above this; a policy that asks for more is refused (trap T10). */
export const MAX_RESERVE_BPS = 3000;

/** The protocol whose share has a cap of its own. */
export const MARGINFI_PROTOCOL = 'marginfi';

/** The cap of one protocol. */
export interface ProtocolCap {
  readonly protocol: string;
  readonly capBps: number;
}

/** The limits of one owner's allocation, all in bps of NAV (solver rules, inputs). */
export interface Policy {
  /** Absent for the policy of a plan that names none. */
  readonly policyId?: string;
  /** Counts the updates of the stored policy, from 1; absent together with the id. */
  readonly policyVersion?: number;
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
}

/**
 * The policy of an EXPLICIT plan that names none: no reserve and no cap below the whole, and every
 * difference acts. It has no id and no version.
 */
export const OPEN_POLICY: Policy = {
  minLiquidReserveBps: 0,
  strategyCapBps: BPS_WHOLE,
  protocolCaps: [],
  defaultProtocolCapBps: BPS_WHOLE,
  exoticCapBps: BPS_WHOLE,
  marginFiCapBps: BPS_WHOLE,
  minRebalanceDeltaBps: 0,
};

/** What the manager of a vault allows. */
export interface ManagerSettings {
  readonly managerId: string;
  /** The only strategies that may receive weight, by id. */
  readonly allowedStrategies: readonly string[];
  /** The largest amount of one step, base units of the underlying, above 0. */
  readonly maxNotional: bigint;
}
