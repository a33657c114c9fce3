import type { ExecutionReport, OrderDispatch } from '@trimtab/contracts/execution';
import {
  decodeExecutionReport,
  encodeOrderDispatch,
  HEADERS,
  subjects,
  type Bus,
  type ConsumerOptions,
  type IncomingMessage,
} from '@trimtab/messaging';
import { eventually } from '@trimtab/testkit';

/** A report as it came over the bus. */
export interface ReceivedReport {
  readonly subject: string;
  readonly eventId: string;
  readonly payload: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly report: ExecutionReport;
}

/** OrderGen's side of the two subjects: sends dispatches, collects reports and dead letters. */
export interface Desk {
  /** Sends a dispatch, again under the same event id and a new message id at each call. */
  send(order: OrderDispatch, options?: { readonly traceparent?: string }): Promise<void>;
  /** Sends any bytes to a vault's subject. */
  sendBytes(vaultId: string, payload: Uint8Array, messageType?: string): Promise<string>;
  /** Every report of an order so far, in the order of arrival. */
  reportsOf(order: OrderDispatch): readonly ReceivedReport[];
  /** Waits until the order has so many reports. */
  awaitReports(order: OrderDispatch, count: number): Promise<readonly ReceivedReport[]>;
  /** Waits for the dead letter of a message and returns its reason. */
  awaitDeadLetter(eventId: string): Promise<string>;
  close(): Promise<void>;
}

const listener = {
  concurrency: 1,
  ackWaitMillis: 5_000,
  maxDeliver: 5,
  backoffMillis: [100],
  keyOf: () => 'one',
};
const executions: ConsumerOptions = {
  ...listener,
  name: 'desk-executions',
  stream: 'TRIMTAB_EXECUTIONS',
  filterSubject: 'trimtab.executions.v1.*.*.*',
};
const deadLetters: ConsumerOptions = {
  ...listener,
  name: 'desk-deadletters',
  stream: 'TRIMTAB_DEADLETTER',
  filterSubject: 'trimtab.deadletter.v1.>',
};

/** Opens a desk on the bus that the executor under test is reached by. */
export async function openDesk(bus: Bus): Promise<Desk> {
  const reports: ReceivedReport[] = [];
  const letters: IncomingMessage[] = [];
  /** How often each event was sent before. */
  const sendCounts = new Map<string, number>();
  const publish = (message: {
    eventId: string;
    vaultId: string;
    messageType: string;
    payload: Uint8Array;
    traceparent?: string;
  }) => {
    const { vaultId, ...rest } = message;
    const sendCount = sendCounts.get(message.eventId) ?? 0;
    sendCounts.set(message.eventId, sendCount + 1);
    const messageId = `${message.eventId}/${sendCount}`;
    return bus.publish({ ...rest, subject: subjects.dispatch(vaultId), messageId });
  };
  const subscriptions = [
    await bus.subscribe(executions, async (message) => {
      const { subject, eventId, headers } = message;
      const payload = Buffer.from(message.payload).toString('hex');
      reports.push({ subject, eventId, payload, headers, report: decodeExecutionReport(message) });
      return { kind: 'ack' };
    }),
    await bus.subscribe(deadLetters, async (message) => {
      letters.push(message);
      return { kind: 'ack' };
    }),
  ];
  const reportsOf = ({ orderId }: OrderDispatch): readonly ReceivedReport[] =>
    reports.filter(({ report }) => report.orderId === orderId);
  return {
    send: (order, options = {}) =>
      publish({
        ...encodeOrderDispatch(order),
        eventId: order.orderId,
        vaultId: order.vaultId,
        ...options,
      }),
    sendBytes: async (vaultId, payload, messageType = 'trimtab.execution.v1.OrderDispatch') => {
      const eventId = `poison-${sendCounts.size}`;
      await publish({ eventId, vaultId, messageType, payload });
      return eventId;
    },
    reportsOf,
    awaitReports: (order, count) =>
      eventually(
        () => {
          const found = reportsOf(order);
          return found.length >= count ? found : undefined;
        },
        { what: `${count} reports`, timeoutMs: 20_000 },
      ),
    awaitDeadLetter: async (eventId) => {
      const letter = await eventually(() => letters.find((found) => found.eventId === eventId), {
        what: 'the dead letter',
      });
      return letter.headers.get(HEADERS.reason) ?? '';
    },
    close: async () => {
      for (const subscription of subscriptions) await subscription.stop();
    },
  };
}
