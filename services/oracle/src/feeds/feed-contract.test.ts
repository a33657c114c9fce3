import { createServer } from 'node:http';
import { domainError, DomainFailure, instant } from '@trimtab/core';
import { createVirtualClock, type VirtualClock } from '@trimtab/lifecycle';
import { createOutboundClient } from '@trimtab/outbound';
import { afterEach, describe, expect, it } from 'vitest';
import { createCsvFeed } from './csv-feed.js';
import type { DeliveryDependencies } from './delivery.js';
import type { Feed, FeedObservation } from './feed.js';
import { createHttpFeed } from './http-feed.js';
import { toVenueTicks } from './replay-ticks.js';
import type { SubmitOutcome } from './submit-port.js';
import { parseVenueCsv } from './venue-csv.js';

/** What every feed keeps, whatever its source: run against each kind. */

const START = instant(1_670_889_600_000);
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** Makes a feed of publisher `venue` for asset BTC whose source says these prices one by one. */
type Open = (
  prices: readonly string[],
  clock: VirtualClock,
  dependencies: DeliveryDependencies,
) => Promise<Feed>;

const openCsv: Open = (prices, clock, dependencies) => {
  const lines = prices.map((price, minute) => `2022-12-13T00:0${minute}:00Z,${price}`);
  const file = parseVenueCsv(['minute,venue', ...lines].join('\n'));
  if (!file.ok) throw new Error(file.error);
  const ticks = toVenueTicks(file.value.rows, 'BTC');
  return Promise.resolve(createCsvFeed({ name: 'csv', ticks, speed: 60, clock }, dependencies));
};

