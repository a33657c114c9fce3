import { ExecType } from '@trimtab/contracts/execution';
import { Rebalance_State as RebalanceState, type Rebalance } from '@trimtab/contracts/ordergen';
import { RebalancePurpose } from '@trimtab/contracts/portfolio';
import {
  SetVaultPolicyRequest,
  VaultMode,
  type Vault,
  type VaultPolicy,
} from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import { eventually } from '@trimtab/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createOrderGenWorld,
  fundedVault,
  newVault,
  refusal,
  requestId,
  startExample,
  type OrderGenWorld,
} from './ordergen-world.js';

const FOUR_EYES: VaultPolicy = {
  allowedActions: [],
  allowedCollateralActions: [],
  slippageLimitBps: undefined,
  snapshotMaxAgeSeconds: undefined,
  fourEyes: true,
  approvalTtlSeconds: undefined,
};

type Clients = Awaited<ReturnType<OrderGenWorld['clients']>>;

let world: OrderGenWorld;
let vault: Vault;
let waiting: Rebalance;
let ann: Clients;
let bob: Clients;

beforeEach(async () => {
  world = await createOrderGenWorld();
  ann = await world.clients('ann', ['rebalance:write']);
  bob = await world.clients('bob', ['rebalance:write']);
  const { vaultId } = await fundedVault(world);
  const answer = await setPolicy(vaultId, {
    policy: FOUR_EYES,
    roles: { managers: ['manager'], approvers: ['owner', 'bob', 'ann'] },
  });
  vault = present(answer.vault, 'SetVaultPolicy answers with the vault');
  waiting = await startExample(world, vault);
});
afterEach(() => world.close());

function setPolicy(
  vaultId: string,
  fields: {
    readonly policy?: VaultPolicy;
    readonly roles?: { managers: string[]; approvers: string[] };
    readonly depositLimit?: string;
  },
) {
  const nothing = { policy: undefined, roles: undefined, depositLimit: undefined };
  return world.vaults.setVaultPolicy({ ...nothing, requestId: requestId(), vaultId, ...fields });
}

function approve(who: Clients, fields: { readonly approvedHash?: string; id?: string } = {}) {
  const { rebalanceId } = waiting;
  const approvedHash = fields.approvedHash ?? planHashOf(waiting);
  const id = fields.id ?? requestId();
  return who.orderGen.approveRebalance({ requestId: id, rebalanceId, approvedHash });
}

function planHashOf({ terms }: Rebalance): string {
  return terms?.source?.$case === 'planHash' ? terms.source.value : '';
}

async function setMode(mode: VaultMode): Promise<void> {
  const { vaultId } = vault;
  const request = { requestId: requestId(), vaultId, mode, fence: undefined, reason: '' };
  await world.vaults.setVaultMode(request);
}

/** Everything that a refused call must leave as it was. */
async function everything(): Promise<unknown> {
  const tables = ['rebalances', 'rebalance_actions', 'rebalance_events', 'vaults'];
  const rows: Record<string, unknown> = {};
  for (const table of [...tables, 'idempotency_keys', 'rebalance_feed', 'audit_entries']) {
    const found = await world.database.pool.query<{ text: string }>(
      `select row_to_json(t)::text as text from ${table} t order by 1`,
    );
    rows[table] = found.rows.map(({ text }) => text);
  }
  // The relay marks what it sent, whatever is refused meanwhile.
  rows['outbox'] = (await world.database.pool.query('select event_id from outbox order by 1')).rows;
  return rows;
}

async function refused(call: () => Promise<unknown>): Promise<string> {
  const before = await everything();
  const error = await refusal(call());
  expect(await everything()).toEqual(before);
  return `${error.kind} ${error.reason}`;
}

