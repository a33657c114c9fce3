import {
  DropReason,
  Observation_Kind,
  Price_State,
  type Observation,
  type Price,
  type Publisher,
} from '@trimtab/contracts/oracle';
import { createInProcessBus, type IncomingMessage } from '@trimtab/messaging';
import { PriceEvent } from '@trimtab/contracts/execution';
import { silentLogger } from '@trimtab/telemetry';
import { eventually } from '@trimtab/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import {
  START,
  asset,
  createOracleWorld,
  observation,
  observe,
  priceOf,
  refusal,
  register,
  rowCounts,
  type OracleWorld,
} from './oracle-world.js';

const WITH_CLOCK = { settings: { CLOCK_POLL_MILLIS: 10 } };

let world: OracleWorld;
afterEach(() => world.close());

/** The log of changes: cause, state, price and when, in order. */
async function changes(): Promise<readonly (readonly unknown[])[]> {
  const rows = await world.database.kysely
    .selectFrom('prices')
    .selectAll()
    .orderBy('sequence')
    .execute();
  return rows.map((row) => [row.cause, row.state, row.price, row.occur_time.getTime() - START]);
}

/** Waits for the log to have as many changes. */
async function changed(count: number): Promise<readonly (readonly unknown[])[]> {
  return eventually(async () => {
    const found = await changes();
    return found.length >= count ? found : undefined;
  });
}

async function at(millis: number): Promise<Price | undefined> {
  const readTime = new Date(START + millis);
  return (await world.reader.getPrice({ assetId: 'WBTC', readTime })).price;
}

describe('time alone', () => {
  it('publishes by the heartbeat, and records NO_QUORUM and STALE when observations expire', async () => {
    world = await createOracleWorld(1, WITH_CLOCK);
    await register(world, { heartbeatSeconds: 20, maxAgeSeconds: 30 });
    await observe(world, 'WBTC', { a: '100' });
    world.clock.advanceMillis(5_000);
    await observe(world, 'WBTC', { b: '100' });
    world.clock.advanceMillis(20_000);
    await changed(2);
    world.clock.advanceMillis(5_001);
    await changed(3);
    world.clock.advanceMillis(5_000);
    expect(await changed(4)).toEqual([
      ['FIRST', 'HEALTHY', '100', 5_000],
      ['HEARTBEAT', 'HEALTHY', '100', 25_000],
      ['STATE', 'NO_QUORUM', '100', 30_001],
      ['STATE', 'STALE', '100', 35_001],
    ]);
    expect(await at(35_000)).toMatchObject({
      state: Price_State.STATE_NO_QUORUM,
      stateReason: '1 of 2 publishers (dropped: a EXPIRED)',
    });
    expect(await at(35_001)).toMatchObject({ state: Price_State.STATE_STALE, sequence: 4n });
  });

  it('releases a price that is held back once the band has grown', async () => {
    world = await createOracleWorld(1, WITH_CLOCK);
    const limits = { heartbeatSeconds: 10, maxAgeSeconds: 300, quorumCount: 1, breakerBps: 1000 };
    await register(world, limits);
    await observe(world, 'WBTC', { a: '100' });
    world.clock.advanceMillis(1_000);
    await observe(world, 'WBTC', { a: '125' });
    world.clock.advanceMillis(19_000);
    // 25 % is within the band of 10 % only when it has grown twice, at 20 s.
    expect(await changed(3)).toEqual([
      ['FIRST', 'HEALTHY', '100', 0],
      ['STATE', 'HALTED', '100', 1_000],
      ['DEVIATION', 'HEALTHY', '125', 20_000],
    ]);
  });

  it('is one publication for two processes', async () => {
    world = await createOracleWorld(2, WITH_CLOCK);
    await register(world, { quorumCount: 1, heartbeatSeconds: 20 });
    await observe(world, 'WBTC', { a: '100' });
    for (const beat of [1, 2]) {
      world.clock.advanceMillis(20_000);
      await changed(1 + beat);
    }
    expect((await changes()).map(([cause]) => cause)).toEqual(['FIRST', 'HEARTBEAT', 'HEARTBEAT']);
  });
});

