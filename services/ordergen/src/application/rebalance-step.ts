import type { Instant } from '@trimtab/core';
import type { ChainHead } from '../domain/event-chain.js';
import type { ExecType, FailureReason } from '../domain/fold-input.js';
import type { Pin } from '../domain/pins.js';
import type { ActionState } from '../domain/rebalance-state.js';
import type { Executed } from './execution-report.js';
import type { OutgoingPayload } from './outgoing.js';
import type { FeedKind, InboxEntry, LedgerTransaction, StoredEvent } from './ports.js';
import type { OpenAction } from './rebalance-record.js';

/** What changes about an action; absent fields stay. */
export interface ActionChange {
  readonly rebalanceId: string;
  readonly index: number;
  readonly state?: ActionState;
  readonly amount?: bigint;
  readonly filled?: bigint;
  readonly cashMoved?: bigint;
  readonly booked?: Executed;
  readonly reportSequence?: number;
  readonly orderId?: string;
  readonly execType?: ExecType;
  readonly reason?: FailureReason;
  readonly dispatchTime?: Instant;
  readonly settleTime?: Instant;
}

/** A message for the outbox. */
export interface OutgoingEvent extends OutgoingPayload {
  readonly eventId: string;
}

/** One entry for watchers. */
export interface FeedEntry {
  readonly kind: FeedKind;
  /** JSON of the kind. */
  readonly data: string;
  /** The state and the hash of the chain at the entry. */
  readonly state: string;
  readonly stateHash: string;
}

/**
 * Everything that one change of a rebalance writes, in one statement or not at all: it takes effect
 * only if the rebalance has `expected.version` and its vault the fence and hold that it was decided on.
 */
export interface RebalanceStep {
  readonly rebalanceId: string;
  readonly vaultId: string;
  readonly expected: { readonly version: number; readonly fence: number; readonly frozen: boolean };
  readonly time: Instant;
  /** The report that it answers; its event id may occur once. */
  readonly inbox?: InboxEntry;
  /** Waiting reports that it uses. */
  readonly usedReports: readonly string[];
  readonly head: ChainHead;
  readonly stateReason: string;
  readonly running: boolean;
  /** Of a rebalance that has ended: takes effect only while no other one of the vault runs. */
  readonly alone: boolean;
  readonly waitingCount: number;
  readonly feedCount: number;
  readonly open?: OpenAction;
  readonly events: readonly StoredEvent[];
  readonly actions: readonly ActionChange[];
  readonly pins: readonly Pin[];
  readonly ledger: readonly LedgerTransaction[];
  /** Numbered on from the rebalance's feed count before the step. */
  readonly feed: readonly FeedEntry[];
  /** Puts the hold FROZEN on the vault. */
  readonly freeze: boolean;
  readonly outbox: readonly OutgoingEvent[];
  readonly traceparent?: string;
}