describe('a vault with four eyes', () => {
  it('has a rebalance wait for a second subject, and sends nothing before', async () => {
    expect(waiting.state).toBe(RebalanceState.STATE_AWAITING_APPROVAL);
    expect(waiting.approvalExpireTime).toEqual(new Date(world.clock.now() + 60_000));
    expect(world.dispatches).toEqual([]);
    const { rebalance } = await approve(ann);
    expect(rebalance).toMatchObject({
      state: RebalanceState.STATE_EXECUTING,
      approvedBy: 'ann',
      requestedBy: 'owner',
      approvalExpireTime: undefined,
      eventCount: 1n,
    });
    for (const index of [0, 1, 2, 3, 4]) await world.report(await world.dispatched(index), {});
    const { rebalanceId } = waiting;
    const end = await world.reaches(rebalanceId, RebalanceState.STATE_COMPLETED);
    expect(end.eventCount).toBe(6n);
    expect(await world.orderGen.replayRebalance({ rebalanceId })).toMatchObject({ equal: true });
  });

  it('is made by CreateVault too, with the time that an approval has', async () => {
    const policy = { ...FOUR_EYES, approvalTtlSeconds: 7 };
    const created = await world.vaults.createVault({
      requestId: requestId(),
      vault: newVault({ policy, approvers: ['ann'] }),
    });
    expect(created.vault?.policy).toMatchObject({ fourEyes: true, approvalTtlSeconds: 7 });
  });

  it('is not set where nobody could ever approve, by no order of changes', async () => {
    const why = async (call: Promise<unknown>): Promise<readonly string[]> =>
      (await refusal(call)).violations.map(({ field, reason }) => `${field} ${reason}`);
    const policy = FOUR_EYES;
    const create = (approvers: string[]): ReturnType<typeof world.vaults.createVault> =>
      world.vaults.createVault({ requestId: requestId(), vault: newVault({ policy, approvers }) });
    expect(await why(create([]))).toEqual(['vault.approvers APPROVER_MISSING']);
    expect(await why(create(['owner']))).toEqual(['vault.approvers APPROVER_MISSING']);
    const { vault } = await create(['ann']);
    const { vaultId } = present(vault, 'CreateVault answers with a vault');
    const set = (fields: Partial<SetVaultPolicyRequest>): Promise<unknown> =>
      world.vaults.setVaultPolicy(
        SetVaultPolicyRequest.fromPartial({ requestId: requestId(), vaultId, ...fields }),
      );
    const nobody = { roles: { managers: [], approvers: [] } };
    expect(await why(set(nobody))).toEqual(['roles.approvers APPROVER_MISSING']);
    await set({ policy: { ...policy, fourEyes: false }, ...nobody });
    expect(await why(set({ policy }))).toEqual(['roles.approvers APPROVER_MISSING']);
    await set({ policy, roles: { managers: ['bob'], approvers: ['owner'] } });
  });

  it('asks nobody about a settlement, which only gives back what is there', async () => {
    const { rebalanceId } = waiting;
    await world.orderGen.cancelRebalance({ requestId: requestId(), rebalanceId, reason: '' });
    const purpose = RebalancePurpose.REBALANCE_PURPOSE_SETTLE;
    const settling = await startExample(world, vault, { source: undefined, purpose });
    expect(settling.state).toBe(RebalanceState.STATE_EXECUTING);
  });

  it('cancels what waits when a correction of an earlier rebalance comes, and books it', async () => {
    await approve(ann);
    const first = waiting.rebalanceId;
    for (const index of [0, 1, 2, 3, 4]) await world.report(await world.dispatched(index), {});
    await world.reaches(first, RebalanceState.STATE_COMPLETED);
    const { vault: later } = await world.vaults.getVault({ vaultId: vault.vaultId });
    waiting = await startExample(world, present(later, 'GetVault answers with the vault'));
    await world.report(await world.dispatched(4), {
      execType: ExecType.EXEC_TYPE_TRADE_CANCEL,
      cumulativeQuantity: '0',
      cumulativeUnderlying: '0',
      reportSequence: 2n,
    });
    await world.reaches(waiting.rebalanceId, RebalanceState.STATE_CANCELLED);
    const busted = await eventually(async () => {
      const found = await world.rebalance(first);
      return found.corrections === '1680' ? found : undefined;
    });
    expect(busted.state).toBe(RebalanceState.STATE_COMPLETED);
  });

  it('answers a repeated approval with the first answer', async () => {
    const id = requestId();
    const first = await approve(ann, { id });
    expect(await approve(ann, { id })).toEqual(first);
  });

  it('cancels what waits at once, and then it cannot be approved', async () => {
    const { rebalanceId } = waiting;
    const request = { requestId: requestId(), rebalanceId, reason: 'no' };
    const { rebalance } = await world.orderGen.cancelRebalance(request);
    expect(rebalance?.state).toBe(RebalanceState.STATE_CANCELLED);
    expect(await refused(() => approve(ann))).toBe('FAILED_PRECONDITION REBALANCE_STATE_INVALID');
    expect(await world.orderGen.replayRebalance({ rebalanceId })).toMatchObject({ equal: true });
  });

  it('lets what waits expire at its time, to the millisecond', async () => {
    world.clock.advanceMillis(59_999);
    const { rebalanceId } = waiting;
    expect((await world.rebalance(rebalanceId)).state).toBe(RebalanceState.STATE_AWAITING_APPROVAL);
    world.clock.advanceMillis(1);
    const end = await world.reaches(rebalanceId, RebalanceState.STATE_EXPIRED);
    expect(end).toMatchObject({ cash: '10000', eventCount: 1n });
    expect(world.dispatches).toEqual([]);
    expect(await world.orderGen.replayRebalance({ rebalanceId })).toMatchObject({ equal: true });
  });
});

