import type { Instant } from '@trimtab/core';
import type { Decimal } from '@trimtab/decimal';
import type { RuntimePatch } from './runtime.js';

/** The agents, in the order of the wire. */
export const AGENT_KINDS = [
  'ORACLE',
  'POOL',
  'REBALANCE',
  'SETTLEMENT',
  'POSITION_MONITOR',
  'MARKET_MAKER',
  'SWAP_TAKER',
] as const;
/** An agent. */
export type AgentKind = (typeof AGENT_KINDS)[number];

/** A piece of work that is due, held under a lease. */
export interface Work {
  readonly workId: string;
  readonly kind: AgentKind;
  /** A ticker for ORACLE, a collateral asset for POOL, else the intent's id. */
  readonly instanceKey: string;
  /** Absent for an agent of several intents. */
  readonly intentId: string | undefined;
  readonly dueTime: Instant;
  /** Every write carries it; a lower one than the current is refused. */
  readonly leaseToken: bigint;
  readonly leaseExpireTime: Instant;
  /** How often it was tried since it last went well. */
  readonly attemptCount: number;
  /** The intents that asked for it; POOL only. */
  readonly intentIds: readonly string[];
}

/** What an owner is told. */
export interface Notice {
  readonly kind: 'ROLL' | 'THRESHOLD_BREACH' | 'STOP_LOSS';
  readonly message: string;
}

/** What a tick brings back; it is written as a whole, under the lease of the work. */
export interface TickResult {
  /** When the work is due again; absent: never, until something wakes it. */
  readonly nextDueTime: Instant | undefined;
  /** The fields of the runtime that change, of the intent of the work. */
  readonly runtime?: RuntimePatch;
  /** Due sooner when the price of the base falls below this. */
  readonly wakeBelow?: Decimal;
  /** Due sooner when the price of the base rises above this. */
  readonly wakeAbove?: Decimal;
  /** Agents of the intent that are due now. */
  readonly wakeAgents?: readonly AgentKind[];
  readonly notices?: readonly Notice[];
  /** The price of the base now; ORACLE only: wakes the work that waits for it. */
  readonly spotPrice?: Decimal;
  /** The intents that were served; POOL only. */
  readonly servedIntentIds?: readonly string[];
}
