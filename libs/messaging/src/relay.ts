import { AsyncResource } from 'node:async_hooks';
import { PARTITION_COUNT } from '@trimtab/canonical';
import { createPoller, type Component } from '@trimtab/lifecycle';
import {
  announceRows,
  createPartitionLeases,
  type OutboxMessage,
  type PartitionLeases,
  type SqlDatabase,
} from '@trimtab/storage';
import type { Logger } from '@trimtab/telemetry';
import type { Bus } from './bus.js';
import { createDirectPublishing } from './direct-publishing.js';
import { observeQueues } from './observe-queues.js';
import {
  byAggregate,
  markSent,
  toMessage,
  unsentRows,
  type OutboxRow,
  type SentRow,
} from './outbox-rows.js';

/** Publishes what transactions left in the outbox. */
export interface Relay extends Component {
  /**
   * Looks at once: call it after a commit that wrote messages. Those of an aggregate that is named are
   * not overtaken by what is published directly.
   */
  wake(aggregateId?: string): void;
  /**
   * Publishes what a transaction of this process has just committed of one aggregate, without reading it back from the
   * outbox, and marks it later, many rows at a time. Only where this process has the lease and nothing
   * older of the aggregate is unsent; else it is a wake. Never call it before the commit.
   */
  publish(messages: readonly OutboxMessage[]): void;
  /** Marks what is out, so that a resend that is asked for next is one more message. */
  mark(): Promise<void>;
}

export interface RelayOptions {
  readonly database: SqlDatabase;
  readonly bus: Bus;
  readonly logger: Logger;
  /** Pause between two looks without a wake, in milliseconds. */
  readonly pollMs: number;
}

const LEASE_RETRY_MS = 1_000;
/** Rows published directly are marked this long after the first of them, in milliseconds. */
const MARK_AFTER_MS = 50;
const ALL_PARTITIONS = Array.from({ length: PARTITION_COUNT }, (_, partition) => partition);

/**
 * Publishes unsent outbox rows of the partitions whose lease it holds, in the order of their rows per
 * aggregate and side by side across aggregates (execution rule 3). A row is marked after the bus has
 * accepted it: a crash in between publishes it again under the same message id. An aggregate whose
 * row failed is not overtaken by its later rows and does not hold up others.
 */