const openHttp: Open = async (prices, clock, dependencies) => {
  let asked = 0;
  const server = createServer((_, response) => {
    response.end(`{"data": [{"price": ${prices[asked] ?? 'null'}}]}`);
    asked += 1;
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()));
  closing.push(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return createHttpFeed(
    {
      url: `http://127.0.0.1:${port}/`,
      publisher: 'venue',
      assetId: 'BTC',
      pricePointer: '/data/0/price',
      intervalMillis: 1000,
      maxPolls: prices.length,
      clock,
      client: createOutboundClient({ allowPrivate: ['127.0.0.1'] }),
    },
    dependencies,
  );
};

const TAKEN: SubmitOutcome = { acceptedCount: 1, ignoredCount: 0, refusals: [] };

/** A world whose clock moves when the feed waits; `answer` plays the oracle. */
function createWorld(answer: (call: number) => SubmitOutcome = () => TAKEN) {
  const clock = createVirtualClock(START);
  const submitted: FeedObservation[] = [];
  const problems: string[] = [];
  const waits: number[] = [];
  const abort = new AbortController();
  let calls = 0;
  const dependencies: DeliveryDependencies = {
    port: {
      submit: async (publisher, observations) => {
        calls += 1;
        const outcome = answer(calls);
        submitted.push(...observations);
        expect(observations.every((one) => one.publisher === publisher)).toBe(true);
        return Promise.resolve(outcome);
      },
    },
    pause: (millis) => {
      waits.push(millis);
      clock.advanceMillis(millis);
      return Promise.resolve();
    },
    reporter: {
      submitted: () => undefined,
      refused: ({ reason, observation }) =>
        problems.push(`refused ${reason} ${String(observation.sequence)}`),
      failed: ({ reason, retryMillis }) => problems.push(`failed ${reason} ${retryMillis}`),
    },
  };
  return { clock, submitted, problems, waits, abort, dependencies, calls: () => calls };
}

function pricesOf(observations: readonly FeedObservation[]): readonly string[] {
  return observations.map((one) => (one.kind === 'PRICE' ? one.price : one.kind));
}

function unavailable(): never {
  throw new DomainFailure(domainError('UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE', 'down'));
}

describe.each([
  ['the CSV feed', openCsv],
  ['the HTTP feed', openHttp],
])('%s', (_, open) => {
  it('submits every price in its order, to the last digit, as its publisher', async () => {
    const world = createWorld();
    const prices = ['17208.88', '17226.9900000000000001', '0.100000000000000005', '7'];
    const feed = await open(
      [...prices, '123456789012345678901.10'],
      world.clock,
      world.dependencies,
    );
    const counts = await feed.run(world.abort.signal);
    expect(pricesOf(world.submitted)).toEqual([...prices, '123456789012345678901.1']);
    expect(new Set(world.submitted.map((one) => `${one.publisher} ${one.assetId}`))).toEqual(
      new Set(['venue BTC']),
    );
    expect(counts).toEqual({ acceptedCount: 5, ignoredCount: 0, refusedCount: 0, errorCount: 0 });
  });

  it('observes at the time of its clock, with times and sequences that rise', async () => {
    const world = createWorld();
    await (await open(['1', '2', '3'], world.clock, world.dependencies)).run(world.abort.signal);
    expect(world.submitted.map(({ observeTime }) => observeTime - START)).toEqual([0, 1000, 2000]);
    const sequences = world.submitted.map(({ sequence }) => sequence);
    expect(sequences.every((one, at) => at === 0 || one > (sequences[at - 1] ?? one))).toBe(true);
  });

  it('tries a call that failed again, counts and reports it, and loses nothing', async () => {
    const world = createWorld((call) => {
      if (call === 2) unavailable();
      if (call === 3) throw new Error('connection lost');
      return TAKEN;
    });
    const feed = await open(['1', '2', '3'], world.clock, world.dependencies);
    const counts = await feed.run(world.abort.signal);
    expect(pricesOf(world.submitted)).toEqual(['1', '2', '3']);
    expect([counts.acceptedCount, counts.errorCount]).toEqual([3, 2]);
    // The wait doubles.
    expect(world.problems).toEqual([
      'failed DEPENDENCY_UNAVAILABLE 250',
      'failed ORACLE_FAILED 500',
    ]);
  });

  it('counts and reports each refusal with its observation, and goes on', async () => {
    const refusals = [{ index: 0, reason: 'PUBLISHER_NOT_ALLOWED', message: 'no' }];
    const world = createWorld((call) =>
      call === 1 ? { acceptedCount: 0, ignoredCount: 0, refusals } : TAKEN,
    );
    const feed = await open(['1', '2'], world.clock, world.dependencies);
    const counts = await feed.run(world.abort.signal);
    expect(counts).toEqual({ acceptedCount: 1, ignoredCount: 0, refusedCount: 1, errorCount: 0 });
    expect(world.problems).toEqual([`refused PUBLISHER_NOT_ALLOWED ${START}`]);
  });

  it('ends with the refusal when the oracle does not let it in', async () => {
    const world = createWorld(() => {
      throw new DomainFailure(domainError('PERMISSION_DENIED', 'PERMISSION_DENIED', 'no'));
    });
    const feed = await open(['1', '2'], world.clock, world.dependencies);
    await expect(feed.run(world.abort.signal)).rejects.toThrow(DomainFailure);
    expect(world.calls()).toBe(1);
  });

  it('stops while it waits, and submits nothing afterwards', async () => {
    const world = createWorld();
    const pause = async (): Promise<void> => {
      world.abort.abort();
      return Promise.resolve();
    };
    const feed = await open(['1', '2'], world.clock, { ...world.dependencies, pause });
    expect(await feed.run(world.abort.signal)).toMatchObject({ acceptedCount: 1, errorCount: 0 });
    expect(pricesOf(world.submitted)).toEqual(['1']);
  });

  it('stops while it submits, once that call is answered', async () => {
    const world = createWorld(() => {
      world.abort.abort();
      return TAKEN;
    });
    const feed = await open(['1', '2'], world.clock, world.dependencies);
    expect(await feed.run(world.abort.signal)).toMatchObject({ acceptedCount: 1 });
    expect(world.calls()).toBe(1);
  });

  it('stops instead of trying again', async () => {
    const world = createWorld(() => {
      world.abort.abort();
      return unavailable();
    });
    const feed = await open(['1', '2'], world.clock, world.dependencies);
    expect(await feed.run(world.abort.signal)).toMatchObject({ acceptedCount: 0, errorCount: 1 });
    expect(world.calls()).toBe(1);
  });

  it('that was stopped before it began submits nothing', async () => {
    const world = createWorld();
    world.abort.abort();
    await (await open(['1'], world.clock, world.dependencies)).run(world.abort.signal);
    expect(world.calls()).toBe(0);
  });
});
