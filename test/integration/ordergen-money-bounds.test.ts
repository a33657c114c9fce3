import { ExecType, type ExecutionReport, type OrderDispatch } from '@trimtab/contracts/execution';
import {
  Action_State as ActionState,
  Rebalance_State as RebalanceState,
} from '@trimtab/contracts/ordergen';
import type { Vault } from '@trimtab/contracts/vault';
import { contentHash, TAGS } from '@trimtab/canonical';
import { present } from '@trimtab/core';
import { eventually } from '@trimtab/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createOrderGenWorld,
  EXAMPLE,
  FAILED,
  fundedVault,
  startExample,
  type OrderGenWorld,
} from './ordergen-world.js';
import { deadLetters } from './semantics-stage.js';

let world: OrderGenWorld;
afterEach(() => world.close());

async function vaultOf({ vaultId }: Vault): Promise<Vault> {
  return present((await world.vaults.getVault({ vaultId })).vault, 'the vault is found');
}

/** The order of an action that was not sent, as a venue that knows its id would name it. */
function orderOf(sent: OrderDispatch, index: number): OrderDispatch {
  const { rebalanceId } = sent;
  const orderId = contentHash(TAGS.orderId, { rebalanceId, index, attempt: 1 });
  return { ...sent, index, orderId };
}

const spent = (amount: string): Partial<ExecutionReport> => ({
  execType: ExecType.EXEC_TYPE_CANCELED,
  cumulativeQuantity: amount,
  cumulativeUnderlying: amount,
});

/** The reason on the dead letter of what is told. */
async function deadLetterOf(eventId: string, told: () => Promise<unknown>): Promise<string> {
  const letters = await deadLetters(world);
  try {
    await told();
    return await letters.reasonOf(eventId);
  } finally {
    await letters.stop();
  }
}

const eventOf = ({ orderId }: OrderDispatch, reportSequence: number): string =>
  contentHash(TAGS.reportId, { orderId, reportSequence });

describe('the proceeds of a long', () => {
  it('can be below 0 when fees eat them up, and settle their action', async () => {
    world = await createOrderGenWorld();
    const vault = await fundedVault(world);
    const { rebalanceId } = await startExample(world, vault);
    await world.report(await world.dispatched(0), {
      cumulativeUnderlying: '-5',
      cumulativeFee: '6',
    });
    await world.dispatched(1);
    expect(await world.rebalance(rebalanceId)).toMatchObject({ cash: '9995' });
    expect((await vaultOf(vault)).cash).toBe('9995');
  });

  it('never come with collateral: such a report is a dead letter, and the action waits on', async () => {
    world = await createOrderGenWorld();
    const vault = await fundedVault(world);
    const { rebalanceId } = await startExample(world, vault);
    const order = await world.dispatched(0);
    const reason = await deadLetterOf(eventOf(order, 1), () =>
      world.report(order, { cumulativeCollateral: '1' }),
    );
    expect(reason).toContain('cumulative_collateral of a long was 1, must be 0');
    expect((await vaultOf(vault)).positions.map(({ collateral }) => collateral)).toEqual([
      '0',
      '0',
      '0',
    ]);
    await world.report(order, {});
    await world.dispatched(1);
    expect(await world.rebalance(rebalanceId)).toMatchObject({ cash: '12100' });
  });
});

describe('an amount in a report', () => {
  it('of more digits than the books have room for is a dead letter, and never tried again', async () => {
    world = await createOrderGenWorld();
    await startExample(world, await fundedVault(world));
    const order = await world.dispatched(0);
    const tooMuch = '9'.repeat(128);
    const reason = await deadLetterOf(eventOf(order, 1), () =>
      world.report(order, { cumulativeQuantity: tooMuch, cumulativeUnderlying: tooMuch }),
    );
    expect(reason).toMatch(/^MESSAGE_MALFORMED: cumulative_quantity/);
    await world.report(order, {});
    await world.dispatched(1);
  });
});

describe('a report that waits and answers another amount', () => {
  it('faults only when money moved: a failure of nothing lets the action take its turn', async () => {
    world = await createOrderGenWorld();
    const { rebalanceId } = await startExample(world, await fundedVault(world));
    const first = await world.dispatched(0);
    await world.report(orderOf(first, 1), { ...FAILED, orderedAmount: '1259' });
    await world.report(first, {});
    expect((await world.dispatched(1)).amount).toBe('1260');
    const { state } = await world.rebalance(rebalanceId);
    expect(state).toBe(RebalanceState.STATE_EXECUTING);
  });

  it('is booked and faults when it moved a unit', async () => {
    world = await createOrderGenWorld();
    const vault = await fundedVault(world);
    const { rebalanceId } = await startExample(world, vault);
    const first = await world.dispatched(0);
    await world.report(orderOf(first, 1), { ...spent('1'), orderedAmount: '1259' });
    await world.report(first, {});
    await world.reaches(rebalanceId, RebalanceState.STATE_FAULTED);
    expect((await vaultOf(vault)).cash).toBe('12101');
  });
});

describe('money of an action that was skipped as the run completed', () => {
  it('is booked and folded as a correction', async () => {
    world = await createOrderGenWorld();
    const vault = await fundedVault(world);
    const { rebalanceId } = await startExample(world, vault);
    const first = await world.dispatched(0);
    await world.report(orderOf(first, 4), spent('10'));
    for (const index of [0, 1, 2]) await world.report(await world.dispatched(index), FAILED);
    // Without any sell both buys come out as 0.
    const end = await world.reaches(rebalanceId, RebalanceState.STATE_COMPLETED_ADJUSTED);
    expect(end.actions[4]?.state).toBe(ActionState.STATE_SKIPPED);
    expect(end).toMatchObject({ cash: '9990', corrections: '-10' });
    expect(await vaultOf(vault)).toMatchObject({ cash: '9990', holds: [] });
    expect(await world.orderGen.replayRebalance({ rebalanceId })).toMatchObject({ equal: true });
  });
});

describe('an order that is out when its run faults', () => {
  it('is shown as stuck until its last word, and is never sent again', async () => {
    world = await createOrderGenWorld();
    const vault = await fundedVault(world);
    const { vaultId, version } = vault;
    // No venue takes 1 260 of B.
    const snapshotHash = world.snapshot(
      ['A', 'B', 'C', 'D', 'E'].map((assetId) => ({
        assetId,
        lot: assetId === 'B' ? '10000' : '1',
      })),
    );
    const vaultVersion = Number(version);
    const value = world.plan({ vaultId, vaultVersion, snapshotHash, targets: EXAMPLE });
    const source = { $case: 'planHash', value } as const;
    const { rebalanceId } = await startExample(world, vault, { snapshotHash, source });
    const first = await world.dispatched(0);
    await world.report(first, {});
    const out = await world.dispatched(2);
    await world.report(orderOf(first, 1), { ...spent('1'), orderedAmount: '1260' });
    await world.reaches(rebalanceId, RebalanceState.STATE_FAULTED);
    const stuck = async (): Promise<readonly boolean[]> =>
      (await world.rebalance(rebalanceId)).actions.map((action) => action.stuck);
    expect(await stuck()).toEqual([false, false, false, false, false]);
    world.clock.advanceMillis(300_000);
    await eventually(async () => ((await stuck())[2] === true ? true : undefined));
    expect(await stuck()).toEqual([false, false, true, false, false]);
    await world.report(out, FAILED);
    await eventually(async () => ((await stuck())[2] === false ? true : undefined));
    expect(world.dispatches.map(({ index }) => index)).toEqual([0, 2]);
  });
});