describe('an approval is refused, and stores nothing,', () => {
  it('of the one who asked, though it is an approver', async () => {
    const owner = await world.clients('owner', ['rebalance:write']);
    expect(await refused(() => approve(owner))).toBe('PERMISSION_DENIED APPROVER_NOT_DISTINCT');
  });

  it('of somebody who is no approver', async () => {
    for (const subject of ['manager', 'stranger']) {
      const who = await world.clients(subject, ['rebalance:write', 'engine', 'admin']);
      expect(await refused(() => approve(who))).toBe('PERMISSION_DENIED PERMISSION_DENIED');
    }
  });

  it('of another plan, of another rebalance or of h0 when there is a plan', async () => {
    for (const approvedHash of ['0'.repeat(64), waiting.h0]) {
      const call = () => approve(ann, { approvedHash });
      expect(await refused(call)).toBe('FAILED_PRECONDITION PLAN_HASH_MISMATCH');
    }
  });

  it('a second time', async () => {
    await approve(ann);
    await world.dispatched(0);
    expect(await refused(() => approve(bob))).toBe('FAILED_PRECONDITION REBALANCE_STATE_INVALID');
    expect(await refused(() => approve(ann))).toBe('FAILED_PRECONDITION REBALANCE_STATE_INVALID');
  });

  it.each([
    [60_000, 'accepted'],
    [60_001, 'FAILED_PRECONDITION SNAPSHOT_STALE'],
  ])('with a snapshot that is older than the policy allows: after %i ms %s', async (age, what) => {
    const policy = { ...FOUR_EYES, approvalTtlSeconds: 600 };
    await setPolicy(vault.vaultId, { policy });
    const expireTime = new Date(world.clock.now() + 900_000);
    waiting = await startExample(world, vault, { expireTime });
    world.clock.advanceMillis(age);
    const outcome =
      what === 'accepted' ? approve(ann).then(() => what) : refused(() => approve(ann));
    expect(await outcome).toBe(what);
  });

  it('at the time at which it expires, though nobody has looked at the clock yet', async () => {
    await world.close();
    world = await createOrderGenWorld('in-process', { CLOCK_POLL_MILLIS: '60000' });
    ann = await world.clients('ann', ['rebalance:write']);
    const { vaultId } = await fundedVault(world);
    const roles = { managers: [], approvers: ['ann'] };
    const answer = await setPolicy(vaultId, { policy: FOUR_EYES, roles });
    vault = present(answer.vault, 'SetVaultPolicy answers with the vault');
    waiting = await startExample(world, vault);
    world.clock.advanceMillis(60_000);
    expect(await refused(() => approve(ann))).toBe('FAILED_PRECONDITION APPROVAL_EXPIRED');
  });

  it.each<readonly [string, () => Promise<unknown>]>([
    ['the mode changed', () => setMode(VaultMode.VAULT_MODE_PAUSED)],
    ['the vault closes', () => setMode(VaultMode.VAULT_MODE_CLOSING)],
    [
      'the policy changed',
      () => setPolicy(vault.vaultId, { policy: { ...FOUR_EYES, slippageLimitBps: 51 } }),
    ],
    [
      'the roles changed',
      () => setPolicy(vault.vaultId, { roles: { managers: [], approvers: ['ann', 'bob'] } }),
    ],
    ['the limit changed', () => setPolicy(vault.vaultId, { depositLimit: '1000000' })],
    [
      'money came in',
      () =>
        world.vaults.deposit({
          requestId: requestId(),
          vaultId: vault.vaultId,
          assetId: 'USDC',
          amount: '1',
        }),
    ],
  ])('after %s: what waited is cancelled', async (_, change) => {
    await change();
    const { rebalanceId } = waiting;
    expect((await world.rebalance(rebalanceId)).state).toBe(RebalanceState.STATE_CANCELLED);
    expect(await refused(() => approve(ann))).toBe('FAILED_PRECONDITION REBALANCE_STATE_INVALID');
    expect(world.dispatches).toEqual([]);
    expect(await world.orderGen.replayRebalance({ rebalanceId })).toMatchObject({ equal: true });
  });

  it.each([
    ['version', 'version = version + 1', 'ABORTED VAULT_CHANGED'],
    ['fence', 'fence = fence + 1', 'ABORTED FENCE_STALE'],
    ['hold', 'frozen = true', 'FAILED_PRECONDITION VAULT_FROZEN'],
    ['mode', "mode = 'PAUSED'", 'FAILED_PRECONDITION VAULT_NOT_OPEN'],
  ])('when the %s of the vault is another, however that came', async (_, change, reason) => {
    await world.database.pool.query(`update vaults set ${change}`);
    expect(await refused(() => approve(ann))).toBe(reason);
  });

  it('and the same policy set again changes nothing', async () => {
    await setPolicy(vault.vaultId, { policy: FOUR_EYES });
    expect((await approve(ann)).rebalance?.state).toBe(RebalanceState.STATE_EXECUTING);
  });
});