describe('every change', () => {
  it('is told on the events stream, in its order, after its commit', async () => {
    const bus = createInProcessBus({ logger: silentLogger() });
    const seen: IncomingMessage[] = [];
    await bus.subscribe(
      {
        name: 'test',
        stream: 'TRIMTAB_EVENTS',
        filterSubject: 'trimtab.events.v1.price.*',
        concurrency: 1,
        ackWaitMillis: 5_000,
        maxDeliver: 5,
        backoffMillis: [10],
        keyOf: (subject) => subject,
      },
      (message) => {
        seen.push(message);
        return Promise.resolve({ kind: 'ack' });
      },
    );
    world = await createOracleWorld(1, { bus });
    await register(world, { quorumCount: 1 });
    await observe(world, 'WBTC', { a: '100' });
    world.clock.advanceMillis(1_000);
    await observe(world, 'WBTC', { a: '500' });
    await eventually(() => Promise.resolve(seen.length === 2 ? true : undefined));
    expect(seen.map(({ subject }) => subject)).toEqual([
      'trimtab.events.v1.price.WBTC',
      'trimtab.events.v1.price.WBTC',
    ]);
    expect(seen.map(({ payload }) => PriceEvent.decode(payload))).toMatchObject([
      { eventId: 'price-1', assetId: 'WBTC', priceDecimal: '100', state: 'HEALTHY', sequence: 1n },
      { eventId: 'price-2', assetId: 'WBTC', priceDecimal: '100', state: 'HALTED', sequence: 2n },
    ]);
    await bus.close();
  });

  it('is kept with the observations it was made from, used and dropped', async () => {
    world = await createOracleWorld();
    await register(world, {});
    await observe(world, 'WBTC', { a: '100', b: '100' });
    world.clock.advanceMillis(1);
    await observe(world, 'WBTC', { liar: '150' });
    await priceOf(world, 'WBTC');
    const rows = await world.database.kysely
      .selectFrom('prices')
      .selectAll()
      .orderBy('sequence', 'desc')
      .execute();
    expect(rows[0]).toMatchObject({
      cause: 'DEMAND',
      publishers: ['a', 'b'],
      dropped: [{ publisher: 'liar', reason: 'OUTLIER' }],
      evidence: [
        { publisher: 'a', price: '100', time: String(START), sequence: String(START) },
        { publisher: 'b', price: '100', time: String(START), sequence: String(START) },
        { publisher: 'liar', price: '150', time: String(START + 1), sequence: String(START + 1) },
      ],
    });
    // Whoever asks reads the same: now, at that time, in a list and on a watch.
    const used = { priceDecimal: '100', observeTime: new Date(START), sequence: BigInt(START) };
    const evidence: Price['evidence'] = [
      { publisher: 'a', ...used, dropReason: DropReason.DROP_REASON_UNSPECIFIED },
      { publisher: 'b', ...used, dropReason: DropReason.DROP_REASON_UNSPECIFIED },
      {
        publisher: 'liar',
        priceDecimal: '150',
        observeTime: new Date(START + 1),
        sequence: BigInt(START + 1),
        dropReason: DropReason.DROP_REASON_OUTLIER,
      },
    ];
    expect((await priceOf(world, 'WBTC')).evidence).toEqual(evidence);
    expect((await at(1))?.evidence).toEqual(evidence);
    expect((await at(0))?.evidence.map(({ publisher }) => publisher)).toEqual(['a', 'b']);
    const listed = { pageSize: 0, pageToken: '', assetIds: ['WBTC'], states: [] };
    const { prices } = await world.reader.listPrices(listed);
    expect(prices[0]?.evidence).toEqual(evidence);
    for await (const { price } of world.reader.watchPrices({ assetIds: ['WBTC'] })) {
      expect(price?.evidence).toEqual(evidence);
      break;
    }
    // One that expires is still evidence, with its last word, until the price is published without it.
    world.clock.advanceMillis(60_000);
    await observe(world, 'WBTC', { a: '100', c: '100' });
    expect(
      (await priceOf(world, 'WBTC')).evidence.map((one) => [one.publisher, one.dropReason]),
    ).toEqual([
      ['a', DropReason.DROP_REASON_UNSPECIFIED],
      ['b', DropReason.DROP_REASON_EXPIRED],
      ['c', DropReason.DROP_REASON_UNSPECIFIED],
      ['liar', DropReason.DROP_REASON_OUTLIER],
    ]);
  });

  it('of limits is looked at: a smaller quorum publishes, a larger one takes the price away', async () => {
    world = await createOracleWorld();
    await register(world, { quorumCount: 3 });
    await observe(world, 'WBTC', { a: '100', b: '100' });
    for (const quorumCount of [2, 3]) {
      await world.admin.updateAsset({
        requestId: '',
        asset: asset({ quorumCount }),
        updateMask: ['quorum_count'],
      });
    }
    expect((await changes()).map(([cause, state]) => [cause, state])).toEqual([
      ['FIRST', 'HEALTHY'],
      ['STATE', 'NO_QUORUM'],
    ]);
  });
});

