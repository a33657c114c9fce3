import { ExecType, FailureReason } from '@trimtab/contracts/execution';
import { Rebalance_State as RebalanceState } from '@trimtab/contracts/ordergen';
import { VaultHold, VaultMode, type Vault } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import { eventually } from '@trimtab/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createOrderGenWorld,
  FAILED,
  fundedVault,
  refusal,
  requestId,
  startExample,
  type OrderGenWorld,
} from './ordergen-world.js';

let world: OrderGenWorld;
let vault: Vault;
let admin: Awaited<ReturnType<OrderGenWorld['clients']>>;

beforeEach(async () => {
  world = await createOrderGenWorld('in-process', { AUDIT_POLL_MILLIS: '10' });
  vault = await fundedVault(world);
  admin = await world.clients('root', ['admin']);
});
afterEach(() => world.close());

const unfreeze = (fields: { readonly vaultId?: string; readonly reason?: string } = {}) =>
  admin.vaults.unfreezeVault({
    requestId: requestId(),
    vaultId: vault.vaultId,
    reason: 'books were mended',
    ...fields,
  });

const close = (fields: { readonly fence?: bigint } = {}) =>
  world.vaults.closeVault({
    requestId: requestId(),
    vaultId: vault.vaultId,
    fence: undefined,
    ...fields,
  });

const resolution = (rebalanceId: string, index: number) => ({
  requestId: requestId(),
  rebalanceId,
  index,
  execType: ExecType.EXEC_TYPE_CANCELED,
  cumulativeQuantity: '600',
  cumulativeUnderlying: '600',
  cumulativeCollateral: '',
  cumulativeFee: '',
  failureReason: FailureReason.FAILURE_REASON_VENUE_TIMEOUT,
  venueReference: 'ticket 7',
  evidence: 'the statement of the venue',
});

async function setMode(mode: VaultMode): Promise<Vault> {
  const { vaultId } = vault;
  const request = { requestId: requestId(), vaultId, mode, fence: undefined, reason: '' };
  const answer = await world.vaults.setVaultMode(request);
  return present(answer.vault, 'SetVaultMode answers with the vault');
}

async function read(): Promise<Vault> {
  const answer = await world.vaults.getVault({ vaultId: vault.vaultId });
  return present(answer.vault, 'GetVault answers with the vault');
}

async function audited(): Promise<readonly string[]> {
  const { rows } = await world.database.pool.query<{ text: string }>(
    `select verb || ' by ' || subject || ': ' || reason as text from audit_entries order by entry_id`,
  );
  return rows.map(({ text }) => text);
}

const freezeBySql = () => world.database.pool.query('update vaults set frozen = true');

describe('UnfreezeVault', () => {
  it('ends the hold, with its reason kept, and the rebalance that stood still goes on', async () => {
    const { rebalanceId } = await startExample(world, vault);
    const first = await world.dispatched(0);
    await freezeBySql();
    await world.report(first, {});
    await eventually(async () => {
      return (await world.rebalance(rebalanceId)).nextIndex === 1 ? true : undefined;
    });
    expect(world.dispatches).toHaveLength(1);
    const answer = await unfreeze();
    expect(answer.vault?.holds).toEqual([]);
    for (const index of [1, 2, 3, 4]) await world.report(await world.dispatched(index), {});
    await world.reaches(rebalanceId, RebalanceState.STATE_COMPLETED);
    expect(await audited()).toEqual(['UNFREEZE by root: books were mended']);
    expect(await world.orderGen.replayRebalance({ rebalanceId })).toMatchObject({ equal: true });
  });

  it('is refused to all but admins, without a reason, and for a vault that is not frozen', async () => {
    expect((await refusal(unfreeze())).reason).toBe('VAULT_NOT_FROZEN');
    await freezeBySql();
    expect((await refusal(unfreeze({ reason: '' }))).reason).toBe('FIELD_REQUIRED');
    expect((await refusal(unfreeze({ vaultId: 'nobody' }))).reason).toBe('VAULT_NOT_FOUND');
    const request = { requestId: requestId(), vaultId: vault.vaultId, reason: 'please' };
    const own = await refusal(world.vaults.unfreezeVault(request));
    expect(own.reason).toBe('PERMISSION_DENIED');
    expect((await read()).holds).toEqual([VaultHold.VAULT_HOLD_FROZEN]);
    expect(await audited()).toEqual([]);
  });

  it('is refused while the books disagree, with the words of the audit', async () => {
    await world.database.pool.query('update vaults set frozen = true, cash = cash + 1');
    const error = await refusal(unfreeze());
    expect(error.reason).toBe('VAULT_FROZEN');
    expect(error.metadata['drift']).toBe('cash of USDC: ledger 10000, balance 10001');
  });
});

