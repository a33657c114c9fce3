import { partitionOf } from '@trimtab/canonical';
import {
  createInProcessBus,
  createRelay,
  HEADERS,
  subjects,
  vaultKey,
  type Bus,
  type IncomingMessage,
  type OutgoingMessage,
} from '@trimtab/messaging';
import {
  createPartitionLeases,
  enqueue,
  inTransaction,
  migrate,
  requestResend,
  sharedMigrations,
  type Database,
  type OutboxMessage,
  type SharedTables,
} from '@trimtab/storage';
import { silentLogger } from '@trimtab/telemetry';
import { eventually, testDatabase } from '@trimtab/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const logger = silentLogger();

function row(eventId: string, aggregateId = 'rebalance-1', vaultId = 'vault-1'): OutboxMessage {
  return {
    eventId,
    aggregateId,
    partition: partitionOf(vaultId),
    subject: subjects.dispatch(vaultId),
    messageType: 'trimtab.execution.v1.OrderDispatch',
    payload: new Uint8Array([7]),
  };
}

/** A bus that only records, and fails for the events it is told to fail for. */
function recordingBus(): Bus & { readonly sent: OutgoingMessage[]; readonly failing: Set<string> } {
  const sent: OutgoingMessage[] = [];
  const failing = new Set<string>();
  return {
    sent,
    failing,
    publish: async (message) => {
      if (failing.has(message.eventId) || failing.has('*')) throw new Error('the bus is down');
      sent.push(message);
    },
    subscribe: () => Promise.reject(new Error('records only')),
    isConnected: () => true,
    close: () => Promise.resolve(),
  };
}

let database: Database<SharedTables>;
beforeEach(async () => {
  database = await testDatabase<SharedTables>('relay');
  await migrate(database, sharedMigrations);
});
afterEach(() => database.close());

async function unsentCount(): Promise<number> {
  const rows = await database.kysely
    .selectFrom('outbox')
    .select('event_id')
    .where('sent', '=', false)
    .execute();
  return rows.length;
}

const allSent = (): Promise<true> =>
  eventually(async () => ((await unsentCount()) === 0 ? true : undefined));

