import type { Instant } from '@trimtab/core';
import type { AgentKind } from '@trimtab/strategy';
import type { Intent } from '../domain/intent.js';
import type { NotificationKind } from '../domain/notification.js';
import type { RequestKey } from './ports.js';

/** A piece of work that is due, held under a lease. */
export interface ClaimedWork {
  readonly workId: string;
  readonly agentKind: AgentKind;
  readonly instanceKey: string;
  /** Absent for an agent of several intents. */
  readonly intentId: string | undefined;
  readonly dueTime: Instant;
  /** Higher than every token that was given before, of any work. */
  readonly leaseToken: bigint;
  readonly leaseExpireTime: Instant;
  /** How often it was claimed since it last went well. */
  readonly attemptCount: number;
  /** The intents that asked for it, by id, at most 100; POOL only. */
  readonly intentIds: readonly string[];
}

/** What an engine asks for. */
export interface ClaimRequest {
  readonly engineId: string;
  /** Empty: of every agent. */
  readonly agentKinds: readonly AgentKind[];
  readonly limit: number;
  readonly now: Instant;
  readonly leaseExpireTime: Instant;
}

/** What an engine has an owner told. */
export interface EngineNotice {
  readonly kind: Exclude<NotificationKind, 'STATE_CHANGE'>;
  readonly message: string;
}

/** What an engine did, and when it is due again. */
export interface WorkReport {
  readonly key: RequestKey;
  /** Absent: the work is that of an agent of several intents. */
  readonly intentId: string | undefined;
  readonly leaseToken: bigint;
  /** Absent: the lease is kept and the work stays due. */
  readonly workId: string | undefined;
  /** Absent: never. */
  readonly nextDueTime: Instant | undefined;
  readonly now: Instant;
  /** The work is due sooner when the price of the ticker is reported below this; absent: never. */
  readonly wakeBelow: string | undefined;
  /** The work is due sooner when the price of the ticker is reported above this; absent: never. */
  readonly wakeAbove: string | undefined;
  /** Agents of the intent that are due now. */
  readonly wakeAgents: readonly AgentKind[];
  /** What the owner is told, if the intent's notifications want it. */
  readonly notices: readonly EngineNotice[];
  /** The price of the ticker; ORACLE only. */
  readonly spotPrice: string | undefined;
  /** Intents that were served and ask no more; POOL only. */
  readonly servedIntentIds: readonly string[];
  /** Whether the tick failed: the next claim counts another attempt. */
  readonly failed: boolean;
  /** The intent with its new runtime; refuses by throwing. */
  readonly change: (intent: Intent) => Intent;
}

/** The engine's work and its leases. */
export interface DueWorkStore {
  /** Takes work whose time has come and that nobody holds, the longest due first. */
  claim(request: ClaimRequest): Promise<readonly ClaimedWork[]>;
  /**
   * Writes a report, once for each key, if its lease is the current one of the work (without a work:
   * of one of the intent's agents). Agents of several intents report on each of theirs. What the
   * report wakes is due now; what was woken while it was held is due again at once.
   *
   * @throws DomainFailure INTENT_NOT_FOUND, LEASE_LOST, REQUEST_ID_REUSED, FIELD_INVALID
   */
  report(report: WorkReport): Promise<Intent | undefined>;
  /** Whether a token is the current one of one of the intent's own agents. */
  isHeld(intentId: string, leaseToken: bigint): Promise<boolean>;
}
