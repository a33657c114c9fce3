import { contentHash, TAGS } from '@trimtab/canonical';
import { ExecType, FailureReason } from '@trimtab/contracts/execution';
import { Rebalance_State as RebalanceState } from '@trimtab/contracts/ordergen';
import { VaultHold, VaultMode, type LedgerEntry } from '@trimtab/contracts/vault';
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
beforeEach(async () => {
  world = await createOrderGenWorld();
});
afterEach(() => world.close());

async function ledger(vaultId: string): Promise<readonly LedgerEntry[]> {
  const request = {
    vaultId,
    pageSize: 500,
    pageToken: '',
    rebalanceId: '',
    assetId: '',
    afterSequence: 0n,
  };
  return (await world.vaults.listLedgerEntries(request)).entries;
}

/** What the lines add up to must be what the vault says it holds. */
async function expectConserved(vaultId: string): Promise<void> {
  const { vault } = await world.vaults.getVault({ vaultId });
  const sums = new Map<string, bigint>();
  const total = new Map<string, bigint>();
  for (const { account, assetId, amount } of await ledger(vaultId)) {
    total.set(assetId, (total.get(assetId) ?? 0n) + BigInt(amount));
    if (account !== 1 && account !== 2) continue;
    const key = account === 1 ? 'cash' : assetId;
    sums.set(key, (sums.get(key) ?? 0n) + BigInt(amount));
  }
  expect([...total.values()].every((sum) => sum === 0n)).toBe(true);
  expect(sums.get('cash')?.toString()).toBe(vault?.cash);
  for (const { assetId, quantity } of vault?.positions ?? []) {
    expect(sums.get(assetId)?.toString()).toBe(quantity);
  }
}

describe('a report', () => {
  it('of another bundle aborts the rebalance', async () => {
    const { rebalanceId } = await startExample(world, await fundedVault(world));
    await world.report(await world.dispatched(0), {
      ...FAILED,
      failureReason: FailureReason.FAILURE_REASON_BUNDLE_HASH_MISMATCH,
    });
    const end = await world.reaches(rebalanceId, RebalanceState.STATE_ABORTED);
    expect(end.stateReason).toBe('BUNDLE_HASH_MISMATCH');
    expect(world.dispatches).toHaveLength(1);
    expect(await world.orderGen.replayRebalance({ rebalanceId })).toMatchObject({ equal: true });
  });

  it('under our order id for another amount is booked, and faults the rebalance', async () => {
    const vault = await fundedVault(world);
    const { rebalanceId } = await startExample(world, vault);
    await world.report(await world.dispatched(0), { orderedAmount: '2000' });
    await world.reaches(rebalanceId, RebalanceState.STATE_FAULTED);
    const frozen = await world.vaults.getVault({ vaultId: vault.vaultId });
    expect(frozen.vault?.holds).toEqual([VaultHold.VAULT_HOLD_FROZEN]);
    expect(frozen.vault?.cash).toBe('12100');
    await expectConserved(vault.vaultId);
    expect(await world.orderGen.replayRebalance({ rebalanceId })).toMatchObject({ equal: true });
  });

  it('that waited with another amount faults the rebalance at its turn', async () => {
    const vault = await fundedVault(world);
    const { rebalanceId } = await startExample(world, vault);
    const first = await world.dispatched(0);
    const orderId = contentHash(TAGS.orderId, { rebalanceId, index: 1, attempt: 1 });
    await world.report({ ...first, orderId, index: 1, amount: '1260' }, {});
    // The first fails: 1 680 would be ordered of the second, and 1 260 was answered.
    await world.report(first, FAILED);
    const end = await world.reaches(rebalanceId, RebalanceState.STATE_FAULTED);
    expect(end.stateReason).toContain('1260');
    await expectConserved(vault.vaultId);
  });

  it('of nobody we know becomes a dead letter', async () => {
    const { rebalanceId } = await startExample(world, await fundedVault(world));
    const order = await world.dispatched(0);
    const letters: string[] = [];
    const watching = await world.bus.subscribe(
      {
        name: 'letters',
        stream: 'TRIMTAB_DEADLETTER',
        filterSubject: 'trimtab.deadletter.v1.>',
        concurrency: 1,
        ackWaitMillis: 30_000,
        maxDeliver: 1,
        backoffMillis: [100],
        keyOf: (subject) => subject,
      },
      async ({ eventId }) => {
        letters.push(eventId);
        return { kind: 'ack' };
      },
    );
    const foreign = await world.report({ ...order, orderId: 'f'.repeat(64) }, {});
    const lost = await world.report({ ...order, rebalanceId: 'unknown' }, { reportSequence: 2n });
    await eventually(() => (letters.length === 2 ? true : undefined));
    expect([...letters].sort()).toEqual([foreign.eventId, lost.eventId].sort());
    expect((await world.rebalance(rebalanceId)).nextIndex).toBe(0);
    await watching.stop();
  });

  it('of a settled action corrects it: a loss shrinks the buys, a bust is taken back', async () => {
    const vault = await fundedVault(world);
    const { rebalanceId } = await startExample(world, vault, { underlyingFloor: '10000' });
    const order = await world.dispatched(0);
    await world.report(order, {});
    await world.dispatched(1);
    // 2 100 were received, then 2 000 only: the floor of 10 000 leaves no room, the buys pay.
    await world.report(order, {
      execType: ExecType.EXEC_TYPE_TRADE_CORRECT,
      cumulativeUnderlying: '2000',
      reportSequence: 2n,
    });
    const corrected = await eventually(async () => {
      const found = await world.rebalance(rebalanceId);
      return found.corrections === '-100' ? found : undefined;
    });
    expect(corrected.buys?.total).toBe('4100');
    // An older number of the same order changes nothing.
    await world.report(order, {
      execType: ExecType.EXEC_TYPE_PARTIAL_FILL,
      cumulativeUnderlying: '50',
      cumulativeQuantity: '50',
      reportSequence: 1n,
    });
    for (const index of [1, 2, 3, 4]) await world.report(await world.dispatched(index), {});
    const end = await world.reaches(rebalanceId, RebalanceState.STATE_COMPLETED_ADJUSTED);
    expect(end.cash).toBe('10000');
    // After the end a bust of the last buy still reaches ledger and chain.
    await world.report(await world.dispatched(4), {
      execType: ExecType.EXEC_TYPE_TRADE_CANCEL,
      cumulativeQuantity: '0',
      cumulativeUnderlying: '0',
      reportSequence: 2n,
    });
    const busted = await eventually(async () => {
      const found = await world.rebalance(rebalanceId);
      return found.eventCount > end.eventCount ? found : undefined;
    });
    expect(BigInt(busted.cash) - BigInt(end.cash)).toBe(BigInt(end.actions[4]?.amount ?? '0'));
    await expectConserved(vault.vaultId);
    expect(await world.orderGen.replayRebalance({ rebalanceId })).toMatchObject({ equal: true });
  });

  it('of a buy that spent more than its amount is clipped, the excess a correction', async () => {
    const vault = await fundedVault(world);
    const { rebalanceId } = await startExample(world, vault);
    for (const index of [0, 1, 2]) await world.report(await world.dispatched(index), {});
    await world.report(await world.dispatched(3), { cumulativeUnderlying: '2530' });
    await world.report(await world.dispatched(4), {});
    const end = await world.reaches(rebalanceId, RebalanceState.STATE_COMPLETED);
    expect(end).toMatchObject({ corrections: '-10', cash: '9990' });
    await expectConserved(vault.vaultId);
    expect(await world.orderGen.replayRebalance({ rebalanceId })).toMatchObject({ equal: true });
  });
});

