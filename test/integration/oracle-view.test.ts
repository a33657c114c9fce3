import { Price_State } from '@trimtab/contracts/oracle';
import { eventually } from '@trimtab/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOracleWorld, observe, priceOf, register, type OracleWorld } from './oracle-world.js';

const NEVER = 3_600_000;

describe('reading prices', () => {
  let world: OracleWorld;
  beforeEach(async () => {
    world = await createOracleWorld(1, { settings: { VIEW_POLL_MILLIS: NEVER } });
  });
  afterEach(() => world.close());

  /** How often a connection is taken from the pool while the work runs: every statement needs one. */
  async function statementsDuring(work: () => Promise<unknown>): Promise<number> {
    let count = 0;
    const countOne = (): void => {
      count += 1;
    };
    const pool = world.pools[0]?.pool;
    pool?.on('acquire', countOne);
    await work();
    pool?.off('acquire', countOne);
    return count;
  }

  it('touches no database while nothing is due, whatever was written before', async () => {
    for (const assetId of ['A', 'B']) await register(world, { assetId });
    await observe(world, 'A', { a: '100', b: '100' });
    await priceOf(world, 'A');
    const query = { pageSize: 0, pageToken: '', assetIds: [], states: [] };
    const statements = await statementsDuring(async () => {
      for (let index = 0; index < 50; index += 1) {
        expect(await priceOf(world, 'A')).toMatchObject({ priceDecimal: '100' });
        expect(await priceOf(world, 'B')).toMatchObject({ state: Price_State.STATE_NO_QUORUM });
        expect((await world.reader.listPrices(query)).prices).toHaveLength(3);
        const healthy = { ...query, states: [Price_State.STATE_HEALTHY] };
        expect((await world.reader.listPrices(healthy)).prices).toHaveLength(2);
        expect((await world.reader.listAssets(query)).assets).toHaveLength(3);
      }
    });
    expect(statements).toBe(0);
    // The count counts: a price that moved is published for the first who asks, and for no other.
    world.clock.advanceMillis(1000);
    await observe(world, 'A', { a: '100.01', b: '100.01' });
    expect(await statementsDuring(() => priceOf(world, 'A'))).toBe(1);
    expect(await statementsDuring(() => priceOf(world, 'A'))).toBe(0);
  });
});

describe('prices that another process took', () => {
  it('are seen after the next refresh: assets, observations, quotes, states', async () => {
    const world = await createOracleWorld(2);
    const other = await world.client('other', [], 1);
    await register(world, { quorumCount: 1 });
    await observe(world, 'WBTC', { a: '100' });
    const seen = (decimal: string, state: Price_State) =>
      eventually(async () => {
        const { price } = await other.getPrice({ assetId: 'WBTC', readTime: undefined });
        return price?.priceDecimal === decimal && price.state === state ? true : undefined;
      });
    await seen('100', Price_State.STATE_HEALTHY);
    world.clock.advanceMillis(1000);
    await observe(world, 'WBTC', { a: '500' });
    await seen('100', Price_State.STATE_HALTED);
    await world.close();
  });

  it('are known at once when the asset is new here', async () => {
    const world = await createOracleWorld(2, { settings: { VIEW_POLL_MILLIS: NEVER } });
    await register(world, { quorumCount: 1 });
    const other = await world.client('other', [], 1);
    const { price } = await other.getPrice({ assetId: 'WBTC', readTime: undefined });
    expect(price?.state).toBe(Price_State.STATE_NO_QUORUM);
    await world.close();
  });
});
