import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { domainError, DomainFailure } from '@trimtab/core';
import {
  connectJetStream,
  createInProcessBus,
  HEADERS,
  subjects,
  vaultKey,
  type Bus,
  type ConsumerOptions,
  type Disposition,
  type IncomingMessage,
  type OutgoingMessage,
} from '@trimtab/messaging';
import {
  eventually,
  memorySpans,
  testNatsUrl,
  testSubjectPrefix,
  type MemorySpans,
} from '@trimtab/testkit';
import { silentLogger } from '@trimtab/telemetry';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

/** The promises of the port, which every bus keeps. */
const buses: readonly (readonly [string, () => Promise<Bus>])[] = [
  ['the in-process bus', async () => createInProcessBus({ logger: silentLogger() })],
  [
    'the JetStream bus',
    () =>
      connectJetStream({
        url: testNatsUrl() ?? 'no test server',
        logger: silentLogger(),
        subjectPrefix: testSubjectPrefix(),
      }),
  ],
];

const ack: Disposition = { kind: 'ack' };

const orders: ConsumerOptions = {
  name: 'executor',
  stream: 'TRIMTAB_ORDERS',
  filterSubject: 'trimtab.orders.v1.dispatch.*.*',
  concurrency: 4,
  ackWaitMillis: 2_000,
  maxDeliver: 3,
  backoffMillis: [10],
  keyOf: vaultKey,
};
const deadLetters: ConsumerOptions = {
  ...orders,
  name: 'undertaker',
  stream: 'TRIMTAB_DEADLETTER',
  filterSubject: 'trimtab.deadletter.v1.>',
};

function order(eventId: string, vaultId = 'vault-1', sendCount = 0): OutgoingMessage {
  return {
    subject: subjects.dispatch(vaultId),
    messageId: `${eventId}/${sendCount}`,
    eventId,
    messageType: 'trimtab.execution.v1.OrderDispatch',
    payload: new TextEncoder().encode(`payload of ${eventId}`),
  };
}

/** Resolves once the list has as many entries as awaited. */
async function filled<T>(list: readonly T[], count: number): Promise<readonly T[]> {
  return eventually(() => (list.length >= count ? list : undefined), { what: `${count} entries` });
}