describe('stopping', () => {
  it('by a cancel keeps what is executed and waits for the open action', async () => {
    const { rebalanceId } = await startExample(world, await fundedVault(world));
    await world.report(await world.dispatched(0), {});
    const open = await world.dispatched(1);
    const request = { requestId: requestId(), rebalanceId, reason: 'enough' };
    const answer = await world.orderGen.cancelRebalance(request);
    expect(answer.rebalance?.state).toBe(RebalanceState.STATE_CANCELLING);
    const again = { ...request, requestId: requestId() };
    const error = await refusal(world.orderGen.cancelRebalance(again));
    expect(error.reason).toBe('REBALANCE_STATE_INVALID');
    await world.report(open, {});
    const end = await world.reaches(rebalanceId, RebalanceState.STATE_CANCELLED);
    expect(end.cash).toBe('13360');
    expect(world.dispatches).toHaveLength(2);
    expect(await world.orderGen.replayRebalance({ rebalanceId })).toMatchObject({ equal: true });
  });

  it('by closing the vault cancels what runs; pausing lets it finish', async () => {
    const vault = await fundedVault(world);
    const { vaultId } = vault;
    const { rebalanceId } = await startExample(world, vault);
    const first = await world.dispatched(0);
    const set = (mode: VaultMode) =>
      world.vaults.setVaultMode({
        requestId: requestId(),
        vaultId,
        mode,
        fence: undefined,
        reason: '',
      });
    await set(VaultMode.VAULT_MODE_PAUSED);
    await world.report(first, {});
    const second = await world.dispatched(1);
    const { vault: closing } = await set(VaultMode.VAULT_MODE_CLOSING);
    expect(closing?.fence).toBe(vault.fence + 2n);
    await world.report(second, {});
    await world.reaches(rebalanceId, RebalanceState.STATE_CANCELLED);
    expect(world.dispatches).toHaveLength(2);
  });

  it('by its expire time, and not a millisecond earlier', async () => {
    const { rebalanceId } = await startExample(world, await fundedVault(world));
    const open = await world.dispatched(0);
    world.clock.advanceMillis(119_999);
    await eventually(() => (world.dispatches.length > 1 ? true : undefined));
    expect((await world.rebalance(rebalanceId)).state).toBe(RebalanceState.STATE_EXECUTING);
    world.clock.advanceMillis(1);
    await world.reaches(rebalanceId, RebalanceState.STATE_EXPIRING);
    await world.report(open, FAILED);
    const end = await world.reaches(rebalanceId, RebalanceState.STATE_EXPIRED);
    expect(end).toMatchObject({ cash: '10000', residual: '0' });
  });
});

