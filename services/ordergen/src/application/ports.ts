import type { Instant } from '@trimtab/core';
import type { ControlSession, ControlStore, StuckAction } from './control-ports.js';
import type { LedgerLine } from '../domain/ledger.js';
import type { Position } from '../domain/position.js';
import type { HeldVault, RebalancePurpose, Vault, VaultMode } from '../domain/vault.js';
import type {
  ActionRecord,
  NewRebalance,
  RebalanceFacts,
  RebalanceView,
  RunningRebalance,
} from './rebalance-record.js';
import type { RebalanceStep } from './rebalance-step.js';
import type { ExecutionReport } from './execution-report.js';
import type { PlanCopy, SnapshotContent } from './documents.js';

/** What the use cases need of the world. */

/** Who asks: a verified subject and what its token allows. */
export interface Caller {
  readonly subject: string;
  readonly scopes: ReadonlySet<string>;
  /** The service that made the token, for the subject or for itself. */
  readonly actor?: string;
}

/** What makes a repeated request the same request. */
export interface RequestKey {
  readonly subject: string;
  readonly method: string;
  readonly requestId: string;
  readonly requestHash: string;
}

/** A part of a list: at most `size` items after `cursor`. */
export interface PageRequest {
  readonly size: number;
  readonly cursor: string | undefined;
}

/** One stored line of the ledger. */
export interface LedgerEntry extends LedgerLine {
  readonly vaultId: string;
  /** From 1, without gaps. */
  readonly sequence: number;
  readonly transactionId: string;
  readonly rebalanceId?: string;
  readonly orderId?: string;
  readonly eventId?: string;
  readonly bookTime: Instant;
}

/** Lines that are booked together. */
export interface LedgerTransaction {
  readonly transactionId: string;
  readonly lines: readonly LedgerLine[];
  readonly rebalanceId?: string;
  readonly orderId?: string;
  readonly eventId?: string;
}

/** Which vaults a list shows. */
export interface VaultFilter {
  /** Only vaults that this subject owns, manages or approves for; absent shows every vault. */
  readonly visibleTo?: string;
  readonly owner?: string;
  readonly modes: readonly VaultMode[];
}

/** Which lines of the ledger a list shows. */
export interface LedgerFilter {
  readonly vaultId: string;
  readonly rebalanceId?: string;
  readonly assetId?: string;
  /** Only lines with a higher number. */
  readonly afterSequence: number;
}

/** Which rebalances a list shows. */
export interface RebalanceFilter {
  readonly visibleTo?: string;
  readonly vaultId?: string;
  readonly states: readonly string[];
}

/** A change of a vault's mode, for the audit. */
export interface ModeChange {
  readonly mode: VaultMode;
  readonly changedBy: string;
  readonly reason: string;
  readonly time: Instant;
}

/** Reads outside transactions. */
export interface OrderGenReader {
  /** With all its positions, or with those of one asset only. */
  findVault(vaultId: string, positionAssetId?: string): Promise<HeldVault | undefined>;
  /** By vaultId; the cursor is the last one seen. */
  listVaults(filter: VaultFilter, page: PageRequest): Promise<readonly HeldVault[]>;
  /** By sequence; the cursor is the last one seen. */
  listLedger(filter: LedgerFilter, page: PageRequest): Promise<readonly LedgerEntry[]>;
  /** Everything of one rebalance, for a reader. */
  findRebalance(rebalanceId: string): Promise<RebalanceView | undefined>;
  /** The latest first, without actions; the cursor is `createTime/rebalanceId` of the last one seen. */
  listRebalances(filter: RebalanceFilter, page: PageRequest): Promise<readonly RebalanceView[]>;
  /** What the fold and its books need to go on, with the present state of the vault. */
  loadRunning(rebalanceId: string): Promise<RunningRebalance | undefined>;
  findAction(rebalanceId: string, index: number): Promise<ActionRecord | undefined>;
  /** The stored chain in order. */
  listEvents(rebalanceId: string): Promise<readonly StoredEvent[]>;
  /** Results that wait for their turn, by (index, report sequence). */
  listWaiting(rebalanceId: string): Promise<readonly WaitingReport[]>;
  /** What watchers see after a sequence, in order; at most FEED_PAGE entries. */
  listFeed(rebalanceId: string, after: number): Promise<readonly FeedItem[]>;
  /** The last sequence that watchers see, and the state; without anything that takes work to read. */
  findFeedEnd(rebalanceId: string): Promise<FeedEnd | undefined>;
  /** What a vault held when its ledger had this many lines, by (assetId, side). */
  holdingsAt(vaultId: string, ledgerSequence: number): Promise<readonly Position[]>;
  /** The lines of some transactions, by sequence. */
  listTransactions(
    vaultId: string,
    transactionIds: readonly string[],
  ): Promise<readonly LedgerEntry[]>;
  findPlan(planHash: string): Promise<PlanCopy | undefined>;
  findSnapshot(snapshotHash: string): Promise<SnapshotContent | undefined>;
}

