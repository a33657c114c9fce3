import {
  domainError,
  formatInstant,
  invalidFields,
  type DomainError,
  type Instant,
} from '@trimtab/core';
import type { RebalanceLifecycle } from './rebalance-state.js';
import { refuseApprovedStart } from './vault-rules.js';
import type { RebalancePurpose, Vault } from './vault.js';

/** Approval by a second subject (order generation rules, section 5). */

/** What approving has to know of a rebalance. */
export interface AwaitingRebalance {
  readonly rebalanceId: string;
  readonly state: RebalanceLifecycle;
  readonly purpose: RebalancePurpose;
  readonly requestedBy: string;
  /** Empty for explicit actions. */
  readonly planHash: string;
  readonly h0: string;
  readonly fence: number;
  readonly vaultVersion: number;
  /** Absent when nobody has to approve it. */
  readonly approvalExpireTime?: Instant;
  readonly expireTime: Instant;
}

/** Who approves what, and when. */
export interface ApprovalClaim {
  readonly subject: string;
  /** The plan hash; h0 for explicit actions. */
  readonly approvedHash: string;
  readonly now: Instant;
}

/** Whether a rebalance has to be approved: every one but SETTLE, when the policy asks for it. */
export function needsApproval(vault: Pick<Vault, 'policy'>, purpose: RebalancePurpose): boolean {
  return vault.policy.fourEyes && purpose !== 'SETTLE';
}

/**
 * Whether terms of a vault are refused because four eyes are asked for and nobody could ever approve
 * anything: every approver is the only one who can ask. `field` is where the approvers are stated.
 */
export function refuseApprovers(
  vault: Pick<Vault, 'owner' | 'managers' | 'approvers' | 'policy'>,
  field: string,
): DomainError | undefined {
  const { owner, managers, approvers, policy } = vault;
  if (!policy.fourEyes) return undefined;
  const traders = [owner, ...managers];
  if (approvers.some((approver) => traders.some((trader) => trader !== approver))) return undefined;
  const found = approvers.length === 0 ? 'was empty' : `was ${approvers.join(', ')} alone`;
  const message = `${found}, must name a subject that did not ask for the rebalance: the policy asks for four eyes`;
  return invalidFields([{ field, reason: 'APPROVER_MISSING', message }]);
}

/**
 * Until when a rebalance waits or runs: its approval ends with the rebalance itself, if that is
 * earlier. At this time, to the millisecond, it has expired.
 */
export function deadlineOf(
  rebalance: Pick<AwaitingRebalance, 'state' | 'approvalExpireTime' | 'expireTime'>,
): Instant {
  const { state, approvalExpireTime, expireTime } = rebalance;
  if (state !== 'AWAITING_APPROVAL' || approvalExpireTime === undefined) return expireTime;
  return approvalExpireTime < expireTime ? approvalExpireTime : expireTime;
}

/** The first rule that an approval breaks, or nothing; the age of the snapshot is checked apart. */
export function refuseApproval(
  vault: Vault,
  rebalance: AwaitingRebalance,
  claim: ApprovalClaim,
): DomainError | undefined {
  return (
    refuseSubject(vault, rebalance, claim.subject) ??
    refuseState(rebalance) ??
    refuseHash(rebalance, claim.approvedHash) ??
    refuseTime(rebalance, claim.now) ??
    refuseApprovedStart(vault, rebalance)
  );
}

function refuseSubject(
  vault: Vault,
  rebalance: AwaitingRebalance,
  subject: string,
): DomainError | undefined {
  if (subject === rebalance.requestedBy) {
    return domainError(
      'PERMISSION_DENIED',
      'APPROVER_NOT_DISTINCT',
      `subject ${subject} asked for rebalance ${rebalance.rebalanceId}, another has to approve it`,
      { rebalance_id: rebalance.rebalanceId, subject },
    );
  }
  if (vault.approvers.includes(subject)) return undefined;
  return domainError(
    'PERMISSION_DENIED',
    'PERMISSION_DENIED',
    `subject ${subject} is no approver of vault ${vault.vaultId}`,
    { vault_id: vault.vaultId, subject },
  );
}

function refuseState({ rebalanceId, state }: AwaitingRebalance): DomainError | undefined {
  if (state === 'AWAITING_APPROVAL') return undefined;
  return domainError(
    'FAILED_PRECONDITION',
    'REBALANCE_STATE_INVALID',
    `rebalance ${rebalanceId} was ${state}, can be approved in AWAITING_APPROVAL only`,
    { rebalance_id: rebalanceId, state },
  );
}

function refuseHash(rebalance: AwaitingRebalance, approvedHash: string): DomainError | undefined {
  const { planHash, h0, rebalanceId } = rebalance;
  const expected = planHash === '' ? h0 : planHash;
  if (approvedHash === expected) return undefined;
  return domainError(
    'FAILED_PRECONDITION',
    'PLAN_HASH_MISMATCH',
    `the approval is of ${approvedHash}, rebalance ${rebalanceId} is of ${expected}`,
    { rebalance_id: rebalanceId, found: approvedHash, expected },
  );
}

function refuseTime(rebalance: AwaitingRebalance, now: Instant): DomainError | undefined {
  const deadline = deadlineOf(rebalance);
  if (now < deadline) return undefined;
  return domainError(
    'FAILED_PRECONDITION',
    'APPROVAL_EXPIRED',
    `rebalance ${rebalance.rebalanceId} waited until ${formatInstant(deadline)}, it is ${formatInstant(now)}`,
    { rebalance_id: rebalance.rebalanceId, approval_expire_time: formatInstant(deadline) },
  );
}
