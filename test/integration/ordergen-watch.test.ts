import { ExecType } from '@trimtab/contracts/execution';
import {
  Action_State as ActionState,
  Rebalance_State as RebalanceState,
  RebalanceEvent,
  type Action,
} from '@trimtab/contracts/ordergen';
import { present } from '@trimtab/core';
import { campaignCount, eventually } from '@trimtab/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createOrderGenWorld,
  FAILED,
  fundedVault,
  requestId,
  startExample,
  type OrderGenWorld,
} from './ordergen-world.js';

let world: OrderGenWorld;
beforeEach(async () => {
  world = await createOrderGenWorld();
});
afterEach(() => world.close());

/** Events after a sequence, until the stream ends or as many as are asked for have come. */
async function read(
  rebalanceId: string,
  afterSequence: bigint,
  count = Number.POSITIVE_INFINITY,
): Promise<readonly RebalanceEvent[]> {
  const events: RebalanceEvent[] = [];
  for await (const { event } of world.orderGen.watchRebalance({ rebalanceId, afterSequence })) {
    events.push(present(event, 'a message of the stream has an event'));
    if (events.length >= count) break;
  }
  return events;
}

const bytes = (event: RebalanceEvent): string =>
  Buffer.from(RebalanceEvent.encode(event).finish()).toString('hex');

/** What an event says about its action. */
function momentOf(what: string | number, action: Action | undefined): readonly unknown[] {
  const { index, state, amount, filled, cumulativeQuantity } = present(action, 'it has an action');
  return [what, index, state, amount, filled, cumulativeQuantity];
}

/** Reports parts of an order, then the rest. */
async function fillInParts(index: number, parts: number): Promise<void> {
  const order = await world.dispatched(index);
  for (let part = 1; part <= parts; part += 1) {
    await world.report(order, {
      execType: ExecType.EXEC_TYPE_PARTIAL_FILL,
      cumulativeQuantity: String(part),
      cumulativeUnderlying: String(part),
      reportSequence: BigInt(part),
    });
  }
  await world.report(order, { reportSequence: BigInt(parts + 1) });
}

