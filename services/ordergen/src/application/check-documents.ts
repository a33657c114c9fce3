import { domainError, refuse, type Instant } from '@trimtab/core';
import type { Vault } from '../domain/vault.js';
import type { PlanCopy, SnapshotCopy } from './documents.js';

/** What a rebalance is made from, besides the vault's holdings. */
export interface Documents {
  /** At the version that the request names. */
  readonly vault: Vault;
  readonly plan: PlanCopy | undefined;
  readonly snapshot: SnapshotCopy;
  /** The snapshot that the request names. */
  readonly snapshotHash: string;
}

/**
 * Whether plan and snapshot are fresh, belong together and belong to the vault (order generation
 * rules, sections 1 and 5).
 *
 * @throws DomainFailure SNAPSHOT_STALE, SNAPSHOT_HASH_MISMATCH, PLAN_VAULT_MISMATCH or
 *   PLAN_NO_OP
 */
export function checkDocuments(documents: Documents, now: Instant): void {
  const { vault, plan, snapshot, snapshotHash } = documents;
  if (snapshot.denomination !== vault.denomination) {
    mismatch('SNAPSHOT_HASH_MISMATCH', 'the snapshot is priced in', {
      found: snapshot.denomination,
      expected: vault.denomination,
    });
  }
  checkSnapshotAge(vault, snapshot, now);
  if (plan === undefined) return;
  if (plan.vaultId !== vault.vaultId) {
    mismatch('PLAN_VAULT_MISMATCH', 'the plan is for vault', {
      found: plan.vaultId,
      expected: vault.vaultId,
    });
  }
  if (plan.vaultVersion !== vault.version) {
    mismatch('PLAN_VAULT_MISMATCH', 'the plan is for version', {
      found: String(plan.vaultVersion),
      expected: String(vault.version),
    });
  }
  if (plan.snapshotHash !== snapshotHash) {
    mismatch('SNAPSHOT_HASH_MISMATCH', 'the plan was made at snapshot', {
      found: plan.snapshotHash,
      expected: snapshotHash,
    });
  }
  if (plan.noOp) {
    refuse(
      domainError(
        'FAILED_PRECONDITION',
        'PLAN_NO_OP',
        `plan ${plan.planHash} changes too little to be executed`,
        { plan_hash: plan.planHash },
      ),
    );
  }
}

/** Whether a snapshot is fresh enough for the vault's policy. @throws DomainFailure SNAPSHOT_STALE */
export function checkSnapshotAge(
  vault: Pick<Vault, 'policy'>,
  snapshot: Pick<SnapshotCopy, 'takeTime'>,
  now: Instant,
): void {
  const age = now - snapshot.takeTime;
  const maxAge = vault.policy.snapshotMaxAgeSeconds * 1000;
  if (age <= maxAge) return;
  refuse(
    domainError(
      'FAILED_PRECONDITION',
      'SNAPSHOT_STALE',
      `the snapshot was last taken ${age} ms ago, at most ${maxAge} ms are allowed`,
      { age_millis: String(age), max_age_millis: String(maxAge) },
    ),
  );
}

function mismatch(
  reason: string,
  text: string,
  metadata: { readonly found: string; readonly expected: string },
): never {
  const message = `${text} ${metadata.found}, expected ${metadata.expected}`;
  refuse(domainError('FAILED_PRECONDITION', reason, message, metadata));
}
