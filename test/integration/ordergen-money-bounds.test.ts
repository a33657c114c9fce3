import { ExecType, type ExecutionReport, type OrderDispatch } from '@trimtab/contracts/execution';
import {
  Action_State as ActionState,
  Rebalance_State as RebalanceState,
} from '@trimtab/contracts/ordergen';
import type { Vault } from '@trimtab/contracts/vault';
import { contentHash, TAGS } from '@trimtab/canonical';
import { present } from '@trimtab/core';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createOrderGenWorld,
  FAILED,
  fundedVault,
  startExample,
  type OrderGenWorld,
} from './ordergen-world.js';

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
