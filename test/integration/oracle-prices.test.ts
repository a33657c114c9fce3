import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Observation_Kind, Price_State } from '@trimtab/contracts/oracle';
import { instant } from '@trimtab/core';
import { createReplayPublisher, parsePriceCsv, toReplayTicks } from '@trimtab/oracle';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  START,
  createOracleWorld,
  observation,
  observe,
  priceOf,
  register,
  rowCounts,
  type OracleWorld,
} from './oracle-world.js';

describe('prices of the oracle', () => {
  let world: OracleWorld;
  beforeEach(async () => {
    world = await createOracleWorld(2);
  });
  afterEach(() => world.close());

  it('are the median of fresh publishers, with the evidence', async () => {
    await register(world, { publishers: ['last', 'bid', 'ask'] });
    await observe(world, 'WBTC', { last: '7422', bid: '7424.9', ask: '7424.91' });
    expect(await priceOf(world, 'WBTC')).toMatchObject({
      priceDecimal: '7424.9',
      confidenceDecimal: '2.9',
      state: Price_State.STATE_HEALTHY,
      stateReason: '',
      publishers: ['ask', 'bid', 'last'],
      dropped: [],
      publishTime: new Date(START),
    });
  });

  it('drop an outlier by name and stand without it', async () => {
    await register(world, {});
    await observe(world, 'WBTC', { a: '100', b: '100', liar: '150' });
    const { priceDecimal, dropped, publishers } = await priceOf(world, 'WBTC');
    expect([priceDecimal, dropped, publishers]).toEqual([
      '100',
      [{ publisher: 'liar', reason: 1 }],
      ['a', 'b'],
    ]);
  });

  it('lose their quorum, keep the last price, and get it back', async () => {
    await register(world, {});
    await observe(world, 'WBTC', { a: '100', b: '100' });
    world.clock.advanceMillis(60_000);
    await observe(world, 'WBTC', { a: '101' });
    world.clock.advanceMillis(1);
    expect(await priceOf(world, 'WBTC')).toMatchObject({
      state: Price_State.STATE_NO_QUORUM,
      stateReason: '1 of 2 publishers (dropped: b EXPIRED)',
      priceDecimal: '101',
    });
    await observe(world, 'WBTC', { b: '101.5' });
    expect(await priceOf(world, 'WBTC')).toMatchObject({
      state: Price_State.STATE_HEALTHY,
      priceDecimal: '101.5',
    });
  });

  it('are fresh for exactly maxAge and STALE a millisecond later', async () => {
    await register(world, { maxAgeSeconds: 30 });
    await observe(world, 'WBTC', { a: '100', b: '100' });
    world.clock.advanceMillis(30_000);
    expect((await priceOf(world, 'WBTC')).state).toBe(Price_State.STATE_HEALTHY);
    world.clock.advanceMillis(1);
    expect((await priceOf(world, 'WBTC')).state).toBe(Price_State.STATE_STALE);
  });

  it('that jump are held back until two quorums a heartbeat apart agree', async () => {
    await register(world, { quorumCount: 1 });
    await observe(world, 'WBTC', { a: '100' });
    world.clock.advanceMillis(1000);
    await observe(world, 'WBTC', { a: '500' });
    expect(await priceOf(world, 'WBTC')).toMatchObject({
      state: Price_State.STATE_HALTED,
      priceDecimal: '100',
    });
    world.clock.advanceMillis(60_000);
    await observe(world, 'WBTC', { a: '505' });
    expect(await priceOf(world, 'WBTC')).toMatchObject({
      state: Price_State.STATE_HEALTHY,
      priceDecimal: '505',
    });
    expect((await rowCounts(world))['held_prices']).toBe(0);
  });

  it('are published once for many readers, and again only when they say something new', async () => {
    await register(world, { quorumCount: 1 });
    await observe(world, 'WBTC', { a: '100' });
    const answers = await Promise.all(Array.from({ length: 10 }, () => priceOf(world, 'WBTC')));
    expect(new Set(answers.map(({ sequence }) => sequence)).size).toBe(1);
    // Less than deviationBps: not published by itself, but when it is asked for.
    world.clock.advanceMillis(1000);
    await observe(world, 'WBTC', { a: '100.01' });
    expect((await rowCounts(world))['prices']).toBe(1);
    await Promise.all(Array.from({ length: 10 }, () => priceOf(world, 'WBTC')));
    expect((await rowCounts(world))['prices']).toBe(2);
  });

  it('at an earlier time are the ones that stood then', async () => {
    await register(world, { quorumCount: 1 });
    await observe(world, 'WBTC', { a: '100' });
    world.clock.advanceMillis(1000);
    await observe(world, 'WBTC', { a: '101' });
    const at = async (millis: number): Promise<string | undefined> => {
      const readTime = new Date(millis);
      return (await world.reader.getPrice({ assetId: 'WBTC', readTime })).price?.priceDecimal;
    };
    expect(await at(START + 999)).toBe('100');
    expect(await at(START + 1000)).toBe('101');
  });

  it('of the denomination asset are 1 and never stale', async () => {
    world.clock.advanceMillis(86_400_000);
    expect(await priceOf(world, 'USDC')).toMatchObject({
      priceDecimal: '1',
      state: Price_State.STATE_HEALTHY,
      publishTime: new Date(START + 86_400_000),
    });
    const readTime = new Date(START);
    const earlier = await world.reader.getPrice({ assetId: 'USDC', readTime });
    expect(earlier.price).toMatchObject({ priceDecimal: '1', publishTime: readTime });
  });

  it('come with quotes beside them, which are no part of the consensus', async () => {
    await register(world, { quorumCount: 1 });
    await observe(world, 'WBTC', { a: '100' });
    const maker = await world.client('maker', ['price:write']);
    const quote = observation('WBTC', '', START, {
      kind: Observation_Kind.KIND_QUOTE,
      bidDecimal: '98',
      askDecimal: '99',
    });
    await maker.submitObservations({ observations: [quote], requestId: '' });
    const answer = await world.reader.getPrice({ assetId: 'WBTC', readTime: undefined });
    expect(answer.price).toMatchObject({ priceDecimal: '100', publishers: ['a'] });
    expect(answer.quotes).toMatchObject([
      { publisher: 'maker', bidDecimal: '98', askDecimal: '99', sequence: BigInt(START) },
    ]);
  });

  it('are listed by asset id, page by page, filtered by state', async () => {
    for (const assetId of ['C', 'A', 'B']) await register(world, { assetId, quorumCount: 1 });
    await observe(world, 'B', { a: '2' });
    const query = { pageSize: 2, pageToken: '', assetIds: [], states: [] };
    const first = await world.reader.listPrices(query);
    const next = { ...query, pageToken: first.nextPageToken };
    const second = await world.reader.listPrices(next);
    const ids = [...first.prices, ...second.prices].map(({ assetId }) => assetId);
    expect([ids, second.nextPageToken]).toEqual([['A', 'B', 'C', 'USDC'], '']);
    const healthy = await world.reader.listPrices({
      ...query,
      states: [Price_State.STATE_HEALTHY],
    });
    expect(healthy.prices.map(({ assetId }) => assetId)).toEqual(['B', 'USDC']);
    const assets = await world.reader.listAssets({ pageSize: 3, pageToken: '', assetIds: [] });
    const last = await world.reader.listAssets({
      pageSize: 3,
      pageToken: assets.nextPageToken,
      assetIds: [],
    });
    expect(last.assets.map(({ assetId }) => assetId)).toEqual(['USDC']);
    const onlyC = { ...query, assetIds: ['C', 'UNKNOWN'] };
    const chosen = await world.reader.listPrices(onlyC);
    expect(chosen.prices.map(({ assetId }) => assetId)).toEqual(['C']);
    const named = await world.reader.listAssets(onlyC);
    expect(named.assets.map(({ assetId }) => assetId)).toEqual(['C']);
    const otherFilter = { ...onlyC, pageToken: assets.nextPageToken };
    await expect(world.reader.listAssets(otherFilter)).rejects.toThrow('page_token');
  });

  it('survive a restart: assets, observations, publications', async () => {
    await register(world, { quorumCount: 1 });
    await observe(world, 'WBTC', { a: '100' });
    const before = await priceOf(world, 'WBTC');
    const counts = await rowCounts(world);
    await world.restart();
    expect(await priceOf(world, 'WBTC')).toEqual(before);
    expect(await rowCounts(world)).toEqual(counts);
  });

  it('are the same when two processes take observations of the same assets at once', async () => {
    const assetIds = ['A', 'B', 'C', 'D'];
    for (const assetId of assetIds) await register(world, { assetId });
    const publishers = ['p0', 'p1', 'p2', 'p3'];
    await Promise.all(
      publishers.flatMap((publisher, index) =>
        [0, 1].map(async (server) => {
          const client = await world.client(publisher, ['price:write'], server);
          for (let tick = 0; tick < 5; tick += 1) {
            // Each publisher sends the same batch to both processes, in different orders.
            const ids = (index + server) % 2 === 0 ? assetIds : assetIds.toReversed();
            const observations = ids.map((assetId) =>
              observation(assetId, `${100 + index}`, START + tick),
            );
            const answer = await client.submitObservations({
              observations,
              requestId: randomUUID(),
            });
            expect(answer.acceptedCount + answer.ignoredCount).toBe(4);
          }
        }),
      ),
    );
    for (const assetId of assetIds) {
      // 100, 101, 102, 103: 2 % of the median 102 is 2.04, all stay.
      expect(await priceOf(world, assetId)).toMatchObject({
        priceDecimal: '102',
        publishers,
      });
    }
    expect((await rowCounts(world))['observations']).toBe(16);
  });

  it('of the recorded day are replayed by three publishers', async () => {
    for (const assetId of ['WBTC', 'WETH', 'LTC']) await register(world, { assetId });
    const file = new URL('../fixtures/prices/coinbase-btc-eth-ltc-2018-04-04.csv', import.meta.url);
    const rows = parsePriceCsv(readFileSync(file, 'utf8'));
    if (!rows.ok) throw new Error(rows.error);
    const ticks = toReplayTicks(rows.value, {
      publishers: { last: 'last', bid: 'bid', ask: 'ask' },
      assetIds: new Map([
        ['BTC', 'WBTC'],
        ['ETH', 'WETH'],
      ]),
    });
    const clients = new Map(
      await Promise.all(
        ['last', 'bid', 'ask'].map(
          async (name) => [name, await world.client(name, ['price:write'])] as const,
        ),
      ),
    );
    const replay = createReplayPublisher(ticks, {
      submit: async (publisher, observations) => {
        const client = clients.get(publisher);
        if (client === undefined) throw new Error(`no client of ${publisher}`);
        return client.submitObservations({
          requestId: '',
          observations: observations.map((one) =>
            observation(one.assetId, one.kind === 'PRICE' ? one.price : '', one.observeTime, {
              sequence: one.sequence,
            }),
          ),
        });
      },
    });
    world.clock.set(instant(START + 120_000));
    const progress = await replay.advanceTo(world.clock.now());
    expect(progress).toEqual({
      tickCount: 3,
      acceptedCount: 27,
      ignoredCount: 0,
      refusals: [],
    });
    const lines = readFileSync(file, 'utf8').split('\n');
    const [, , last, bid, ask] =
      lines.find((line) => line.startsWith('2018-04-04T00:02:00Z,BTC'))?.split(',') ?? [];
    const [, median] = [last, bid, ask].map(Number).sort((left, right) => left - right);
    expect((await priceOf(world, 'WBTC')).priceDecimal).toBe(String(median));
  });
});
