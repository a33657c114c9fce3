import type { Instant } from '@trimtab/core';
import type { AgentKind } from '@trimtab/strategy';
import type { Intent } from '../domain/intent.js';
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
   * of one of the intent's agents).
   *
   * @throws DomainFailure INTENT_NOT_FOUND, LEASE_LOST, REQUEST_ID_REUSED
   */
  report(report: WorkReport): Promise<Intent | undefined>;
}