describe('a price at an earlier time', () => {
  it('is refused before the first one and in the future, and says why', async () => {
    world = await createOracleWorld();
    await register(world, { quorumCount: 1 });
    const never = await refusal(at(0));
    expect([never.reason, never.message]).toEqual([
      'PRICE_MISSING',
      'asset WBTC has no price at 2018-04-04T00:00:00.000Z, it never had one',
    ]);
    world.clock.advanceMillis(1_000);
    await observe(world, 'WBTC', { a: '100' });
    expect(await refusal(at(999))).toMatchObject({
      kind: 'FAILED_PRECONDITION',
      reason: 'PRICE_MISSING',
      metadata: { kept_from: '2018-04-04T00:00:01.000Z' },
    });
    expect((await at(1_000))?.priceDecimal).toBe('100');
    expect(await refusal(at(1_001))).toMatchObject({
      kind: 'INVALID_ARGUMENT',
      violations: [{ field: 'read_time', reason: 'FIELD_INVALID' }],
    });
  });

  it('is STALE when nobody looked for a heartbeat and maxAge', async () => {
    world = await createOracleWorld();
    await register(world, { quorumCount: 1, heartbeatSeconds: 20, maxAgeSeconds: 30 });
    await observe(world, 'WBTC', { a: '100' });
    world.clock.advanceMillis(100_000);
    expect((await at(50_000))?.state).toBe(Price_State.STATE_HEALTHY);
    expect((await at(50_001))?.state).toBe(Price_State.STATE_STALE);
  });
});

describe('what is said of a time', () => {
  it('is NO_QUORUM or HALTED for as long as that was recorded, not STALE', async () => {
    world = await createOracleWorld();
    const limits = { heartbeatSeconds: 20, maxAgeSeconds: 30 };
    await register(world, limits);
    await register(world, { ...limits, assetId: 'LTC', quorumCount: 1 });
    await observe(world, 'WBTC', { a: '100', b: '100' });
    await observe(world, 'LTC', { a: '100' });
    // One of two goes on; and a price that doubles every time never agrees with itself.
    for (const price of ['200', '400', '800', '1600']) {
      world.clock.advanceMillis(20_000);
      await observe(world, 'WBTC', { a: '100' });
      await observe(world, 'LTC', { a: price });
    }
    const stateAt = async (assetId: string, millis: number) => {
      const readTime = new Date(START + millis);
      return (await world.reader.getPrice({ assetId, readTime })).price?.state;
    };
    expect(await stateAt('WBTC', 39_999)).toBe(Price_State.STATE_HEALTHY);
    expect(await stateAt('WBTC', 40_000)).toBe(Price_State.STATE_NO_QUORUM);
    expect(await stateAt('WBTC', 80_000)).toBe(Price_State.STATE_NO_QUORUM);
    expect(await stateAt('LTC', 19_999)).toBe(Price_State.STATE_HEALTHY);
    expect(await stateAt('LTC', 20_000)).toBe(Price_State.STATE_HALTED);
    expect(await stateAt('LTC', 79_999)).toBe(Price_State.STATE_HALTED);
  });

  it('does not depend on limits that came later', async () => {
    world = await createOracleWorld();
    await register(world, { quorumCount: 1, heartbeatSeconds: 100, maxAgeSeconds: 100 });
    await observe(world, 'WBTC', { a: '100' });
    const change = (heartbeatSeconds: number, maxAgeSeconds: number) =>
      world.admin.updateAsset({
        requestId: '',
        asset: asset({ heartbeatSeconds, maxAgeSeconds }),
        updateMask: ['heartbeat_seconds', 'max_age_seconds'],
      });
    world.clock.advanceMillis(90_000);
    await observe(world, 'WBTC', { a: '100' });
    // Narrow limits: the heartbeat has passed, so it is published at 90 s, under them.
    await change(5, 5);
    expect((await changes()).map(([cause, , , millis]) => [cause, millis])).toEqual([
      ['FIRST', 0],
      ['HEARTBEAT', 90_000],
    ]);
    expect((await at(89_999))?.state).toBe(Price_State.STATE_HEALTHY);
    // Wide limits: from now on it may be silent for long.
    await change(1_000, 1_000);
    world.clock.advanceMillis(2_000_001);
    expect((await at(2_090_000))?.state).toBe(Price_State.STATE_HEALTHY);
    expect((await at(2_090_001))?.state).toBe(Price_State.STATE_STALE);
  });
});

