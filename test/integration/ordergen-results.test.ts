import { ExecType, type ExecutionReport } from '@trimtab/contracts/execution';
import {
  Action_State as ActionState,
  Rebalance_State as RebalanceState,
  type Rebalance,
} from '@trimtab/contracts/ordergen';
import { eventually } from '@trimtab/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import {
  BUSES,
  createOrderGenWorld,
  FAILED,
  fundedVault,
  startExample,
  type OrderGenWorld,
} from './ordergen-world.js';

/** A step of a story: the index that is reported, and what is reported. */
type Told = readonly [index: number, fields: Partial<ExecutionReport>];

const FILLED: Partial<ExecutionReport> = {};
const ALL_FILLED: readonly Told[] = [0, 1, 2, 3, 4].map((index) => [index, FILLED]);

async function tell(world: OrderGenWorld, story: readonly Told[]): Promise<void> {
  for (const [index, fields] of story) await world.report(await world.dispatched(index), fields);
}

const amounts = (rebalance: Rebalance): readonly string[] =>
  rebalance.actions.map(({ amount }) => amount);

describe.each(BUSES)('results over the %s bus', (kind) => {
  let world: OrderGenWorld;
  afterEach(() => world.close());

  it('fill every action as planned and complete the rebalance', async () => {
    world = await createOrderGenWorld(kind);
    const vault = await fundedVault(world);
    const { rebalanceId } = await startExample(world, vault);
    await tell(world, ALL_FILLED);
    const end = await world.reaches(rebalanceId, RebalanceState.STATE_COMPLETED);
    expect(amounts(end)).toEqual(['2100', '1260', '840', '2520', '1680']);
    expect(end).toMatchObject({ cash: '10000', residual: '0', toUnderlying: '0', nextIndex: 5 });
    const answer = await world.vaults.getVault({ vaultId: vault.vaultId });
    expect(answer.vault?.cash).toBe('10000');
    expect(answer.vault?.openRebalanceId).toBe('');
    expect(answer.vault?.positions.map(({ assetId, quantity }) => [assetId, quantity])).toEqual([
      ['A', '27900'],
      ['B', '28740'],
      ['C', '29160'],
      ['D', '2520'],
      ['E', '1680'],
    ]);
    const replay = await world.orderGen.replayRebalance({ rebalanceId });
    expect(replay).toMatchObject({ equal: true, replayedHash: end.stateHash, eventCount: 5n });
  });

  it('recalibrate both legs when the first sell fails', async () => {
    world = await createOrderGenWorld(kind);
    const { rebalanceId } = await startExample(world, await fundedVault(world));
    await tell(world, [[0, FAILED]]);
    // f = 2100 / (1260 + 840 + 2520 + 1680) = 1/3
    expect((await world.dispatched(1)).amount).toBe('1680');
    const after = await world.rebalance(rebalanceId);
    expect(amounts(after)).toEqual(['2100', '1680', '1120', '1680', '1120']);
    expect(after.recalibrations).toEqual([
      expect.objectContaining({
        failedIndex: 0,
        unfilled: '2100',
        factorDecimal: '0.333333333333333333',
        sellsAfter: '2800',
        buysAfter: '2800',
      }),
    ]);
    await tell(world, ALL_FILLED.slice(1));
    const end = await world.reaches(rebalanceId, RebalanceState.STATE_COMPLETED_ADJUSTED);
    expect(end).toMatchObject({ cash: '10000', residual: '0' });
    expect(end.actions[0]?.state).toBe(ActionState.STATE_FAILED);
    const replay = await world.orderGen.replayRebalance({ rebalanceId });
    expect(replay).toMatchObject({ equal: true, replayedHash: end.stateHash });
  });

  it('move the ledger with a part at once and the fold with the final report only', async () => {
    world = await createOrderGenWorld(kind);
    const vault = await fundedVault(world);
    const { rebalanceId, stateHash } = await startExample(world, vault);
    const order = await world.dispatched(0);
    await world.report(order, {
      execType: ExecType.EXEC_TYPE_PARTIAL_FILL,
      cumulativeQuantity: '1000',
      cumulativeUnderlying: '1000',
    });
    const parts = await eventually(async () => {
      const found = await world.rebalance(rebalanceId);
      return found.actions[0]?.state === ActionState.STATE_PARTIALLY_FILLED ? found : undefined;
    });
    expect(parts).toMatchObject({ stateHash, nextIndex: 0, cash: '10000' });
    const answer = await world.vaults.getVault({ vaultId: vault.vaultId });
    expect(answer.vault?.cash).toBe('11000');
    await world.report(order, {
      execType: ExecType.EXEC_TYPE_CANCELED,
      cumulativeQuantity: '1050',
      cumulativeUnderlying: '1050',
      reportSequence: 2n,
    });
    // F = 1050, f = 1050 / 6300 = 1/6
    expect((await world.dispatched(1)).amount).toBe('1470');
    expect((await world.rebalance(rebalanceId)).cash).toBe('11050');
  });

  it('come to the same final hash when repeated, late or out of order', async () => {
    const story: readonly Told[] = [
      [0, FILLED],
      [1, FILLED],
      [2, FILLED],
      [3, { cumulativeUnderlying: '2500' }],
      [4, FILLED],
    ];
    world = await createOrderGenWorld(kind);
    const plain = await startExample(world, await fundedVault(world));
    await tell(world, story);
    const expected = await world.reaches(plain.rebalanceId, RebalanceState.STATE_COMPLETED);
    const template = [...world.dispatches];
    await world.close();

    world = await createOrderGenWorld(kind);
    const { rebalanceId, h0 } = await startExample(world, await fundedVault(world));
    expect(h0).toBe(plain.h0);
    const order = (index: number) => {
      const found = template.find((dispatch) => dispatch.index === index);
      if (found === undefined) throw new Error(`action ${index} was not dispatched`);
      return { ...found, rebalanceId };
    };
    await world.dispatched(0);
    // Out of order: 2 before 0 and 1. Late: 1 again at the end. Repeated: every one.
    const second = await world.report(order(2), FILLED);
    await world.send(second);
    const first = await world.report(order(0), FILLED);
    await world.send(first);
    const late = await world.report(order(1), FILLED);
    await world.dispatched(3);
    await world.report(order(3), story[3]?.[1] ?? {});
    await world.send(late);
    await world.report(await world.dispatched(4), FILLED);
    const end = await world.reaches(rebalanceId, RebalanceState.STATE_COMPLETED);
    await world.send(second);
    expect(end.stateHash).toBe(expected.stateHash);
    // The waiting report was used instead of a dispatch.
    expect(world.dispatches.map(({ index }) => index)).toEqual([0, 1, 3, 4]);
  });

  it('are sent for again when an order stays unanswered', async () => {
    world = await createOrderGenWorld(kind);
    await startExample(world, await fundedVault(world));
    const first = await world.dispatched(0);
    world.clock.advanceMillis(5_000);
    const again = await eventually(() => world.dispatches[1]);
    expect(again.orderId).toBe(first.orderId);
  });
});
