import { domainError, refuse } from '@trimtab/core';
import type { Caller } from '@trimtab/grpc';
import type { Intent } from '../domain/intent.js';
import { seesAll } from './get-intent.js';
import type { Call } from './ports.js';

/** An intent as it was after a change. */
export interface IntentChange {
  readonly sequence: bigint;
  readonly intent: Intent;
}

/** Which changes a watcher sees. */
export interface ChangeFilter {
  /** Absent: of every owner. */
  readonly owner: string | undefined;
  /** Empty: every intent. */
  readonly intentIds: readonly string[];
}

/** The sequence of changes. */
export interface IntentChangeFeed {
  /** The highest number there is; 0 before the first change. */
  last(): Promise<bigint>;
  /** The latest change of each intent up to a number, by number: the intents as they were then. */
  latest(
    filter: ChangeFilter,
    upTo: bigint,
    after: bigint,
    limit: number,
  ): Promise<readonly IntentChange[]>;
  /** Changes after a number, in order. */
  after(filter: ChangeFilter, sequence: bigint, limit: number): Promise<readonly IntentChange[]>;
  /** Ends when there may be more than before, or when the signal aborts. */
  more(signal: AbortSignal | undefined): Promise<void>;
}

/** What a watcher asks for. */
export interface WatchIntentsCommand {
  readonly intentIds: readonly string[];
  /** The last number that the watcher has seen; absent starts with the intents now. */
  readonly afterSequence: bigint | undefined;
}

/**
 * Streams the intents that the caller may see: without a number those of now first, then every change,
 * in the order of the commits, until the caller leaves.
 *
 * @throws DomainFailure SEQUENCE_OUT_OF_RANGE for a number that was never sent
 */
export type WatchIntents = (
  command: WatchIntentsCommand,
  call: Call,
) => AsyncIterable<IntentChange>;

const BATCH_SIZE = 200;

/** Creates the use case. */
export function createWatchIntents(feed: IntentChangeFeed): WatchIntents {
  return async function* ({ intentIds, afterSequence }, { caller, signal }) {
    const filter = { owner: ownerFilter(caller), intentIds };
    const last = await feed.last();
    let position = afterSequence;
    if (position === undefined) {
      let read = 0n;
      for (;;) {
        const now = await feed.latest(filter, last, read, BATCH_SIZE);
        yield* now;
        read = now.at(-1)?.sequence ?? last;
        if (now.length < BATCH_SIZE) break;
      }
      position = last;
    } else if (position < 0n || position > last) {
      const message = `after_sequence was ${position}, must be from 0 to ${last}`;
      refuse(domainError('OUT_OF_RANGE', 'SEQUENCE_OUT_OF_RANGE', message, { last: String(last) }));
    }
    while (signal?.aborted !== true) {
      const changes = await feed.after(filter, position, BATCH_SIZE);
      yield* changes;
      position = changes.at(-1)?.sequence ?? position;
      if (changes.length < BATCH_SIZE) await feed.more(signal);
    }
  };
}

function ownerFilter(caller: Caller): string | undefined {
  return seesAll(caller) ? undefined : caller.subject;
}