describe.each(buses)('%s', (_, create) => {
  let bus: Bus;
  let spans: MemorySpans;
  beforeAll(() => {
    spans = memorySpans();
  });
  afterAll(() => spans.stop());
  beforeEach(async () => {
    spans.reset();
    bus = await create();
  });
  afterEach(() => bus.close());

  /** Collects what a consumer gets; `answer` decides what becomes of it. */
  async function listen(
    options: ConsumerOptions = orders,
    answer: (message: IncomingMessage) => Disposition | Promise<Disposition> = () => ack,
  ) {
    const received: IncomingMessage[] = [];
    const subscription = await bus.subscribe(options, async (message) => {
      received.push(message);
      return answer(message);
    });
    return { received, stop: () => subscription.stop() };
  }

  it('delivers payload, type, event id and headers', async () => {
    const { received } = await listen();
    await bus.publish(order('e1'));
    const [message] = await filled(received, 1);
    expect(message).toMatchObject({
      subject: subjects.dispatch('vault-1'),
      eventId: 'e1',
      messageType: 'trimtab.execution.v1.OrderDispatch',
      deliveryCount: 1,
    });
    expect(Buffer.from(message?.payload ?? []).toString()).toBe('payload of e1');
    expect(message?.headers.get(HEADERS.messageId)).toBe('e1/0');
    expect(message?.headers.get(HEADERS.contentType)).toBe('application/protobuf');
  });

  it('delivers what was published before the consumer existed', async () => {
    await bus.publish(order('e1'));
    const { received } = await listen();
    await filled(received, 1);
  });

  it('goes on where a stopped consumer of the same name left off', async () => {
    const first = await listen();
    await bus.publish(order('e1'));
    await filled(first.received, 1);
    await first.stop();
    await bus.publish(order('e2'));
    const second = await listen();
    await filled(second.received, 1);
    expect(second.received.map(({ eventId }) => eventId)).toEqual(['e2']);
    expect(first.received).toHaveLength(1);
  });

  it('handles messages of one vault one at a time and in order, of several side by side', async () => {
    const running = new Map<string, number>();
    let mostAtOnce = 0;
    const { received } = await listen(orders, async ({ subject }) => {
      running.set(subject, (running.get(subject) ?? 0) + 1);
      mostAtOnce = Math.max(mostAtOnce, running.size);
      expect(running.get(subject)).toBe(1);
      // Two turns of the event loop give other messages every chance to overtake.
      await new Promise((turn) => setImmediate(() => setImmediate(turn)));
      running.delete(subject);
      return ack;
    });
    const ids = Array.from({ length: 20 }, (__, index) => `e${index}`);
    for (const id of ids) {
      await Promise.all(
        ['a', 'b', 'c'].map((vault) => bus.publish(order(`${vault}-${id}`, vault))),
      );
    }
    await filled(received, 60);
    for (const vault of ['a', 'b', 'c']) {
      const own = received.filter(({ eventId }) => eventId.startsWith(`${vault}-`));
      expect(own.map(({ eventId }) => eventId)).toEqual(ids.map((id) => `${vault}-${id}`));
    }
    expect(mostAtOnce).toBeGreaterThan(1);
  });

  it('never runs more handlers than the concurrency allows', async () => {
    let running = 0;
    let most = 0;
    const { received } = await listen({ ...orders, concurrency: 2 }, async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((turn) => setImmediate(() => setImmediate(turn)));
      running -= 1;
      return ack;
    });
    for (let index = 0; index < 10; index += 1) await bus.publish(order(`e${index}`, `v${index}`));
    await filled(received, 10);
    expect(most).toBe(2);
  });

  it('delivers a retried message again, after the delay and counted', async () => {
    const times: number[] = [];
    const { received } = await listen(orders, ({ deliveryCount }) => {
      times.push(performance.now());
      return deliveryCount < 2 ? { kind: 'retry', delayMillis: 200, reason: 'not yet' } : ack;
    });
    await bus.publish(order('e1'));
    await filled(received, 2);
    expect(received.map(({ deliveryCount }) => deliveryCount)).toEqual([1, 2]);
    // A timer may be a few milliseconds early against another clock.
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(195);
  });

  it('lets other messages pass one that is being retried', async () => {
    const { received } = await listen(orders, ({ eventId, deliveryCount }) =>
      eventId === 'poison' && deliveryCount === 1
        ? { kind: 'retry', delayMillis: 300, reason: 'not yet' }
        : ack,
    );
    await bus.publish(order('poison'));
    await bus.publish(order('good'));
    await filled(received, 3);
    expect(received.map(({ eventId }) => eventId)).toEqual(['poison', 'good', 'poison']);
  });

  it('delivers again when the handler crashes', async () => {
    const { received } = await listen(orders, ({ deliveryCount }) => {
      if (deliveryCount === 1) throw new Error('the database went away');
      return ack;
    });
    await bus.publish(order('e1'));
    await filled(received, 2);
  });

  it('buries a dead message with its reason, payload and headers, and does not deliver it again', async () => {
    const burials = await listen(deadLetters);
    const { received } = await listen(orders, ({ eventId }) =>
      eventId === 'poison' ? { kind: 'dead', reason: 'UNKNOWN_REBALANCE:\nno such one' } : ack,
    );
    await bus.publish(order('poison'));
    const [letter] = await filled(burials.received, 1);
    expect(letter).toMatchObject({
      subject: subjects.deadLetter(subjects.dispatch('vault-1')),
      eventId: 'poison',
      messageType: 'trimtab.execution.v1.OrderDispatch',
    });
    expect(letter?.headers.get(HEADERS.reason)).toBe('UNKNOWN_REBALANCE: no such one');
    expect(letter?.headers.get(HEADERS.consumer)).toBe('executor');
    expect(Buffer.from(letter?.payload ?? []).toString()).toBe('payload of poison');
    await bus.publish(order('after'));
    await filled(received, 2);
    expect(received.map(({ eventId }) => eventId)).toEqual(['poison', 'after']);
  });

  it('buries a message whose last allowed delivery asks for a retry', async () => {
    const burials = await listen(deadLetters);
    const { received } = await listen(orders, () => {
      throw new Error('always');
    });
    await bus.publish(order('e1'));
    const [letter] = await filled(burials.received, 1);
    expect(received).toHaveLength(3);
    expect(letter?.headers.get(HEADERS.reason)).toBe('gave up after 3 deliveries: Error: always');
  });

  it('buries a message at once when the handler throws a refusal that no retry helps', async () => {
    const burials = await listen(deadLetters);
    const { received } = await listen(orders, () => {
      throw new DomainFailure(domainError('NOT_FOUND', 'REBALANCE_NOT_FOUND', 'no rebalance x'));
    });
    await bus.publish(order('e1'));
    const [letter] = await filled(burials.received, 1);
    expect(letter?.headers.get(HEADERS.reason)).toBe('REBALANCE_NOT_FOUND: no rebalance x');
    expect(received).toHaveLength(1);
  });

  it('buries a message without an event id unseen: it could not be told from its repeats', async () => {
    const burials = await listen(deadLetters);
    const { received } = await listen();
    await bus.publish({ ...order('e1'), eventId: '' });
    const [letter] = await filled(burials.received, 1);
    expect(letter?.headers.get(HEADERS.reason)).toMatch(/Trimtab-Event-Id is missing/);
    expect(received).toEqual([]);
  });

  it('never buries a dead letter again', async () => {
    const burials = await listen(deadLetters, ({ eventId }) =>
      eventId === 'e1' ? { kind: 'dead', reason: 'nobody knows' } : ack,
    );
    await listen(orders, () => ({ kind: 'dead', reason: 'first' }));
    await bus.publish(order('e1'));
    await filled(burials.received, 1);
    await bus.publish(order('e2'));
    await filled(burials.received, 2);
    expect(burials.received.map(({ eventId }) => eventId)).toEqual(['e1', 'e2']);
  });

  it('drops a repeated message id and delivers a resend under a new one', async () => {
    const { received } = await listen();
    await bus.publish(order('e1', 'vault-1', 0));
    await bus.publish(order('e1', 'vault-1', 0));
    await bus.publish(order('e1', 'vault-1', 1));
    await filled(received, 2);
    await bus.publish(order('last'));
    await filled(received, 3);
    expect(received.map(({ headers }) => headers.get(HEADERS.messageId))).toEqual([
      'e1/0',
      'e1/1',
      'last/0',
    ]);
  });

  it('gives every message of a limits stream to each durable, and of a work queue to one listener', async () => {
    const executions = { ...orders, stream: 'TRIMTAB_EXECUTIONS' as const };
    const filterSubject = 'trimtab.executions.v1.result.*.*';
    const one = await listen({ ...executions, name: 'one', filterSubject });
    const two = await listen({ ...executions, name: 'two', filterSubject });
    await bus.publish({ ...order('r1'), subject: subjects.result('vault-1') });
    await Promise.all([filled(one.received, 1), filled(two.received, 1)]);

    const [left, right] = [await listen(), await listen()];
    for (let index = 0; index < 10; index += 1) await bus.publish(order(`e${index}`, `v${index}`));
    await eventually(() => (left.received.length + right.received.length >= 10 ? true : undefined));
    expect(left.received.length + right.received.length).toBe(10);
  });

  it('waits at stop for the handler that runs and takes no further message', async () => {
    let finish: () => void = () => undefined;
    const gate = new Promise<void>((open) => (finish = open));
    let finished = false;
    const { received, stop } = await listen({ ...orders, concurrency: 1 }, async () => {
      await gate;
      finished = true;
      return ack;
    });
    await bus.publish(order('e1'));
    await bus.publish(order('e2'));
    await filled(received, 1);
    const stopped = stop();
    finish();
    await stopped;
    expect(finished).toBe(true);
    expect(received).toHaveLength(1);
    const rest = await listen();
    await filled(rest.received, 1);
    expect(rest.received.map(({ eventId }) => eventId)).toEqual(['e2']);
  });

  it('keeps one trace from publisher to handler, with a link on redelivery', async () => {
    const { received } = await listen(orders, ({ deliveryCount }) =>
      deliveryCount === 1 ? { kind: 'retry', delayMillis: 1, reason: 'again' } : ack,
    );
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    await bus.publish({ ...order('e1'), traceparent: `00-${traceId}-b7ad6b7169203331-01` });
    await filled(received, 2);
    const handled = await eventually(() => {
      const found = spans.named('process trimtab.orders.v1.dispatch');
      return found.length === 2 ? found : undefined;
    });
    const [publish] = spans.named('publish trimtab.orders.v1.dispatch');
    expect(publish?.kind).toBe(SpanKind.PRODUCER);
    expect(publish?.spanContext().traceId).toBe(traceId);
    expect(publish?.parentSpanContext?.spanId).toBe('b7ad6b7169203331');
    for (const span of handled) {
      expect(span.kind).toBe(SpanKind.CONSUMER);
      expect(span.spanContext().traceId).toBe(traceId);
      expect(span.parentSpanContext?.spanId).toBe(publish?.spanContext().spanId);
      expect(span.attributes['messaging.destination.name']).toBe('trimtab.orders.v1.dispatch');
      expect(span.attributes['trimtab.event.id']).toBe('e1');
    }
    expect(handled.map(({ links }) => links.length)).toEqual([0, 1]);
    expect(handled.map(({ status }) => status.code)).toEqual([
      SpanStatusCode.ERROR,
      SpanStatusCode.UNSET,
    ]);
  });

  it.each([
    ['a name with a dot', { name: 'a.b' }, /name "a.b"/],
    ['no concurrency', { concurrency: 0 }, /concurrency was 0/],
    ['no delivery', { maxDeliver: 0 }, /maxDeliver was 0/],
    ['no backoff', { backoffMillis: [] }, /backoffMillis must not be empty/],
  ])('refuses a consumer with %s', async (__, wrong, words) => {
    await expect(bus.subscribe({ ...orders, ...wrong }, async () => ack)).rejects.toThrow(words);
  });

  it('refuses to publish to a subject of no stream, and says when it is closed', async () => {
    await expect(bus.publish({ ...order('e1'), subject: 'trimtab.other' })).rejects.toThrow();
    expect(bus.isConnected()).toBe(true);
    await bus.close();
    await bus.close();
    expect(bus.isConnected()).toBe(false);
    await expect(bus.publish(order('e2'))).rejects.toThrow();
  });
});