describe('a stop on a frozen vault does not hang', () => {
  it.each([
    ['cancel', RebalanceState.STATE_CANCELLED],
    ['expiry', RebalanceState.STATE_EXPIRED],
    ['closing', RebalanceState.STATE_CANCELLED],
  ])('%s with nothing out ends at once', async (how, state) => {
    const { rebalanceId } = await startExample(world, vault);
    const first = await world.dispatched(0);
    await freezeBySql();
    await world.report(first, FAILED);
    await eventually(async () => {
      return (await world.rebalance(rebalanceId)).nextIndex === 1 ? true : undefined;
    });
    if (how === 'cancel') {
      await world.orderGen.cancelRebalance({ requestId: requestId(), rebalanceId, reason: '' });
    }
    if (how === 'expiry') world.clock.advanceMillis(120_000);
    if (how === 'closing') await setMode(VaultMode.VAULT_MODE_CLOSING);
    const end = await world.reaches(rebalanceId, state);
    expect(end.cash).toBe('10000');
    expect(world.dispatches).toHaveLength(1);
    expect((await read()).openRebalanceId).toBe('');
    expect(await world.orderGen.replayRebalance({ rebalanceId })).toMatchObject({ equal: true });
  });

  it('and with an action out it ends with its final report', async () => {
    const { rebalanceId } = await startExample(world, vault);
    const first = await world.dispatched(0);
    await freezeBySql();
    await world.orderGen.cancelRebalance({ requestId: requestId(), rebalanceId, reason: '' });
    expect((await world.rebalance(rebalanceId)).state).toBe(RebalanceState.STATE_CANCELLING);
    await world.report(first, {});
    await world.reaches(rebalanceId, RebalanceState.STATE_CANCELLED);
  });
});

describe('CloseVault', () => {
  it('closes a vault that is CLOSING and flat, for ever', async () => {
    expect((await refusal(close())).reason).toBe('VAULT_MODE_TRANSITION_INVALID');
    const closing = await setMode(VaultMode.VAULT_MODE_CLOSING);
    expect((await refusal(close())).reason).toBe('VAULT_NOT_EMPTY');
    expect((await refusal(close({ fence: vault.fence }))).reason).toBe('FENCE_STALE');
    for (const [assetId, amount] of [
      ['USDC', '10000'],
      ['A', '30000'],
      ['B', '30000'],
      ['C', '29999'],
    ] as const) {
      const { vaultId } = vault;
      await world.vaults.withdraw({ requestId: requestId(), vaultId, assetId, amount });
    }
    expect((await refusal(close())).reason).toBe('VAULT_NOT_EMPTY');
    const last = { requestId: requestId(), vaultId: vault.vaultId, assetId: 'C', amount: '1' };
    await world.vaults.withdraw(last);
    const stranger = await world.clients('stranger', ['rebalance:write']);
    const request = { requestId: requestId(), vaultId: vault.vaultId, fence: closing.fence };
    expect((await refusal(stranger.vaults.closeVault(request))).reason).toBe('PERMISSION_DENIED');
    const { vault: closed } = await world.vaults.closeVault(request);
    expect(closed).toMatchObject({ mode: VaultMode.VAULT_MODE_CLOSED, fence: closing.fence + 1n });
    expect((await world.vaults.closeVault(request)).vault).toEqual(closed);
    expect((await refusal(close())).reason).toBe('VAULT_MODE_TRANSITION_INVALID');
    const policy = { policy: undefined, roles: undefined, depositLimit: '1' };
    const change = { ...policy, requestId: requestId(), vaultId: vault.vaultId };
    expect((await refusal(world.vaults.setVaultPolicy(change))).reason).toBe('VAULT_CLOSED');
  });

  it('waits for what runs, and is refused to a frozen vault', async () => {
    await startExample(world, vault);
    await world.dispatched(0);
    await setMode(VaultMode.VAULT_MODE_CLOSING);
    expect((await refusal(close())).reason).toBe('VAULT_BUSY');
    await world.report(await world.dispatched(0), FAILED);
    await eventually(async () => ((await read()).openRebalanceId === '' ? true : undefined));
    await freezeBySql();
    expect((await refusal(close())).reason).toBe('VAULT_FROZEN');
  });
});