describe('the relay', () => {
  it('publishes at once on wake what a committed transaction wrote, and nothing of one rolled back', async () => {
    const bus = createInProcessBus({ logger });
    const received: IncomingMessage[] = [];
    await bus.subscribe(
      {
        name: 'executor',
        stream: 'TRIMTAB_ORDERS',
        filterSubject: 'trimtab.orders.v1.dispatch.*.*',
        concurrency: 1,
        ackWaitMillis: 1_000,
        maxDeliver: 3,
        backoffMillis: [10],
        keyOf: vaultKey,
      },
      async (message) => {
        received.push(message);
        return { kind: 'ack' };
      },
    );
    // A poll interval far above the test's patience: only a wake can bring the message in time.
    const relay = createRelay({ database, bus, logger, pollMs: 3_600_000 });
    await relay.start();
    await inTransaction(database, async (tx) => {
      await enqueue(tx, [row('lost')]);
      throw new Error('rolled back');
    }).catch(() => undefined);
    await inTransaction(database, (tx) => enqueue(tx, [row('e1')]));
    relay.wake();
    await eventually(() => (received.length > 0 ? true : undefined));
    expect(received.map(({ eventId }) => eventId)).toEqual(['e1']);
    expect(received[0]?.headers.get(HEADERS.messageId)).toBe('e1/0');
    await allSent();
    await relay.stop();
    await bus.close();
  });

  it('publishes what an earlier process left behind when it starts', async () => {
    await enqueue(database.kysely, [row('e1')]);
    const bus = recordingBus();
    const relay = createRelay({ database, bus, logger, pollMs: 3_600_000 });
    await relay.start();
    await allSent();
    await relay.stop();
    expect(bus.sent.map(({ eventId }) => eventId)).toEqual(['e1']);
  });

  it('publishes each aggregate in the order of its rows, over more than one batch', async () => {
    const bus = recordingBus();
    const rows = Array.from({ length: 250 }, (_, index) =>
      row(`e${String(index).padStart(3, '0')}`, `rebalance-${index % 2}`, `vault-${index % 2}`),
    );
    await enqueue(database.kysely, rows);
    const relay = createRelay({ database, bus, logger, pollMs: 3_600_000 });
    await relay.start();
    await allSent();
    await relay.stop();
    expect(bus.sent).toHaveLength(250);
    for (const vault of ['vault-0', 'vault-1']) {
      const own = bus.sent
        .filter(({ subject }) => subject === subjects.dispatch(vault))
        .map(({ eventId }) => eventId);
      expect(own).toEqual([...own].sort());
      expect(own).toHaveLength(125);
    }
  });

  it('does not let an aggregate overtake its failed message, and does not hold up others', async () => {
    const bus = recordingBus();
    bus.failing.add('a1');
    await enqueue(database.kysely, [
      row('a1', 'rebalance-a'),
      row('a2', 'rebalance-a'),
      row('b1', 'rebalance-b'),
    ]);
    const relay = createRelay({ database, bus, logger, pollMs: 20 });
    await relay.start();
    await eventually(async () => ((await unsentCount()) === 2 ? true : undefined));
    expect(bus.sent.map(({ eventId }) => eventId)).toEqual(['b1']);
    bus.failing.clear();
    await allSent();
    await relay.stop();
    expect(bus.sent.map(({ eventId }) => eventId)).toEqual(['b1', 'a1', 'a2']);
  });

  it('survives a bus that is down and publishes under the same message id when it is back', async () => {
    const bus = recordingBus();
    bus.failing.add('*');
    await enqueue(database.kysely, [row('e1')]);
    const relay = createRelay({ database, bus, logger, pollMs: 10 });
    await relay.start();
    relay.wake();
    expect(await unsentCount()).toBe(1);
    bus.failing.clear();
    await allSent();
    await relay.stop();
    expect(bus.sent.map(({ messageId }) => messageId)).toEqual(['e1/0']);
  });

  it('sends a message again under a new message id when it is asked to', async () => {
    const bus = recordingBus();
    await enqueue(database.kysely, [row('e1')]);
    const relay = createRelay({ database, bus, logger, pollMs: 3_600_000 });
    await relay.start();
    await allSent();
    await requestResend(database.kysely, ['e1']);
    relay.wake();
    await allSent();
    await relay.stop();
    expect(bus.sent.map(({ messageId, eventId }) => [messageId, eventId])).toEqual([
      ['e1/0', 'e1'],
      ['e1/1', 'e1'],
    ]);
  });

  it('sends it again, too, when it is asked to before the first time is marked', async () => {
    const recorded = recordingBus();
    // Whoever receives a message may be faster than the process that sent it.
    const bus: Bus = {
      ...recorded,
      publish: async (message) => {
        await recorded.publish(message);
        if (message.messageId === 'e1/0') await requestResend(database.kysely, ['e1']);
      },
    };
    await enqueue(database.kysely, [row('e1')]);
    const relay = createRelay({ database, bus, logger, pollMs: 3_600_000 });
    await relay.start();
    await eventually(() => (recorded.sent.length === 2 ? true : undefined));
    await allSent();
    await relay.stop();
    expect(recorded.sent.map(({ messageId }) => messageId)).toEqual(['e1/0', 'e1/1']);
  });

  it('hands on the trace context of the row', async () => {
    const bus = recordingBus();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await enqueue(database.kysely, [{ ...row('e1'), traceparent }]);
    const relay = createRelay({ database, bus, logger, pollMs: 3_600_000 });
    await relay.start();
    await allSent();
    await relay.stop();
    expect(bus.sent[0]?.traceparent).toBe(traceparent);
  });

  it('of two processes publishes each message once; the second takes over when the first stops', async () => {
    const bus = recordingBus();
    const first = createRelay({ database, bus, logger, pollMs: 10 });
    const second = createRelay({ database, bus, logger, pollMs: 10 });
    await Promise.all([first.start(), second.start()]);
    for (let index = 0; index < 50; index += 1) {
      await enqueue(database.kysely, [row(`e${index}`, `r${index}`, `vault-${index}`)]);
      first.wake();
      second.wake();
    }
    await allSent();
    expect(new Set(bus.sent.map(({ messageId }) => messageId)).size).toBe(50);
    expect(bus.sent).toHaveLength(50);
    await first.stop();
    await enqueue(database.kysely, [row('after')]);
    await allSent();
    expect(bus.sent).toHaveLength(51);
    await second.stop();
  });

  it('publishes at once what a process without the lease has committed, when that one wakes its own relay', async () => {
    const [holding, other] = [recordingBus(), recordingBus()];
    const relays = [holding, other].map((bus) =>
      createRelay({ database, bus, logger, pollMs: 3_600_000 }),
    );
    const [first, second] = relays;
    await enqueue(database.kysely, [row('e0')]);
    await first?.start();
    await allSent();
    await second?.start();
    const committed = row('e1');
    await inTransaction(database, (tx) => enqueue(tx, [committed]));
    second?.publish([committed]);
    await allSent();
    await inTransaction(database, (tx) => enqueue(tx, [row('e2')]));
    second?.wake();
    await allSent();
    for (const relay of relays) await relay.stop();
    expect(holding.sent.map(({ eventId }) => eventId)).toEqual(['e0', 'e1', 'e2']);
    expect(other.sent).toEqual([]);
  });

  it('leaves partitions alone whose lease another process holds', async () => {
    const leases = createPartitionLeases(database);
    await leases.acquire([partitionOf('vault-1')]);
    const bus = recordingBus();
    const other = 'vault-2';
    expect(partitionOf(other)).not.toBe(partitionOf('vault-1'));
    await enqueue(database.kysely, [row('e1'), row('e2', 'rebalance-2', other)]);
    const relay = createRelay({ database, bus, logger, pollMs: 10 });
    await relay.start();
    await eventually(async () => ((await unsentCount()) === 1 ? true : undefined));
    expect(bus.sent.map(({ eventId }) => eventId)).toEqual(['e2']);
    await leases.close();
    await allSent();
    await relay.stop();
  });
});