describe('a deposit during a run', () => {
  it('stays outside the fold, and the next result is booked on top of it', async () => {
    const vault = await fundedVault(world);
    const { vaultId } = vault;
    const { rebalanceId } = await startExample(world, vault);
    const order = await world.dispatched(0);
    await world.vaults.deposit({ requestId: requestId(), vaultId, assetId: 'USDC', amount: '7' });
    await world.report(order, {});
    await world.dispatched(1);
    const answer = await world.vaults.getVault({ vaultId });
    expect(answer.vault?.cash).toBe('12107');
    expect((await world.rebalance(rebalanceId)).cash).toBe('12100');
    await expectConserved(vaultId);
  });
});

describe('a new process', () => {
  it('goes on where the last one was, from the database alone', async () => {
    const { rebalanceId } = await startExample(world, await fundedVault(world));
    await world.report(await world.dispatched(0), FAILED);
    const order = await world.dispatched(1);
    await world.restart();
    await world.report(order, {});
    for (const index of [2, 3, 4]) await world.report(await world.dispatched(index), {});
    const end = await world.reaches(rebalanceId, RebalanceState.STATE_COMPLETED_ADJUSTED);
    expect(end.actions.map(({ amount }) => amount)).toEqual([
      '2100',
      '1680',
      '1120',
      '1680',
      '1120',
    ]);
    expect(await world.orderGen.replayRebalance({ rebalanceId })).toMatchObject({ equal: true });
  });
});

describe('the record', () => {
  it('that was tampered with is found by a replay, at the event and the field', async () => {
    const { rebalanceId } = await startExample(world, await fundedVault(world));
    for (const index of [0, 1, 2, 3, 4]) await world.report(await world.dispatched(index), {});
    await world.reaches(rebalanceId, RebalanceState.STATE_COMPLETED);
    await world.database.pool.query(
      `update rebalance_events set document = replace(document, '"filled":"1260"', '"filled":"1259"')
       where rebalance_id = $1 and sequence = 2`,
      [rebalanceId],
    );
    const replay = await world.orderGen.replayRebalance({ rebalanceId });
    expect(replay.equal).toBe(false);
    expect(replay.firstDifference?.sequence).toBe(2n);
  });

  it('is watched from any place without a gap, up to the end', async () => {
    const { rebalanceId } = await startExample(world, await fundedVault(world));
    await world.report(await world.dispatched(0), FAILED);
    const kinds: string[] = [];
    const sequences: bigint[] = [];
    const rest = (async () => {
      for await (const { event } of world.orderGen.watchRebalance({
        rebalanceId,
        afterSequence: 0n,
      })) {
        kinds.push(event?.event?.$case ?? '');
        sequences.push(event?.sequence ?? 0n);
      }
    })();
    for (const index of [1, 2, 3, 4]) await world.report(await world.dispatched(index), {});
    await rest;
    expect(kinds.slice(0, 5)).toEqual(['plan', 'dispatch', 'result', 'recalibration', 'dispatch']);
    expect(kinds.at(-1)).toBe('end');
    expect(sequences).toEqual(sequences.map((_, place) => BigInt(place + 1)));
    const later: bigint[] = [];
    for await (const { event } of world.orderGen.watchRebalance({
      rebalanceId,
      afterSequence: 4n,
    })) {
      later.push(event?.sequence ?? 0n);
    }
    expect(later).toEqual(sequences.slice(4));
    const beyond = world.orderGen.watchRebalance({ rebalanceId, afterSequence: 1000n });
    const iterator = beyond[Symbol.asyncIterator]();
    expect((await refusal(iterator.next())).reason).toBe('SEQUENCE_OUT_OF_RANGE');
  });

  it('of an empty rebalance ends at once', async () => {
    const vault = await fundedVault(world);
    const band = { kind: 1 as const, widthBps: 10_000, goal: 1 as const };
    const end = await startExample(world, vault, { driftBand: band });
    expect(end).toMatchObject({
      state: RebalanceState.STATE_COMPLETED,
      actions: [],
      stateHash: end.h0,
    });
  });
});
