import { ExecType, type ExecutionReport } from '@trimtab/contracts/execution';
import {
  Rebalance_State as RebalanceState,
  WatchRebalanceResponse,
} from '@trimtab/contracts/ordergen';
import { eventually } from '@trimtab/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createOrderGenWorld,
  fundedVault,
  START,
  startExample,
  type OrderGenWorld,
} from './ordergen-world.js';

const RETENTION_MS = 60_000;
const NEW: Partial<ExecutionReport> = {
  ...{ execType: ExecType.EXEC_TYPE_NEW, cumulativeQuantity: '0', cumulativeUnderlying: '0' },
  ...{ lastQuantity: '0', lastUnderlying: '0', reportSequence: 1n },
};
const FILL: Partial<ExecutionReport> = { reportSequence: 2n };

let world: OrderGenWorld;
beforeEach(async () => {
  world = await createOrderGenWorld('in-process', {
    MESSAGE_RETENTION_SECONDS: String(RETENTION_MS / 1000),
    PRUNE_POLL_MILLIS: '10',
  });
});
afterEach(() => world.close());

/** How many rows there are of a rebalance. */
async function rowsOf(rebalanceId: string): Promise<Readonly<Record<string, number>>> {
  const { rows } = await world.database.pool.query<Record<string, number>>(
    `select (select count(*)::integer from outbox where aggregate_id = $1) as messages,
       (select count(*)::integer from inbox where aggregate_id = $1 and state = 'APPLIED') as applied,
       (select count(*)::integer from inbox where aggregate_id = $1 and state = 'DUPLICATE') as noted`,
    [rebalanceId],
  );
  return rows[0] ?? {};
}

/** Everything that a repeat must not change. */
async function proofOf(rebalanceId: string): Promise<readonly string[]> {
  const chunks: Uint8Array[] = [];
  for await (const { chunk } of world.orderGen.exportRebalance({ rebalanceId })) chunks.push(chunk);
  const { stateHash, eventCount } = await world.rebalance(rebalanceId);
  const { equal } = await world.orderGen.replayRebalance({ rebalanceId });
  const watched: string[] = [];
  for await (const shown of world.orderGen.watchRebalance({ rebalanceId, afterSequence: 0n })) {
    watched.push(Buffer.from(WatchRebalanceResponse.encode(shown).finish()).toString('hex'));
  }
  return [
    Buffer.concat(chunks).toString('utf8'),
    `${stateHash} ${eventCount} ${equal}`,
    watched.join(),
  ];
}

describe('messages of a rebalance that ended', () => {
  it('go after the retention, and reports that come again then change nothing', async () => {
    const vault = await fundedVault(world);
    const { rebalanceId } = await startExample(world, vault);
    const reports: ExecutionReport[] = [];
    for (const index of [0, 1, 2, 3, 4]) {
      const order = await world.dispatched(index);
      for (const fields of [NEW, FILL]) reports.push(await world.report(order, fields));
    }
    await world.reaches(rebalanceId, RebalanceState.STATE_COMPLETED);
    const before = await eventually(async () => {
      const { rows } = await world.database.pool.query(
        'select from outbox where aggregate_id = $1 and not sent',
        [rebalanceId],
      );
      return rows.length === 0 ? rowsOf(rebalanceId) : undefined;
    });
    expect(before).toMatchObject({ applied: 5, noted: 5 });
    const proof = await proofOf(rebalanceId);

    // Another one runs for longer than that: an order of it may have to be sent again.
    const running = await startExample(world, await fundedVault(world), {
      expireTime: new Date(START + 10 * RETENTION_MS),
    });
    const sent = (): number =>
      world.dispatches.filter((order) => order.rebalanceId === running.rebalanceId).length;
    await eventually(() => (sent() === 1 ? true : undefined));
    world.clock.advanceMillis(RETENTION_MS);
    await eventually(() => (sent() === 2 ? true : undefined));
    expect(await rowsOf(rebalanceId)).toEqual(before);
    world.clock.advanceMillis(1);
    await eventually(async () => {
      const { messages, noted } = await rowsOf(rebalanceId);
      return messages === 0 && noted === 0 ? true : undefined;
    });
    // What was applied is the evidence of bundle and watchers.
    expect((await rowsOf(rebalanceId))['applied']).toBe(5);
    expect(await proofOf(rebalanceId)).toEqual(proof);
    world.clock.advanceMillis(RETENTION_MS);
    await eventually(() => (sent() === 3 ? true : undefined));
    expect((await rowsOf(running.rebalanceId))['messages']).toBeGreaterThan(0);

    // One vault's reports are handled in order: the last one is noted when all were.
    const [first] = reports;
    for (const report of [...reports, ...reports.toReversed()]) await world.send(report);
    await eventually(async () => {
      const { rows } = await world.database.pool.query(
        'select from inbox where event_id = $1 and received_time > $2',
        [first?.eventId, new Date(START + RETENTION_MS)],
      );
      return rows.length === 1 ? true : undefined;
    });
    expect(await proofOf(rebalanceId)).toEqual(proof);
  });
});