describe('SetVaultPolicy', () => {
  it('changes what is named and leaves the rest, for the owner alone', async () => {
    const { vaultId } = vault;
    const nothing = { vaultId, policy: undefined, roles: undefined, depositLimit: undefined };
    const roles = { managers: ['m2', 'm1'], approvers: ['a'] };
    const set = (fields: object) =>
      world.vaults.setVaultPolicy({ ...nothing, requestId: requestId(), ...fields });
    expect((await set({ roles })).vault).toMatchObject({
      managers: ['m1', 'm2'],
      approvers: ['a'],
      policy: { slippageLimitBps: 50, fourEyes: false },
      version: vault.version,
    });
    expect((await set({ depositLimit: '100000' })).vault?.depositLimit).toBe('100000');
    const money = { requestId: requestId(), vaultId, assetId: 'USDC', amount: '1' };
    expect((await refusal(world.vaults.deposit(money))).reason).toBe('DEPOSIT_LIMIT_EXCEEDED');
    expect((await set({ depositLimit: '' })).vault).toMatchObject({ depositLimit: '' });
    for (const subject of ['m1', 'a', 'root']) {
      const who = await world.clients(subject, ['rebalance:write', 'engine', 'admin']);
      const request = { ...nothing, requestId: requestId(), roles };
      expect((await refusal(who.vaults.setVaultPolicy(request))).reason).toBe('PERMISSION_DENIED');
    }
    const bad = await refusal(
      set({ depositLimit: '01', roles: { managers: ['x', 'x'], approvers: [''] } }),
    );
    expect(bad.violations.map(({ field }) => field).sort()).toEqual([
      'deposit_limit',
      'roles.approvers[0]',
      'roles.managers[1]',
    ]);
  });
});

describe('an action without a final report', () => {
  it('is stuck after 300 s, to the millisecond, and only then settled by an admin', async () => {
    const expireTime = new Date(world.clock.now() + 3_600_000);
    const { rebalanceId } = await startExample(world, vault, { expireTime });
    const order = await world.dispatched(0);
    world.clock.advanceMillis(299_999);
    const early = await refusal(admin.orderGen.resolveAction(resolution(rebalanceId, 0)));
    expect(early.reason).toBe('ACTION_NOT_STUCK');
    expect((await world.rebalance(rebalanceId)).actions[0]?.stuck).toBe(false);
    world.clock.advanceMillis(1);
    await eventually(async () => {
      const { actions } = await world.rebalance(rebalanceId);
      return actions[0]?.stuck === true ? true : undefined;
    });
    const next = await refusal(admin.orderGen.resolveAction(resolution(rebalanceId, 1)));
    expect(next.reason).toBe('ACTION_NOT_STUCK');
    const none = await refusal(admin.orderGen.resolveAction(resolution(rebalanceId, 5)));
    expect(none.reason).toBe('ACTION_NOT_FOUND');
    const owner = await refusal(world.orderGen.resolveAction(resolution(rebalanceId, 0)));
    expect(owner.reason).toBe('PERMISSION_DENIED');
    expect(await audited()).toEqual([]);

    const request = resolution(rebalanceId, 0);
    const { rebalance } = await admin.orderGen.resolveAction(request);
    // 2 100 were ordered and 600 sold: the rest is spread over those to come.
    expect(rebalance).toMatchObject({ nextIndex: 1, cash: '10600' });
    expect(rebalance?.actions[0]).toMatchObject({ stuck: false, filled: '600' });
    expect(rebalance?.recalibrations).toHaveLength(1);
    expect((await admin.orderGen.resolveAction(request)).rebalance).toEqual(rebalance);
    expect((await read()).cash).toBe('10600');
    expect(await audited()).toEqual(['RESOLVE_ACTION by root: the statement of the venue']);

    // The venue's own word, when it comes after all: as much changes nothing, more is a correction.
    await world.report(order, { cumulativeQuantity: '600', cumulativeUnderlying: '600' });
    await world.report(order, {
      cumulativeQuantity: '700',
      cumulativeUnderlying: '700',
      reportSequence: 2n,
    });
    await eventually(async () => {
      return (await world.rebalance(rebalanceId)).corrections === '100' ? true : undefined;
    });
    for (const index of [1, 2, 3, 4]) await world.report(await world.dispatched(index), {});
    const end = await world.reaches(rebalanceId, RebalanceState.STATE_COMPLETED_ADJUSTED);
    expect((await read()).cash).toBe(end.cash);
    expect(await world.orderGen.replayRebalance({ rebalanceId })).toMatchObject({ equal: true });
  });

  it('is resolved with evidence, canonical numbers and a reason, or not at all', async () => {
    const bad = {
      ...resolution('', -1),
      execType: ExecType.EXEC_TYPE_PARTIAL_FILL,
      cumulativeQuantity: '-1',
      cumulativeUnderlying: '',
      failureReason: FailureReason.FAILURE_REASON_UNSPECIFIED,
      venueReference: '',
      evidence: '',
    };
    const error = await refusal(admin.orderGen.resolveAction(bad));
    expect(error.violations.map(({ field }) => field).sort()).toEqual([
      'cumulative_quantity',
      'cumulative_underlying',
      'evidence',
      'exec_type',
      'index',
      'rebalance_id',
      'venue_reference',
    ]);
    const { FAILURE_REASON_UNSPECIFIED, FAILURE_REASON_BELOW_LOT } = FailureReason;
    for (const [execType, failureReason] of [
      [ExecType.EXEC_TYPE_REJECTED, FAILURE_REASON_UNSPECIFIED],
      [ExecType.EXEC_TYPE_FILL, FAILURE_REASON_BELOW_LOT],
    ] as const) {
      const request = { ...resolution('x', 0), execType, failureReason };
      const { violations } = await refusal(admin.orderGen.resolveAction(request));
      expect(violations.map(({ field }) => field)).toEqual(['failure_reason']);
    }
  });
});

