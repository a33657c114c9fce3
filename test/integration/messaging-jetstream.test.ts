import {
  connectJetStream,
  HEADERS,
  loadStreams,
  subjects,
  vaultKey,
  type Bus,
  type ConsumerOptions,
  type Disposition,
  type OutgoingMessage,
} from '@trimtab/messaging';
import { silentLogger } from '@trimtab/telemetry';
import {
  collectLogs,
  eventually,
  startNatsServer,
  testSubjectPrefix,
  type NatsServer,
} from '@trimtab/testkit';
import { AckPolicy, connect, nanos, type NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

const ack: Disposition = { kind: 'ack' };
const orders: ConsumerOptions = {
  name: 'executor',
  stream: 'TRIMTAB_ORDERS',
  filterSubject: 'trimtab.orders.v1.dispatch.*.*',
  concurrency: 4,
  ackWaitMillis: 1_000,
  maxDeliver: 4,
  backoffMillis: [100, 5_000],
  keyOf: vaultKey,
};

function order(eventId: string, sendCount = 0): OutgoingMessage {
  return {
    subject: subjects.dispatch('vault-1'),
    messageId: `${eventId}/${sendCount}`,
    eventId,
    messageType: 'trimtab.execution.v1.OrderDispatch',
    payload: new Uint8Array([1]),
  };
}

describe('the JetStream bus', () => {
  let server: NatsServer;
  let direct: NatsConnection;
  let prefix: string;
  let bus: Bus;
  beforeAll(async () => {
    // Its own server: these tests wipe the store.
    server = await startNatsServer();
    direct = await connect({
      servers: server.url.slice('nats://'.length),
      maxReconnectAttempts: -1,
    });
  });
  afterAll(async () => {
    await direct.close();
    await server.dispose();
  });
  beforeEach(async () => {
    prefix = testSubjectPrefix();
    bus = await connectJetStream({
      url: server.url,
      logger: silentLogger(),
      subjectPrefix: prefix,
    });
  });
  afterEach(() => bus.close());

  const stream = (name: string): string => `${prefix}_${name}`;

  it('makes the streams as the file defines them', async () => {
    const manager = await direct.jetstreamManager();
    for (const definition of loadStreams()) {
      const { config } = await manager.streams.info(stream(definition.name));
      expect(config).toMatchObject({
        subjects: definition.subjects.map((subject) => `${prefix}.${subject}`),
        retention: definition.retention === 'work-queue' ? 'workqueue' : 'limits',
        storage: 'file',
        max_age: nanos(definition.maxAgeMillis),
        duplicate_window: nanos(120_000),
        num_replicas: 1,
      });
    }
  });

  it('warns about a stream that differs from the file and leaves it as it is', async () => {
    const manager = await direct.jetstreamManager();
    await manager.streams.update(stream('TRIMTAB_EVENTS'), { max_age: nanos(60_000_000) });
    const { logger, lines } = collectLogs();
    const second = await connectJetStream({ url: server.url, logger, subjectPrefix: prefix });
    await second.close();
    expect(lines.filter(({ level }) => level === 'warn')).toEqual([
      {
        level: 'warn',
        message: 'stream differs from its file',
        fields: {
          stream: stream('TRIMTAB_EVENTS'),
          setting: 'max_age',
          expected: String(nanos(7 * 86_400_000)),
          found: String(nanos(60_000_000)),
        },
      },
    ]);
  });

  it('gives the server the ack wait, deliveries and backoff of the consumer', async () => {
    await bus.subscribe(orders, async () => ack);
    const manager = await direct.jetstreamManager();
    const { config } = await manager.consumers.info(stream('TRIMTAB_ORDERS'), 'executor');
    expect(config).toMatchObject({
      durable_name: 'executor',
      ack_policy: 'explicit',
      filter_subject: `${prefix}.trimtab.orders.v1.dispatch.*.*`,
      max_deliver: 4,
      // The first entry is the ack wait of the first delivery: never below it.
      ack_wait: nanos(1_000),
      backoff: [nanos(1_000), nanos(5_000)],
    });
  });

  it('corrects a consumer whose settings on the server are others', async () => {
    const subscription = await bus.subscribe(orders, async () => ack);
    await subscription.stop();
    await bus.subscribe({ ...orders, ackWaitMillis: 2_000, maxDeliver: 7 }, async () => ack);
    const manager = await direct.jetstreamManager();
    const { config } = await manager.consumers.info(stream('TRIMTAB_ORDERS'), 'executor');
    expect(config.ack_wait).toBe(nanos(2_000));
    expect(config.max_deliver).toBe(7);
  });

  it('refuses a consumer that the server cannot keep as wanted, naming the setting', async () => {
    const manager = await direct.jetstreamManager();
    await manager.consumers.add(stream('TRIMTAB_EVENTS'), {
      durable_name: 'watcher',
      ack_policy: AckPolicy.None,
      filter_subject: `${prefix}.trimtab.events.v1.intent.*`,
    });
    const watcher: ConsumerOptions = {
      ...orders,
      name: 'watcher',
      stream: 'TRIMTAB_EVENTS',
      filterSubject: 'trimtab.events.v1.intent.*',
    };
    await expect(bus.subscribe(watcher, async () => ack)).rejects.toThrow(/ack policy|ack_policy/);
  });

  it('delivers again what a killed process left unanswered', async () => {
    const first = await bus.subscribe(orders, async () => ack);
    await first.stop();
    await bus.publish(order('e1'));
    // Taken and never answered: as far as the server knows, that process is gone.
    const taken = await (
      await direct.jetstream().consumers.get(stream('TRIMTAB_ORDERS'), 'executor')
    ).next({ expires: 1_000 });
    expect(taken?.info.deliveryCount).toBe(1);
    const counts: number[] = [];
    await bus.subscribe(orders, async ({ deliveryCount }) => {
      counts.push(deliveryCount);
      return ack;
    });
    await eventually(() => (counts.length > 0 ? true : undefined));
    expect(counts).toEqual([2]);
  });

  it('lets another process take what waits behind a handler that hangs', async () => {
    const settings = { ...orders, ackWaitMillis: 300, maxDeliver: 50, backoffMillis: [300] };
    let release: () => void = () => undefined;
    const hanging = new Promise<Disposition>((end) => (release = () => end(ack)));
    const stuck = await connectJetStream({
      url: server.url,
      logger: silentLogger(),
      subjectPrefix: prefix,
    });
    const stuckEvents: string[] = [];
    await stuck.subscribe(settings, async ({ eventId }) => {
      stuckEvents.push(eventId);
      return hanging;
    });
    await bus.publish(order('e1'));
    await eventually(() => (stuckEvents.length > 0 ? true : undefined));
    await bus.publish(order('e2'));
    const healthyEvents = new Set<string>();
    await bus.subscribe(settings, async ({ eventId }) => {
      healthyEvents.add(eventId);
      return ack;
    });
    await eventually(() => (healthyEvents.size === 2 ? true : undefined), { timeoutMs: 20_000 });
    expect(stuckEvents).toEqual(['e1']);
    release();
    await stuck.close();
  });

  it('buries a message that was delivered as often as allowed without any answer', async () => {
    const settings = { ...orders, ackWaitMillis: 200, maxDeliver: 2, backoffMillis: [200] };
    let release: () => void = () => undefined;
    const hanging = new Promise<Disposition>((end) => (release = () => end(ack)));
    await bus.subscribe(settings, async () => hanging);
    const reasons: (string | undefined)[] = [];
    await bus.subscribe(
      {
        ...orders,
        name: 'undertaker',
        stream: 'TRIMTAB_DEADLETTER',
        filterSubject: 'trimtab.deadletter.v1.>',
      },
      async ({ headers, eventId }) => {
        reasons.push(`${eventId}: ${headers.get(HEADERS.reason)}`);
        return ack;
      },
    );
    await bus.publish(order('e1'));
    await eventually(() => (reasons.length > 0 ? true : undefined));
    expect(reasons).toEqual(['e1: gave up after 2 deliveries: no answer']);
    const manager = await direct.jetstreamManager();
    await eventually(async () => {
      const { state } = await manager.streams.info(stream('TRIMTAB_ORDERS'));
      return state.messages === 0 ? true : undefined;
    });
    release();
  });

  it('goes on by itself when its streams are deleted under it', async () => {
    const received: string[] = [];
    await bus.subscribe(orders, async ({ eventId }) => {
      received.push(eventId);
      return ack;
    });
    await bus.publish(order('before'));
    await eventually(() => (received.includes('before') ? true : undefined));
    const manager = await direct.jetstreamManager();
    for (const { name } of loadStreams()) await manager.streams.delete(stream(name));
    // The same message id as before: the wiped store knows of no duplicate.
    await bus.publish(order('before'));
    await bus.publish(order('after'));
    await eventually(() => (received.length === 3 ? true : undefined));
    expect(received).toEqual(['before', 'before', 'after']);
  });

  it('goes on when the server comes back with an empty store', async () => {
    const received: string[] = [];
    await bus.subscribe(orders, async ({ eventId }) => {
      received.push(eventId);
      return ack;
    });
    await bus.publish(order('before'));
    await eventually(() => (received.length === 1 ? true : undefined));
    await server.restart({ wipeStore: true });
    await eventually(() => (bus.isConnected() ? true : undefined));
    await eventually(async () => {
      await bus.publish(order('after'));
      return true;
    });
    await eventually(() => (received.includes('after') ? true : undefined), { timeoutMs: 20_000 });
  });

  it('fails a publish while the server is down, and reports that it is disconnected', async () => {
    await server.stop();
    await eventually(() => (bus.isConnected() ? undefined : true));
    await expect(bus.publish(order('lost'))).rejects.toThrow();
    await server.restart({ wipeStore: false });
    await eventually(() => (bus.isConnected() ? true : undefined));
    await eventually(async () => {
      await bus.publish(order('e1'));
      return true;
    });
  });
});