describe('WatchRebalance', () => {
  const parts = campaignCount(5, 100);
  it(`has no gap and no repeat over ${parts * 10} forced reconnects`, async () => {
    const { rebalanceId } = await startExample(world, await fundedVault(world));
    const story = (async () => {
      for (const index of [0, 1, 2, 3, 4]) await fillInParts(index, parts);
    })();
    const seen: RebalanceEvent[] = [];
    let reconnects = 0;
    while (seen.at(-1)?.event?.$case !== 'end') {
      // The connection breaks after each event, while the next ones are being made.
      seen.push(...(await read(rebalanceId, BigInt(seen.length), 1)));
      reconnects += 1;
    }
    await story;
    expect(reconnects).toBeGreaterThanOrEqual(parts * 10);
    expect(seen.map(({ sequence }) => sequence)).toEqual(seen.map((_, at) => BigInt(at + 1)));
    const ofReports = seen.flatMap(({ event }) =>
      event?.$case === 'result' ? [event.value.report?.eventId] : [],
    );
    expect(ofReports).toHaveLength(5 * (parts + 1));
    expect(new Set(ofReports).size).toBe(ofReports.length);
    // What was seen while it happened is what anyone sees later, byte for byte.
    const again = await read(rebalanceId, 0n);
    expect(again.map(bytes)).toEqual(seen.map(bytes));
  }, 600_000);

  it('says what each event was when it happened, not what became of it', async () => {
    const vault = await fundedVault(world);
    const { vaultId } = vault;
    const { rebalanceId, h0 } = await startExample(world, vault);
    const first = await world.dispatched(0);
    world.clock.advanceMillis(5_000);
    await eventually(() => (world.dispatches.length === 2 ? true : undefined));
    await world.report(first, {
      execType: ExecType.EXEC_TYPE_PARTIAL_FILL,
      cumulativeQuantity: '1000',
      cumulativeUnderlying: '990',
    });
    await world.report(first, {
      ...FAILED,
      cumulativeQuantity: '1000',
      cumulativeUnderlying: '990',
      reportSequence: 2n,
    });
    for (const index of [1, 2, 3, 4]) await world.report(await world.dispatched(index), {});
    const end = await world.reaches(rebalanceId, RebalanceState.STATE_COMPLETED_ADJUSTED);
    const before = await read(rebalanceId, 0n);
    // What happens to the vault later changes nothing about the end as it was.
    await world.vaults.withdraw({ requestId: requestId(), vaultId, assetId: 'D', amount: '5' });
    const after = await read(rebalanceId, 0n);
    expect(after.map(bytes)).toEqual(before.map(bytes));

    expect(before.slice(0, 8).map(({ event }) => event?.$case)).toEqual([
      'plan',
      'dispatch',
      'dispatch',
      'result',
      'ledger',
      'result',
      'recalibration',
      'dispatch',
    ]);
    expect(before[0]).toMatchObject({ stateHash: h0, state: RebalanceState.STATE_EXECUTING });
    expect(
      before
        .flatMap(({ event }) => {
          if (event?.$case === 'dispatch')
            return [momentOf(event.value.sendCount, event.value.action)];
          return event?.$case === 'result' ? [momentOf('result', event.value.action)] : [];
        })
        .slice(0, 4),
    ).toEqual([
      [1, 0, ActionState.STATE_DISPATCHED, '2100', '0', '0'],
      [2, 0, ActionState.STATE_DISPATCHED, '2100', '0', '0'],
      ['result', 0, ActionState.STATE_PARTIALLY_FILLED, '2100', '0', '1000'],
      ['result', 0, ActionState.STATE_FAILED, '2100', '1000', '1000'],
    ]);
    expect(before[6]?.event).toMatchObject({ value: { failedIndex: 0, unfilled: '1100' } });
    const last = before.at(-1);
    expect(last).toMatchObject({ state: end.state, stateHash: end.stateHash });
    expect(last?.event).toMatchObject({
      $case: 'end',
      value: { cash: end.cash, toUnderlying: end.toUnderlying, residual: '0', corrections: '0' },
    });
    const holdings = last?.event?.$case === 'end' ? last.event.value.holdings : [];
    expect(holdings.find(({ assetId }) => assetId === 'A')?.quantity).toBe('29000');
  });

  it('sees what another process wrote, which told nobody here', async () => {
    const { rebalanceId } = await startExample(world, await fundedVault(world));
    await world.dispatched(0);
    const stream = world.orderGen.watchRebalance({ rebalanceId, afterSequence: 1n });
    const events = stream[Symbol.asyncIterator]();
    // With the last entry it has read everything, and waits.
    expect((await events.next()).value).toMatchObject({ event: { sequence: 2n } });
    const next = events.next();
    await world.database.pool.query(
      `with one as (
         update rebalances set feed_count = feed_count + 1, version = version + 1
         where rebalance_id = $1 returning *
       )
       insert into rebalance_feed
         (rebalance_id, sequence, kind, data, state, state_hash, ledger_sequence, occur_time)
       select rebalance_id, feed_count, 'STATE', $2, state, state_hash, 0, update_time from one`,
      [rebalanceId, '{"previous_state":"EXECUTING","changed_by":"another process","reason":""}'],
    );
    expect((await next).value).toMatchObject({
      event: {
        sequence: 3n,
        event: { $case: 'stateChange', value: { changedBy: 'another process' } },
      },
    });
  });

  it('goes on after the end with what is corrected later', async () => {
    const { rebalanceId } = await startExample(world, await fundedVault(world));
    for (const index of [0, 1, 2, 3, 4]) await world.report(await world.dispatched(index), {});
    await world.reaches(rebalanceId, RebalanceState.STATE_COMPLETED);
    const ended = await read(rebalanceId, 0n);
    await world.report(await world.dispatched(4), {
      execType: ExecType.EXEC_TYPE_TRADE_CANCEL,
      cumulativeQuantity: '0',
      cumulativeUnderlying: '0',
      reportSequence: 2n,
    });
    const more = await eventually(async () => {
      const found = await read(rebalanceId, BigInt(ended.length));
      return found.length === 0 ? undefined : found;
    });
    expect(more.map(({ event }) => event?.$case)).toEqual(['result', 'ledger']);
    expect((await read(rebalanceId, 0n)).map(bytes)).toEqual([...ended, ...more].map(bytes));
  });
});
