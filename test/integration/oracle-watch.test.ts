import { Price_State, WatchPricesResponse, type Price } from '@trimtab/contracts/oracle';
import { present } from '@trimtab/core';
import { campaignCount } from '@trimtab/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createOracleWorld,
  observation,
  observe,
  register,
  type OracleClient,
  type OracleWorld,
} from './oracle-world.js';

let world: OracleWorld;
let second: OracleClient;
beforeEach(async () => {
  world = await createOracleWorld(2, { settings: { CLOCK_POLL_MILLIS: 10 } });
  second = await world.client('watcher', [], 1);
});
afterEach(() => world.close());

interface Query {
  readonly client?: OracleClient;
  readonly assetIds?: string[];
  readonly afterSequence?: bigint;
  readonly count: number;
}

async function read(query: Query): Promise<readonly Price[]> {
  const { client = second, assetIds = [], afterSequence, count } = query;
  const prices: Price[] = [];
  for await (const { price } of client.watchPrices({ assetIds, afterSequence })) {
    prices.push(present(price, 'a message of the stream has a price'));
    if (prices.length >= count) break;
  }
  return prices;
}

const bytes = (price: WatchPricesResponse['price']): string =>
  Buffer.from(WatchPricesResponse.encode({ price }).finish()).toString('hex');

describe('WatchPrices', () => {
  const rounds = campaignCount(15, 500);
  it(`has no gap and no repeat over ${rounds * 4} forced reconnects to two processes`, async () => {
    const assetIds = ['A', 'B', 'C', 'D'];
    for (const assetId of assetIds) await register(world, { assetId, quorumCount: 1 });
    const clients = await Promise.all(
      assetIds.map((assetId, index) => world.client(`p${assetId}`, ['price:write'], index % 2)),
    );
    // Four publishers at once, over both processes: their transactions end in any order.
    const story = Promise.all(
      clients.map(async (client, index) => {
        for (let round = 1; round <= rounds; round += 1) {
          const price = observation(assetIds[index] ?? '', `${1000 + round * 2}`, round, {
            observeTime: new Date(world.clock.now()),
            sequence: BigInt(round),
          });
          await client.submitObservations({ observations: [price], requestId: '' });
        }
      }),
    );
    const seen: Price[] = [];
    while (seen.length < rounds * 4) {
      // The connection breaks after each change, while the next ones are being made.
      const client = seen.length % 2 === 0 ? second : world.reader;
      seen.push(...(await read({ client, afterSequence: BigInt(seen.length), count: 1 })));
    }
    await story;
    expect(seen.map(({ sequence }) => sequence)).toEqual(seen.map((_, index) => BigInt(index + 1)));
    for (const assetId of assetIds) {
      const own = seen.filter((price) => price.assetId === assetId);
      expect(own.map(({ priceDecimal }) => priceDecimal)).toEqual(
        Array.from({ length: rounds }, (_, index) => `${1002 + index * 2}`),
      );
    }
    // What was seen while it happened is what anyone sees later, byte for byte.
    const again = await read({ afterSequence: 0n, count: seen.length });
    expect(again.map(bytes)).toEqual(seen.map(bytes));
  }, 600_000);

  it('begins with each price now, by sequence, then tells every change, states too', async () => {
    for (const assetId of ['A', 'B', 'C']) await register(world, { assetId, quorumCount: 1 });
    await observe(world, 'B', { a: '2' });
    await observe(world, 'A', { a: '1' });
    const stream = world.reader.watchPrices({ assetIds: [], afterSequence: undefined });
    const messages = stream[Symbol.asyncIterator]();
    const next = async () => {
      const { value } = (await messages.next()) as { value: WatchPricesResponse };
      const { assetId, priceDecimal, state, sequence } = present(value.price, 'it has a price');
      return [assetId, priceDecimal, state, sequence];
    };
    expect([await next(), await next(), await next()]).toEqual([
      ['C', '', Price_State.STATE_NO_QUORUM, 0n],
      ['B', '2', Price_State.STATE_HEALTHY, 1n],
      ['A', '1', Price_State.STATE_HEALTHY, 2n],
    ]);
    world.clock.advanceMillis(60_001);
    const states = [await next(), await next()].map(([assetId, , state]) => [assetId, state]);
    expect(states.sort()).toEqual([
      ['A', Price_State.STATE_STALE],
      ['B', Price_State.STATE_STALE],
    ]);
    await messages.return?.();
  });

  it('of some assets tells of these only and can be taken up like any other', async () => {
    for (const assetId of ['A', 'B']) await register(world, { assetId, quorumCount: 1 });
    for (const price of ['10', '20', '30']) {
      await observe(world, 'A', { a: price });
      await observe(world, 'B', { a: price });
      world.clock.advanceMillis(600_000);
    }
    const all = await read({ client: world.reader, assetIds: ['B'], afterSequence: 0n, count: 3 });
    expect(all.every(({ assetId }) => assetId === 'B')).toBe(true);
    const after = present(all[0], 'the first').sequence;
    const rest = await read({ assetIds: ['B'], afterSequence: after, count: 2 });
    expect(rest.map(bytes)).toEqual(all.slice(1).map(bytes));
  });

  it('of one asset repeats nothing while only others change', async () => {
    for (const assetId of ['A', 'B']) await register(world, { assetId, quorumCount: 1 });
    await observe(world, 'A', { a: '10' });
    const stream = second.watchPrices({ assetIds: ['A'], afterSequence: undefined });
    const messages = stream[Symbol.asyncIterator]();
    const next = async () => {
      const { value } = (await messages.next()) as { value: WatchPricesResponse };
      return [value.price?.assetId, value.price?.priceDecimal];
    };
    expect(await next()).toEqual(['A', '10']);
    const coming = next();
    for (const price of ['20', '20.5', '21']) {
      world.clock.advanceMillis(1_000);
      await observe(world, 'B', { a: price });
      // The stream has seen that there was something, and that it was of another asset.
      await read({ assetIds: ['B'], count: 1 });
    }
    await observe(world, 'A', { a: '10.5' });
    expect(await coming).toEqual(['A', '10.5']);
    await messages.return?.();
  });
});
