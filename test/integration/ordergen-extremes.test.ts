import { present } from '@trimtab/core';
import { afterEach, describe, expect, it } from 'vitest';
import { Rebalance_State as RebalanceState } from '@trimtab/contracts/ordergen';
import {
  createOrderGenWorld,
  exampleTerms,
  newVault,
  requestId,
  type OrderGenWorld,
} from './ordergen-world.js';

describe('the largest amounts', () => {
  let world: OrderGenWorld;
  afterEach(() => world.close());

  it('are stored, dispatched and booked to the last unit', async () => {
    world = await createOrderGenWorld();
    const created = await world.vaults.createVault({ requestId: requestId(), vault: newVault() });
    const { vaultId } = present(created.vault, 'CreateVault answers with a vault');
    const amount = `1${'0'.repeat(68)}7`;
    world.snapshot([{ assetId: 'A' }]);
    const deposit = { requestId: requestId(), vaultId, assetId: 'USDC', amount };
    const vault = present((await world.vaults.deposit(deposit)).vault, 'Deposit answers');
    expect(vault.cash).toBe(amount);
    const price = '0.000000000000000001';
    const snapshotHash = world.snapshot([{ assetId: 'A', price }]);
    const targets = [{ assetId: 'A', weightBps: 10_000 }];
    const vaultVersion = Number(vault.version);
    const value = world.plan({ vaultId, vaultVersion, snapshotHash, targets });
    const terms = exampleTerms(world, vault, {
      source: { $case: 'planHash', value },
      snapshotHash,
    });
    const answer = await world.orderGen.createRebalance({ requestId: requestId(), terms });
    const { rebalanceId } = present(answer.rebalance, 'CreateRebalance answers');
    const order = await world.dispatched(0);
    const quantity = `${amount}${'0'.repeat(18)}`;
    expect(order).toMatchObject({ amount, exactIn: { value: amount } });
    await world.report(order, { cumulativeQuantity: quantity });
    await world.reaches(rebalanceId, RebalanceState.STATE_COMPLETED);
    const after = (await world.vaults.getVault({ vaultId })).vault;
    expect([after?.cash, after?.positions[0]?.quantity]).toEqual(['0', quantity]);
    expect(await world.orderGen.replayRebalance({ rebalanceId })).toMatchObject({ equal: true });
    const valued = await world.vaults.valueVault({ vaultId, snapshotHash });
    expect(valued.nav).toBe(amount);
  });
});
