import { instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import {
  deadlineOf,
  needsApproval,
  refuseApproval,
  refuseApprovers,
  type ApprovalClaim,
  type AwaitingRebalance,
} from './approval-rules.js';
import { DEFAULT_POLICY, type Vault } from './vault.js';

const VAULT: Vault = {
  vaultId: 'v',
  owner: 'owner',
  managers: [],
  approvers: ['ann', 'owner'],
  policy: { ...DEFAULT_POLICY, fourEyes: true },
  deposited: 0n,
  denomination: 'USDC',
  denominationDecimals: 6,
  mode: 'OPEN',
  fence: 3,
  version: 7,
  ledgerSequence: 0,
  cash: 0n,
  frozen: false,
  openRebalanceId: 'r',
  createTime: instant(0),
  updateTime: instant(0),
};

const WAITING: AwaitingRebalance = {
  rebalanceId: 'r',
  state: 'AWAITING_APPROVAL',
  purpose: 'REBALANCE',
  requestedBy: 'owner',
  planHash: 'plan',
  h0: 'h0',
  fence: 3,
  vaultVersion: 7,
  approvalExpireTime: instant(60_000),
  expireTime: instant(120_000),
};

const CLAIM: ApprovalClaim = { subject: 'ann', approvedHash: 'plan', now: instant(59_999) };

describe('an approval', () => {
  it('is taken from a second subject, in time, of what was planned', () => {
    expect(refuseApproval(VAULT, WAITING, CLAIM)).toBeUndefined();
    const explicit = { ...WAITING, planHash: '' };
    expect(refuseApproval(VAULT, explicit, { ...CLAIM, approvedHash: 'h0' })).toBeUndefined();
  });

  it.each<
    readonly [string, Partial<Vault>, Partial<AwaitingRebalance>, Partial<ApprovalClaim>, string]
  >([
    ['the requester', {}, {}, { subject: 'owner' }, 'APPROVER_NOT_DISTINCT'],
    ['nobody of the vault', {}, {}, { subject: 'eve' }, 'PERMISSION_DENIED'],
    ['one who is no approver now', { approvers: [] }, {}, {}, 'PERMISSION_DENIED'],
    ['what executes', {}, { state: 'EXECUTING' }, {}, 'REBALANCE_STATE_INVALID'],
    ['what ended', {}, { state: 'CANCELLED' }, {}, 'REBALANCE_STATE_INVALID'],
    ['another plan', {}, {}, { approvedHash: 'other' }, 'PLAN_HASH_MISMATCH'],
    ['h0 instead of the plan', {}, {}, { approvedHash: 'h0' }, 'PLAN_HASH_MISMATCH'],
    [
      'nothing, of explicit actions',
      {},
      { planHash: '' },
      { approvedHash: '' },
      'PLAN_HASH_MISMATCH',
    ],
    ['the last millisecond', {}, {}, { now: instant(60_000) }, 'APPROVAL_EXPIRED'],
    ['its own expiry', {}, { expireTime: instant(50_000) }, {}, 'APPROVAL_EXPIRED'],
    ['another mode', { mode: 'PAUSED' }, {}, {}, 'VAULT_NOT_OPEN'],
    ['another fence', { fence: 4 }, {}, {}, 'FENCE_STALE'],
    ['another version', { version: 8 }, {}, {}, 'VAULT_CHANGED'],
    ['a frozen vault', { frozen: true }, {}, {}, 'VAULT_FROZEN'],
    ['a deficit', { cash: -1n }, {}, {}, 'VAULT_IN_DEFICIT'],
  ])('is refused: %s', (_, vault, rebalance, claim, reason) => {
    const refusal = refuseApproval(
      { ...VAULT, ...vault },
      { ...WAITING, ...rebalance },
      { ...CLAIM, ...claim },
    );
    expect(refusal?.reason).toBe(reason);
  });
});

describe('what waits', () => {
  it('is everything but a settlement, when the policy asks for it', () => {
    expect(needsApproval(VAULT, 'REBALANCE')).toBe(true);
    expect(needsApproval(VAULT, 'ROLL')).toBe(true);
    expect(needsApproval(VAULT, 'SETTLE')).toBe(false);
    expect(needsApproval({ policy: DEFAULT_POLICY }, 'REBALANCE')).toBe(false);
  });

  it('waits until its approval or itself expires, and runs until it expires itself', () => {
    expect(deadlineOf(WAITING)).toBe(60_000);
    expect(deadlineOf({ ...WAITING, expireTime: instant(1) })).toBe(1);
    expect(deadlineOf({ ...WAITING, state: 'EXECUTING' })).toBe(120_000);
  });
});

describe('terms that ask for four eyes', () => {
  const terms = { ...VAULT, owner: 'owner', managers: [], approvers: [] };
  const refused = (fields: Partial<Vault>): string =>
    refuseApprovers({ ...terms, ...fields }, 'roles.approvers')
      ?.violations.map(({ field, reason }) => `${field} ${reason}`)
      .join() ?? 'taken';

  it.each([
    ['no approver', {}, 'roles.approvers APPROVER_MISSING'],
    ['no approver but the owner', { approvers: ['owner'] }, 'roles.approvers APPROVER_MISSING'],
    [
      'no approver but the owner, who is the manager too',
      { approvers: ['owner'], managers: ['owner'] },
      'roles.approvers APPROVER_MISSING',
    ],
    [
      'nobody but managers',
      { managers: ['ann'], approvers: [] },
      'roles.approvers APPROVER_MISSING',
    ],
    ['an approver', { approvers: ['ann'] }, 'taken'],
    ['the owner for what a manager asks', { approvers: ['owner'], managers: ['ann'] }, 'taken'],
    ['a manager for what the owner asks', { approvers: ['ann'], managers: ['ann'] }, 'taken'],
    ['nobody, and two eyes only', { policy: DEFAULT_POLICY }, 'taken'],
  ])('and name %s', (_, fields, expected) => {
    expect(refused(fields)).toBe(expected);
  });
});
