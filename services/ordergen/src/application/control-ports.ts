import type { Instant } from '@trimtab/core';
import type { VaultBooks } from '../domain/audit-books.js';
import type { VaultPolicy } from '../domain/vault.js';
import type { WaitingReport } from './ports.js';

/** What approvals, admins and the audit of the ledger need of the store. */

/** What was done to a vault by hand, or by the audit; kept for ever. */
export interface AuditEntry {
  readonly verb:
    | 'SET_POLICY'
    | 'FREEZE'
    | 'UNFREEZE'
    | 'CLOSE'
    | 'RESOLVE_ACTION'
    | 'SPLIT_SERIES'
    | 'MERGE_SERIES'
    | 'SETTLE_SERIES';
  readonly vaultId: string;
  readonly rebalanceId?: string;
  /** A subject, or `system`. */
  readonly subject: string;
  readonly reason: string;
  /** Canonical JSON of what belongs to the verb. */
  readonly details: string;
  readonly time: Instant;
}

/** The rules of a vault as a whole. */
export interface VaultTerms {
  readonly policy: VaultPolicy;
  /** Sorted, without duplicates. */
  readonly managers: readonly string[];
  /** Sorted, without duplicates. */
  readonly approvers: readonly string[];
  readonly depositLimit?: bigint;
}

/** Work inside a transaction that holds the lock of the vault. */
export interface ControlSession {
  /** Results that wait for their turn, by (index, report sequence). */
  listWaiting(rebalanceId: string): Promise<readonly WaitingReport[]>;
  recordApproval(rebalanceId: string, subject: string): Promise<void>;
  setTerms(vaultId: string, terms: VaultTerms, time: Instant): Promise<void>;
  setFrozen(vaultId: string, frozen: boolean, time: Instant): Promise<void>;
  appendAudit(entry: AuditEntry): Promise<void>;
  /** As the transaction sees them now. */
  readBooks(vaultId: string): Promise<VaultBooks | undefined>;
}

/** A dispatched action that has waited too long for its final report. */
export interface StuckAction {
  readonly rebalanceId: string;
  readonly vaultId: string;
  readonly index: number;
  readonly orderId: string;
}

/** Work of the jobs that look at the clock. */
export interface ControlStore {
  /** Marks actions dispatched up to a time and not settled; each is answered once. */
  markStuck(dispatchedBefore: Instant, now: Instant): Promise<readonly StuckAction[]>;
  /** Vaults that changed since their last audit, or were last audited before a time, the oldest first. */
  findAuditDue(auditedBefore: Instant, limit: number): Promise<readonly string[]>;
  readBooks(vaultId: string): Promise<VaultBooks | undefined>;
  recordAudit(audit: {
    readonly vaultId: string;
    readonly vaultVersion: number;
    /** What was found; empty when nothing. */
    readonly drift: string;
    readonly time: Instant;
  }): Promise<void>;
  /** Faulted rebalances whose bundle is not kept yet. */
  findUnexportedFaults(): Promise<readonly string[]>;
  /** Keeps the bundle of a faulted rebalance; the first one stays. */
  keepFaultBundle(rebalanceId: string, bundle: string, time: Instant): Promise<void>;
}