describe('races', () => {
  it('of two approvals: exactly one wins', async () => {
    const outcomes = await Promise.allSettled([approve(ann), approve(bob), approve(ann)]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await world.dispatched(0);
    expect(await world.rebalance(waiting.rebalanceId)).toMatchObject({ eventCount: 1n });
  });

  it.each([1, 2, 3, 4, 5])('of approval and cancel: exactly one wins (%i)', async () => {
    const { rebalanceId } = waiting;
    const cancel = { requestId: requestId(), rebalanceId, reason: '' };
    await Promise.allSettled([approve(ann), world.orderGen.cancelRebalance(cancel)]);
    const { state, approvedBy } = await world.rebalance(rebalanceId);
    const approvedFirst = state === RebalanceState.STATE_CANCELLING && approvedBy === 'ann';
    const approvedOnly = state === RebalanceState.STATE_EXECUTING && approvedBy === 'ann';
    const cancelled = state === RebalanceState.STATE_CANCELLED && approvedBy === '';
    expect(approvedFirst || approvedOnly || cancelled).toBe(true);
    expect(await world.orderGen.replayRebalance({ rebalanceId })).toMatchObject({ equal: true });
  });

  it.each([1, 2, 3, 4, 5])('of approval and expiry: exactly one wins (%i)', async () => {
    const { rebalanceId } = waiting;
    world.clock.advanceMillis(59_999);
    const approval = approve(ann).then(
      () => true,
      () => false,
    );
    world.clock.advanceMillis(1);
    const isApproved = await approval;
    const state = isApproved ? RebalanceState.STATE_EXECUTING : RebalanceState.STATE_EXPIRED;
    const end = await world.reaches(rebalanceId, state);
    expect(end).toMatchObject({ eventCount: 1n, approvedBy: isApproved ? 'ann' : '' });
    if (!isApproved) expect(world.dispatches).toEqual([]);
    expect(await world.orderGen.replayRebalance({ rebalanceId })).toMatchObject({ equal: true });
  });
});
