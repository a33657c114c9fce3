import type { OutboxMessage } from '@trimtab/storage';
import type { Bus } from './bus.js';

/** Rows that this process committed and publishes without reading them back from the outbox. */
export interface DirectPublishing {
  /** Publishes one aggregate's fresh rows after its earlier ones; marks them later, many at a time. */
  publish(aggregateId: string, messages: readonly OutboxMessage[]): void;
  /** Leaves rows of an aggregate to the next passes over the outbox. */
  leave(aggregateId: string): void;
  /** Whether rows of the aggregate are left to the passes: later ones must not overtake them. */
  isLeft(aggregateId: string): boolean;
  /** Aggregates that are being published now; a pass leaves them alone. */
  busy(): readonly string[];
  /** Aggregates that were left to the passes before now, to be released when they are done. */
  left(): readonly string[];
  release(aggregateIds: readonly string[]): void;
  /** Rows that are out and not yet marked. */
  unmarked(): readonly string[];
  /** Marks what is out. Rejects when the database is away; the rows stay unmarked. */
  mark(): Promise<void>;
  /** Waits for what is being published. */
  settled(): Promise<void>;
}

/** What direct publishing works with. */
export interface DirectPublishingOptions {
  readonly bus: Bus;
  readonly markSent: (eventIds: readonly string[]) => Promise<void>;
  /** Called when a publish failed: its rows are still unsent in the outbox. */
  readonly failed: (error: unknown) => void;
  /** Called when something is out and unmarked. */
  readonly published: () => void;
  /** Called when nothing of an aggregate is being published any more. */
  readonly ended: (aggregateId: string) => void;
}

/** Creates it. */
export function createDirectPublishing(options: DirectPublishingOptions): DirectPublishing {
  const running = new Map<string, Promise<void>>();
  const left = new Set<string>();
  const unmarked = new Set<string>();
  let marking: Promise<void> = Promise.resolve();

  async function send(
    aggregateId: string,
    earlier: Promise<void> | undefined,
    messages: readonly OutboxMessage[],
  ): Promise<void> {
    await earlier;
    for (const message of messages) {
      // An earlier one failed: the passes publish from there on, in order.
      if (left.has(aggregateId)) return;
      const { eventId, subject, messageType, payload, traceparent } = message;
      try {
        await options.bus.publish({
          subject,
          messageId: `${eventId}/0`,
          eventId,
          messageType,
          payload,
          ...(traceparent === undefined ? {} : { traceparent }),
        });
      } catch (error) {
        left.add(aggregateId);
        options.failed(error);
        return;
      }
      unmarked.add(eventId);
      options.published();
    }
  }

  async function markAll(): Promise<void> {
    const eventIds = [...unmarked];
    await options.markSent(eventIds);
    for (const eventId of eventIds) unmarked.delete(eventId);
  }

  return {
    publish: (aggregateId, messages) => {
      const sending = send(aggregateId, running.get(aggregateId), messages).finally(() => {
        if (running.get(aggregateId) !== sending) return;
        running.delete(aggregateId);
        options.ended(aggregateId);
      });
      running.set(aggregateId, sending);
    },
    leave: (aggregateId) => void left.add(aggregateId),
    isLeft: (aggregateId) => left.has(aggregateId),
    busy: () => [...running.keys()],
    left: () => [...left],
    release: (aggregateIds) => {
      for (const aggregateId of aggregateIds) left.delete(aggregateId);
    },
    unmarked: () => [...unmarked],
    mark: () => {
      // One after the other: a late mark must not undo a resend that was asked for after an earlier one.
      marking = marking.catch(() => undefined).then(markAll);
      return marking;
    },
    settled: async () => {
      while (running.size > 0) await Promise.all(running.values());
    },
  };
}