/** One transaction. Locks are taken in the order vault, then rebalance. */
export interface OrderGenSession extends ControlSession {
  /** The vault with its positions, locked until the end of the transaction. */
  lockVault(vaultId: string): Promise<HeldVault | undefined>;
  insertVault(vault: Vault): Promise<void>;
  /** Books a transaction of a locked vault; `deposited` is what it adds to the deposits in all. */
  book(
    vault: HeldVault,
    transaction: LedgerTransaction,
    change: { readonly deposited: bigint; readonly time: Instant },
  ): Promise<readonly LedgerEntry[]>;
  changeMode(vaultId: string, change: ModeChange): Promise<void>;
  /** False when a rebalance of the vault runs already. */
  insertRebalance(rebalance: NewRebalance): Promise<boolean>;
  loadRunning(rebalanceId: string): Promise<RunningRebalance | undefined>;
  /** As the transaction sees it now. */
  findAction(rebalanceId: string, index: number): Promise<ActionRecord | undefined>;
  /** As the transaction sees it now. */
  findVault(vaultId: string): Promise<HeldVault | undefined>;
  /** As the transaction sees it now. */
  findRebalance(rebalanceId: string): Promise<RebalanceView | undefined>;
  /** As `OrderGenStore.commit`, inside this transaction. */
  commit(step: RebalanceStep): Promise<CommitOutcome>;
}

/** What became of a step: a conflict means that its rebalance or vault has changed since it was read. */
export type CommitOutcome = 'COMMITTED' | 'DUPLICATE' | 'CONFLICT';

/** The store. */
export interface OrderGenStore extends OrderGenReader, ControlStore {
  /** Writes a step with one statement, or nothing of it. */
  commit(step: RebalanceStep): Promise<CommitOutcome>;
  transaction<T>(run: (session: OrderGenSession) => Promise<T>): Promise<T>;
  /** The response of an earlier request with this key. */
  findResponse(key: RequestKey): Promise<Uint8Array | undefined>;
  /** Runs once per key; a repeat gets the first response. */
  once(
    key: RequestKey,
    run: (session: OrderGenSession) => Promise<Uint8Array>,
  ): Promise<Uint8Array>;
  /** Notes a report that changes nothing, so that it is known. False when it was known. */
  recordReport(report: InboxEntry): Promise<boolean>;
  /** Whether a report has taken effect, waits, or was noted. */
  knowsReport(eventId: string): Promise<boolean>;
  /** Running rebalances whose action is unanswered since `dispatchedBefore`, with their event ids. */
  findUnanswered(dispatchedBefore: Instant): Promise<readonly UnansweredAction[]>;
  /** Has an order sent once more under its own id; false when it is answered by now. */
  resend(action: UnansweredAction, time: Instant): Promise<boolean>;
  /** Running rebalances whose expire time has come. */
  findExpired(now: Instant): Promise<readonly string[]>;
}

/** A dispatched action without an answer. */
export interface UnansweredAction {
  readonly rebalanceId: string;
  readonly index: number;
  readonly orderId: string;
}

/** One stored event of a chain. */
export interface StoredEvent {
  readonly sequence: number;
  readonly hash: string;
  /** Canonical JSON. */
  readonly document: string;
}

/** A row of the inbox. */
export interface InboxEntry {
  readonly eventId: string;
  readonly rebalanceId: string;
  readonly state: 'APPLIED' | 'WAITING' | 'DUPLICATE';
  /** The index of the action, by which waiting reports are ordered. */
  readonly index: number;
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly receivedTime: Instant;
}

/** A report that waits for its turn. */
export interface WaitingReport {
  readonly eventId: string;
  readonly report: ExecutionReport;
}

/** One thing that watchers see. */
export interface FeedItem {
  readonly sequence: number;
  readonly kind: FeedKind;
  /** JSON of the kind. */
  readonly data: string;
  readonly state: string;
  readonly stateHash: string;
  /** The last line of the vault's ledger at the entry. */
  readonly ledgerSequence: number;
  readonly occurTime: Instant;
  /** The payload of the report that a RESULT is about, if it came as a message. */
  readonly report?: Uint8Array;
}

/** How many entries one read of the feed gives at most. */
export const FEED_PAGE = 500;

/** How far the feed of a rebalance goes. */
export interface FeedEnd {
  readonly feedCount: number;
  readonly state: string;
}

/** What watchers see, in the words of the stream. */
export type FeedKind =
  'PLAN' | 'DISPATCH' | 'RESULT' | 'RECALIBRATION' | 'LEDGER' | 'STATE' | 'END';

/** The trace that work belongs to. */
export interface Tracing {
  /** Runs the recalibration of one report in its span. */
  recalibrate<T>(facts: RebalanceFacts, index: number, run: () => Promise<T>): Promise<T>;
  /** The present trace context if it is the rebalance's trace, else the rebalance's own. */
  traceparentOf(facts: Pick<RebalanceFacts, 'traceId' | 'traceparent'>): string | undefined;
  /** The trace that is active now. */
  current(): { readonly traceId: string; readonly traceparent: string | undefined };
}

/** What happened, for logs and spans. */
export interface Observer {
  rebalanceCreated(rebalanceId: string, vaultId: string, purpose: RebalancePurpose): void;
  rebalanceEnded(rebalanceId: string, vaultId: string, state: string): void;
  /** A step was written; `before` is the rebalance as it was decided on. */
  stepTaken(before: RunningRebalance, step: RebalanceStep): void;
  vaultFrozen(vaultId: string, rebalanceId: string, why: string): void;
  redispatched(rebalanceId: string, orderId: string): void;
  reportWaits(rebalanceId: string, index: number): void;
  duplicateReport(rebalanceId: string, eventId: string): void;
  /** An alarm: money may be out, and nobody says what became of it. */
  actionStuck(action: StuckAction): void;
  /** An alarm: the books of a vault disagree. */
  vaultDrifted(vaultId: string, drift: string): void;
  faultExported(rebalanceId: string): void;
  /** What the clock asked for failed: for one rebalance, or ('') for the look at all of them. */
  clockJobFailed(job: ClockJob, rebalanceId: string, error: unknown): void;
}

/** What is done because time has passed. */
export type ClockJob = 'expiry' | 'alarm' | 'redispatch';