describe('a faulted rebalance', () => {
  it('freezes its vault, keeps its bundle as it was, and later money reaches the ledger', async () => {
    const { rebalanceId } = await startExample(world, vault);
    const order = await world.dispatched(0);
    await world.report(order, { orderedAmount: '2000' });
    await world.reaches(rebalanceId, RebalanceState.STATE_FAULTED);
    const kept = await eventually(async () => {
      const { rows } = await world.database.pool.query<{ bundle: string }>(
        'select bundle from fault_bundles where rebalance_id = $1',
        [rebalanceId],
      );
      return rows[0]?.bundle;
    });
    const bundle = JSON.parse(kept) as { readonly stateHash: string; readonly events: unknown[] };
    expect(bundle.stateHash).toBe((await world.rebalance(rebalanceId)).stateHash);
    expect(bundle.events).toHaveLength(1);
    await world.report(order, {
      orderedAmount: '2000',
      cumulativeQuantity: '2150',
      cumulativeUnderlying: '2150',
      reportSequence: 2n,
    });
    await eventually(async () => ((await read()).cash === '12150' ? true : undefined));
    expect((await read()).holds).toEqual([VaultHold.VAULT_HOLD_FROZEN]);
    await unfreeze();
    expect((await read()).holds).toEqual([]);
  });
});

describe('races', () => {
  it.each([1, 2, 3, 4, 5])('of a cancel and a result end in one order of both (%i)', async () => {
    const { rebalanceId } = await startExample(world, vault);
    const first = await world.dispatched(0);
    const cancel = { requestId: requestId(), rebalanceId, reason: '' };
    await Promise.all([world.report(first, {}), world.orderGen.cancelRebalance(cancel)]);
    const after = await eventually(async () => {
      const found = await world.rebalance(rebalanceId);
      return found.nextIndex === 1 ? found : undefined;
    });
    // The cancel was first: the result ended it. The result was first: the next action is out.
    if (after.state === RebalanceState.STATE_CANCELLING) {
      await world.report(await world.dispatched(1), {});
    }
    const end = await world.reaches(rebalanceId, RebalanceState.STATE_CANCELLED);
    expect(end.cash).toBe(end.nextIndex === 1 ? '12100' : '13360');
    expect((await read()).cash).toBe(end.cash);
    expect(await world.orderGen.replayRebalance({ rebalanceId })).toMatchObject({ equal: true });
  });

  it.each([1, 2, 3, 4, 5])('of CLOSING and a dispatch: nothing is sent after it (%i)', async () => {
    const { rebalanceId } = await startExample(world, vault);
    const first = await world.dispatched(0);
    await Promise.all([world.report(first, {}), setMode(VaultMode.VAULT_MODE_CLOSING)]);
    const closed = await world.rebalance(rebalanceId);
    const out = closed.actions.filter(({ orderId }) => orderId !== '').length;
    if (closed.state !== RebalanceState.STATE_CANCELLED) {
      await world.report(await world.dispatched(out - 1), {});
    }
    await world.reaches(rebalanceId, RebalanceState.STATE_CANCELLED);
    const { rows } = await world.database.pool.query(
      "select from outbox where subject like 'trimtab.orders.v1.%'",
    );
    expect(rows).toHaveLength(out);
    expect(out).toBeLessThanOrEqual(2);
  });

  it('of ResolveAction and the final report: the money is booked once', async () => {
    const expireTime = new Date(world.clock.now() + 3_600_000);
    const { rebalanceId } = await startExample(world, vault, { expireTime });
    const order = await world.dispatched(0);
    world.clock.advanceMillis(300_000);
    const done = { cumulativeQuantity: '2100', cumulativeUnderlying: '2100' };
    const request = {
      ...resolution(rebalanceId, 0),
      ...done,
      execType: ExecType.EXEC_TYPE_FILL,
      failureReason: FailureReason.FAILURE_REASON_UNSPECIFIED,
    };
    await Promise.allSettled([admin.orderGen.resolveAction(request), world.report(order, {})]);
    await world.dispatched(1);
    await eventually(async () => {
      const { rows } = await world.database.pool.query(
        "select from inbox where state <> 'WAITING'",
      );
      return rows.length > 0 ? true : undefined;
    });
    expect((await read()).cash).toBe('12100');
    expect(await world.orderGen.replayRebalance({ rebalanceId })).toMatchObject({ equal: true });
  });
});
