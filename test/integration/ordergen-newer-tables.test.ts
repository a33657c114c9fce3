import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOrderGenWorld, fundedVault, type OrderGenWorld } from './ordergen-world.js';

let world: OrderGenWorld;
beforeEach(async () => {
  world = await createOrderGenWorld();
});
afterEach(() => world.close());

describe('a process beside a newer one that has migrated the tables', () => {
  it.each([
    ['a column was added', 'alter table vaults add column of_a_newer_process text'],
    [
      'a column it reads has another type',
      'alter table vaults alter column owner type varchar(200)',
    ],
    [
      'two columns changed, one after the other',
      'alter table vaults alter column owner type varchar(200)',
      'alter table vaults alter column denomination type varchar(200)',
    ],
  ])('reads vaults as before when %s', async (_what, ...changes) => {
    const { vaultId } = await fundedVault(world);
    const read = async () => {
      // Several at once, so that several connections know the statement.
      const calls = Array.from({ length: 4 }, () => world.vaults.getVault({ vaultId }));
      return (await Promise.all(calls)).map(({ vault }) => [vault?.vaultId, vault?.cash]);
    };
    const before = await read();
    expect(before[0]).toEqual([vaultId, '10000']);
    for (const change of changes) {
      await world.database.pool.query(change);
      expect(await read()).toEqual(before);
      expect(await read()).toEqual(before);
    }
  });
});