describe('a relay that is given what was just committed', () => {
  /** A relay whose first pass is over: only a wake or a direct publish brings anything. */
  async function started(bus: Bus, pollMs = 3_600_000) {
    await enqueue(database.kysely, [row('first')]);
    const relay = createRelay({ database, bus, logger, pollMs });
    await relay.start();
    await allSent();
    // The pass looks once more after its last batch.
    await relay.mark();
    return relay;
  }
  const idsOf = (sent: readonly OutgoingMessage[]): readonly string[] =>
    sent.map(({ messageId }) => messageId);

  it('publishes it at once without a look at the outbox, and marks it later', async () => {
    const bus = recordingBus();
    const relay = await started(bus);
    const rows = [row('e1'), row('e2')];
    // Not in the outbox: whatever comes out was not read there.
    await eventually(() => {
      relay.publish([row('probe')]);
      return idsOf(bus.sent).includes('probe/0') ? true : undefined;
    });
    await enqueue(database.kysely, rows);
    relay.publish(rows);
    await allSent();
    await relay.stop();
    expect(idsOf(bus.sent).slice(-2)).toEqual(['e1/0', 'e2/0']);
  });

  it('sends it again under a new message id when it is asked to right after the first time', async () => {
    const bus = recordingBus();
    const relay = await started(bus);
    await enqueue(database.kysely, [row('e1')]);
    relay.publish([row('e1')]);
    await eventually(() => (idsOf(bus.sent).includes('e1/0') ? true : undefined));
    await relay.mark();
    expect(await requestResend(database.kysely, ['e1'])).toBe(1);
    relay.wake();
    await eventually(() => (idsOf(bus.sent).includes('e1/1') ? true : undefined));
    await relay.stop();
  });

  it('sends it again, too, when it is asked to before the bus has accepted the first time', async () => {
    const recorded = recordingBus();
    let isAsked = false;
    const bus: Bus = {
      ...recorded,
      publish: async (message) => {
        await recorded.publish(message);
        if (message.eventId !== 'e1' || isAsked) return;
        isAsked = true;
        await requestResend(database.kysely, ['e1']);
      },
    };
    // The next look brings it, and what is then marked is the second time.
    const relay = await started(bus, 20);
    await enqueue(database.kysely, [row('e1')]);
    relay.publish([row('e1')]);
    await eventually(() => (idsOf(recorded.sent).includes('e1/1') ? true : undefined));
    await allSent();
    await relay.stop();
  });

  it('leaves it in the outbox when the bus fails, in order, and publishes it when it is back', async () => {
    const bus = recordingBus();
    const relay = await started(bus);
    bus.failing.add('*');
    await enqueue(database.kysely, [row('e1')]);
    relay.publish([row('e1')]);
    await enqueue(database.kysely, [row('e2')]);
    relay.publish([row('e2')]);
    expect(await unsentCount()).toBe(2);
    bus.failing.clear();
    await eventually(async () => {
      relay.wake();
      return (await unsentCount()) === 0 ? true : undefined;
    });
    await relay.stop();
    expect(idsOf(bus.sent).slice(1)).toEqual(['e1/0', 'e2/0']);
  });

  it('lets nothing overtake what an aggregate left in the outbox', async () => {
    const bus = recordingBus();
    const relay = await started(bus);
    await enqueue(database.kysely, [row('e1')]);
    relay.wake('rebalance-1');
    await enqueue(database.kysely, [row('e2')]);
    relay.publish([row('e2')]);
    await allSent();
    await relay.stop();
    expect(idsOf(bus.sent).slice(1)).toEqual(['e1/0', 'e2/0']);
  });

  it('publishes nothing of a partition whose lease another process holds', async () => {
    const leases = createPartitionLeases(database);
    await leases.acquire([partitionOf('vault-1')]);
    const bus = recordingBus();
    const relay = createRelay({ database, bus, logger, pollMs: 3_600_000 });
    await relay.start();
    relay.publish([row('e1')]);
    const other = row('e2', 'rebalance-2', 'vault-2');
    await eventually(() => {
      relay.publish([other]);
      return bus.sent.length > 0 ? true : undefined;
    });
    await relay.stop();
    await leases.close();
    expect(new Set(bus.sent.map(({ eventId }) => eventId))).toEqual(new Set(['e2']));
  });

  it('marks what is out before it stops, and publishes nothing twice after a start', async () => {
    const bus = recordingBus();
    const relay = await started(bus);
    await enqueue(database.kysely, [row('e1')]);
    relay.publish([row('e1')]);
    await relay.stop();
    expect(await unsentCount()).toBe(0);
    const next = createRelay({ database, bus, logger, pollMs: 3_600_000 });
    await next.start();
    await next.stop();
    expect(idsOf(bus.sent)).toEqual(['first/0', 'e1/0']);
  });
});