describe('what is old', () => {
  const retention = {
    OBSERVATION_RETENTION_SECONDS: 60,
    PRICE_RETENTION_SECONDS: 120,
    SNAPSHOT_RETENTION_SECONDS: 180,
    PRUNE_POLL_MILLIS: 10,
  };

  it('is pruned, but never the latest of a publisher, what stood, or a snapshot that is kept', async () => {
    world = await createOracleWorld(1, { settings: retention });
    await register(world, { quorumCount: 1, maxAgeSeconds: 3_600 });
    await observe(world, 'WBTC', { old: '100' });
    const taken = await world.reader.takeSnapshot({ assetIds: ['WBTC'], requestId: '' });
    const snapshotHash = taken.snapshot?.snapshotHash ?? '';
    // Taken again 20 s later, it is kept from then on.
    world.clock.advanceMillis(20_000);
    const again = await world.reader.takeSnapshot({ assetIds: ['WBTC'], requestId: '' });
    expect(again.snapshot?.snapshotHash).toBe(snapshotHash);
    for (let minute = 1; minute <= 3; minute += 1) {
      world.clock.advanceMillis(minute === 1 ? 40_000 : 60_000);
      await observe(world, 'WBTC', { a: `10${minute}` });
    }
    // 180 s later: the history has the latest of both, and what is not older than 60 s.
    const kept = async () => {
      const rows = await world.database.kysely
        .selectFrom('observation_history')
        .selectAll()
        .orderBy('sequence')
        .execute();
      return rows.map(({ publisher, price }) => [publisher, price]);
    };
    await eventually(async () => ((await kept()).length === 3 ? true : undefined));
    expect(await kept()).toEqual([
      ['old', '100'],
      ['a', '102'],
      ['a', '103'],
    ]);
    await eventually(async () => ((await changes()).length === 3 ? true : undefined));
    // What stood 120 s ago is kept, so that the whole time since then can be asked for.
    expect((await at(60_000))?.priceDecimal).toBe('101');
    expect((await refusal(at(59_999))).metadata).toMatchObject({
      kept_from: '2018-04-04T00:01:00.000Z',
    });
    const { snapshot } = await world.reader.getSnapshot({ snapshotHash });
    expect(snapshot?.entries[0]?.publishers).toEqual(['old']);
    const resume = async (afterSequence: bigint) => {
      for await (const one of world.reader.watchPrices({ assetIds: [], afterSequence })) return one;
      return undefined;
    };
    expect((await resume(1n))?.price?.sequence).toBe(2n);
    expect((await refusal(resume(0n))).metadata).toEqual({
      after_sequence: '0',
      first: '1',
      last: '4',
    });

    world.clock.advanceMillis(20_000);
    await world.reader.getSnapshot({ snapshotHash });
    world.clock.advanceMillis(1);
    await eventually(async () => ((await rowCounts(world))['snapshots'] === 0 ? true : undefined));
    expect((await refusal(world.reader.getSnapshot({ snapshotHash }))).reason).toBe(
      'SNAPSHOT_NOT_FOUND',
    );
    // Changes are pruned before snapshots: what stood 120 s ago began before, and is still there.
    expect((await at(80_001))?.priceDecimal).toBe('101');
  });
});

