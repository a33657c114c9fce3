import { performance } from 'node:perf_hooks';
import { present } from '@trimtab/core';
import { connectJetStream } from '@trimtab/messaging';
import { silentLogger } from '@trimtab/telemetry';
import type { MemorySpans } from '@trimtab/testkit';
import { atMost, rounded, type BenchRow } from './bench-row.js';
import { prepareRebalance, type BenchWorld } from './bench-world.js';

const ACTIONS = 10;
const RUNS = 15;
const FLOOR_ROUNDS = 150;

/**
 * From a result that is received to the next dispatch that is published (fold, one statement, relay),
 * against one commit, one publish and one consume, one after the other. Medians of one run at a time.
 */
export async function dispatchRow(world: BenchWorld, spans: MemorySpans): Promise<BenchRow> {
  spans.reset();
  for (let run = 0; run < RUNS; run += 1) await followOne(world);
  const measured = median(latencies(spans));
  const floor = median(await floorLatencies(world));
  return atMost(2, {
    name: 'result received to next dispatch published',
    measured: `${rounded(measured)} ms`,
    floor: `${rounded(floor)} ms for commit + publish + consume`,
    ratio: measured / floor,
  });
}

async function followOne(world: BenchWorld): Promise<void> {
  const request = await prepareRebalance(world, ACTIONS);
  const { rebalance } = await world.owner.orderGen.createRebalance(request);
  const { rebalanceId } = present(rebalance, 'a rebalance');
  const events = world.owner.orderGen.watchRebalance({ rebalanceId, afterSequence: 0n });
  for await (const { event } of events) if (event?.event?.$case === 'end') break;
}

/** Each consumed result, and the end of the first publish of a dispatch after it in its trace. */
function latencies(spans: MemorySpans): readonly number[] {
  const published = spans.named('publish trimtab.orders.v1.dispatch');
  return spans.named('process trimtab.executions.v1.result').flatMap((result) => {
    const start = millis(result.startTime);
    const ends = published
      .filter((span) => span.spanContext().traceId === result.spanContext().traceId)
      .map((span) => millis(span.endTime))
      .filter((end) => end >= start);
    return ends.length === 0 ? [] : [Math.min(...ends) - start];
  });
}

async function floorLatencies(world: BenchWorld): Promise<readonly number[]> {
  const bus = await connectJetStream({ url: world.natsUrl, logger: silentLogger() });
  let received: () => void = () => undefined;
  const subscription = await bus.subscribe(
    {
      name: 'bench',
      stream: 'TRIMTAB_EVENTS',
      filterSubject: 'trimtab.events.v1.price.bench',
      concurrency: 1,
      ackWaitMillis: 5_000,
      maxDeliver: 5,
      backoffMillis: [5_000],
      keyOf: (subject) => subject,
    },
    async () => {
      received();
      return { kind: 'ack' };
    },
  );
  const { pool } = world.database;
  const times: number[] = [];
  for (let round = 0; round < FLOOR_ROUNDS; round += 1) {
    const begin = performance.now();
    await pool.query('insert into bench_floor (payload) values ($1)', ['x'.repeat(500)]);
    const consumed = new Promise<void>((resolve) => (received = resolve));
    const id = `bench-${Date.now()}-${round}`;
    await bus.publish({
      subject: 'trimtab.events.v1.price.bench',
      messageId: id,
      eventId: id,
      messageType: 'trimtab.execution.v1.PriceEvent',
      payload: new Uint8Array(300),
    });
    await consumed;
    times.push(performance.now() - begin);
  }
  await subscription.stop();
  await bus.close();
  return times;
}

function millis([seconds, nanos]: readonly [number, number]): number {
  return seconds * 1000 + nanos / 1e6;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return present(sorted[Math.floor(sorted.length / 2)], 'a measurement');
}