export function createRelay(options: RelayOptions): Relay {
  const { database, bus, logger, pollMs } = options;
  let leases: PartitionLeases | undefined;
  let nextLeaseLook = 0;
  let failing = false;
  let markTimer: NodeJS.Timeout | undefined;
  /** Partitions of which nothing is unsent but what this process commits from now on. */
  let covered: ReadonlySet<number> = new Set();

  const direct = createDirectPublishing({
    bus,
    markSent: (eventIds) => markSent(database, eventIds.map(sentForTheFirstTime)),
    failed: (error) => {
      report(error);
      poller.wake();
    },
    published: () => (markTimer ??= setTimeout(markLater, MARK_AFTER_MS)),
    ended: (aggregateId) => {
      if (direct.isLeft(aggregateId)) poller.wake();
    },
  });

  function markLater(): void {
    markTimer = undefined;
    direct.mark().catch((error: unknown) => {
      report(error);
      markTimer ??= setTimeout(markLater, pollMs);
    });
  }

  async function heldPartitions(): Promise<readonly number[]> {
    leases ??= createPartitionLeases(database, () => poller.wake());
    const held = leases.held();
    covered = new Set(held.filter((partition) => covered.has(partition)));
    if (held.length === PARTITION_COUNT || Date.now() < nextLeaseLook) return held;
    nextLeaseLook = Date.now() + LEASE_RETRY_MS;
    return leases.acquire(ALL_PARTITIONS);
  }

  async function pass(): Promise<void> {
    const failed = new Map<string, unknown>();
    await direct.mark();
    for (;;) {
      const partitions = await heldPartitions();
      if (partitions.length === 0) return;
      const busy = direct.busy();
      const caughtUp = direct.left().filter((aggregateId) => !busy.includes(aggregateId));
      const rows = await unsentRows(database, partitions, {
        aggregateIds: [...failed.keys(), ...busy],
        eventIds: direct.unmarked(),
      });
      if (rows.length === 0) {
        if (failed.size > 0) break;
        direct.release(caughtUp);
        covered = new Set(partitions);
        break;
      }
      const published = await publishInOrder(bus, rows, failed);
      await markSent(database, published);
      // Nothing went through: the bus is down, and further batches would fail as well.
      if (published.length === 0) break;
    }
    const [first] = failed.values();
    report(failed.size === 0 ? undefined : first);
  }

  /** Says once that publishing fails, and once that it works again; not at every pass. */
  function report(error: unknown): void {
    const fails = error !== undefined;
    if (fails === failing) return;
    failing = fails;
    if (fails) logger.warn({ error }, 'outbox rows not published, the relay goes on trying');
    else logger.info({}, 'outbox rows published again');
  }

  const announce = createAnnouncing(database);

  const poller = createPoller({
    name: 'relay',
    intervalMs: pollMs,
    run: pass,
    onError: report,
  });

  /** In the async context of the creation, as the passes are. */
  const publish = AsyncResource.bind((messages: readonly OutboxMessage[]): void => {
    const [first] = messages;
    if (first === undefined) return;
    const { aggregateId, partition } = first;
    if (leases?.held().includes(partition) !== true) {
      announce();
      poller.wake();
      return;
    }
    if (covered.has(partition) && !failing && !direct.isLeft(aggregateId)) {
      direct.publish(aggregateId, messages);
      return;
    }
    direct.leave(aggregateId);
    poller.wake();
  });

  let stopObserving: (() => void) | undefined;
  return {
    name: 'relay',
    start: () => {
      stopObserving ??= observeQueues(database);
      return poller.start();
    },
    stop: async () => {
      stopObserving?.();
      stopObserving = undefined;
      await poller.stop();
      covered = new Set();
      await direct.settled();
      clearTimeout(markTimer);
      markTimer = undefined;
      // What stays unmarked is published once more under the same message id.
      await direct.mark().catch(report);
      const last = leases;
      leases = undefined;
      nextLeaseLook = 0;
      await last?.close();
    },
    wake: (aggregateId) => {
      // Without a lease there are no direct ones, and no pass that would end this.
      const heldCount = leases?.held().length ?? 0;
      if (aggregateId !== undefined && heldCount > 0) direct.leave(aggregateId);
      if (heldCount < PARTITION_COUNT) announce();
      poller.wake();
    },
    publish,
    mark: () => direct.mark(),
  };
}

/**
 * Tells other processes of rows that are theirs to publish: one announcement at a time, and one more for
 * all that come meanwhile. One that fails is none: the others look by themselves.
 */
function createAnnouncing(database: SqlDatabase): () => void {
  let running = false;
  let wanted = false;
  const run = async (): Promise<void> => {
    running = true;
    do {
      wanted = false;
      await announceRows(database).catch(() => undefined);
    } while (isWanted());
    running = false;
  };
  const isWanted = (): boolean => wanted;
  // In the async context of the creation: it is no part of the request that woke the relay.
  return AsyncResource.bind(() => {
    wanted = true;
    if (!running) void run();
  });
}

function sentForTheFirstTime(eventId: string): SentRow {
  return { event_id: eventId, send_count: 0 };
}

/** Adds aggregates whose publish failed to `failed`; returns the rows that were accepted. */
async function publishInOrder(
  bus: Bus,
  rows: readonly OutboxRow[],
  failed: Map<string, unknown>,
): Promise<readonly OutboxRow[]> {
  const published: OutboxRow[] = [];
  await Promise.all(
    [...byAggregate(rows)].map(async ([aggregateId, own]) => {
      for (const row of own) {
        try {
          await bus.publish(toMessage(row));
        } catch (error) {
          failed.set(aggregateId, error);
          return;
        }
        published.push(row);
      }
    }),
  );
  return published;
}