describe('the order of observations', () => {
  it('holds within one batch, and over prices and quotes together', async () => {
    world = await createOracleWorld();
    await register(world, { quorumCount: 1 });
    const client = await world.client('a', ['price:write']);
    const seen = (sequence: bigint, price: string) =>
      observation('WBTC', price, START, { sequence });
    const quote = {
      ...seen(5n, ''),
      kind: Observation_Kind.KIND_QUOTE,
      bidDecimal: '1',
      askDecimal: '2',
    };
    const submit = async (...observations: Observation[]) => {
      const answer = await client.submitObservations({ observations, requestId: '' });
      return [answer.acceptedCount, answer.ignoredCount, answer.refusals.length];
    };
    // 2 is known, 1 is lower.
    expect(await submit(seen(2n, '100'), seen(2n, '101'), seen(1n, '102'))).toEqual([1, 2, 0]);
    expect(await submit(quote)).toEqual([1, 0, 0]);
    expect(await submit(seen(4n, '103'), seen(5n, '104'))).toEqual([0, 2, 0]);
    expect((await priceOf(world, 'WBTC')).priceDecimal).toBe('100');
    expect(await submit(seen(6n, '105'), { ...quote, sequence: 5n })).toEqual([1, 1, 0]);
    expect((await priceOf(world, 'WBTC')).priceDecimal).toBe('105');
  });
});

describe('outcomes of observations', () => {
  it('are counted by publisher: accepted, known, out of order, and each reason', async () => {
    world = await createOracleWorld();
    await register(world, { publishers: ['a'], quorumCount: 1 });
    await observe(world, 'WBTC', { a: '100' });
    const submit = async (publisher: string, times: readonly number[]) => {
      const client = await world.client(publisher, ['price:write']);
      const observations = times.map((time) => observation('WBTC', '100', START + time));
      return client.submitObservations({ observations, requestId: '' });
    };
    await submit('a', [0, -1, 1, 5_001]);
    expect(await submit('thief', [0, 1])).toMatchObject({
      acceptedCount: 0,
      refusals: [{ reason: 'PUBLISHER_NOT_ALLOWED' }, { reason: 'PUBLISHER_NOT_ALLOWED' }],
    });
    const none = { acceptedCount: 0n, knownCount: 0n, outOfOrderCount: 0n };
    const publishers: Publisher[] = [
      {
        publisher: 'a',
        acceptedCount: 2n,
        knownCount: 1n,
        outOfOrderCount: 1n,
        refusals: [{ reason: 'OBSERVATION_IN_FUTURE', count: 1n }],
      },
      { publisher: 'thief', ...none, refusals: [{ reason: 'PUBLISHER_NOT_ALLOWED', count: 2n }] },
    ];
    const all = await world.reader.listPublishers({ pageSize: 0, pageToken: '' });
    expect(all).toEqual({ publishers, nextPageToken: '' });
    const first = await world.reader.listPublishers({ pageSize: 1, pageToken: '' });
    expect(first.publishers).toEqual(publishers.slice(0, 1));
    const page = { pageSize: 1, pageToken: first.nextPageToken };
    const second = await world.reader.listPublishers(page);
    expect(second).toEqual({ publishers: publishers.slice(1), nextPageToken: '' });
    const garbage = world.reader.listPublishers({ pageSize: 1, pageToken: 'garbage' });
    expect((await refusal(garbage)).reason).toBe('PAGE_TOKEN_INVALID');
    // Nothing of a refused publisher is ever evidence.
    expect(await priceOf(world, 'WBTC')).toMatchObject({ publishers: ['a'], dropped: [] });
  });
});
