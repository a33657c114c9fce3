import { addMillis, type Clock, type Instant } from '@trimtab/core';

/** A look at some rows in the order of their keys. */
export interface PrunedWindow {
  /** Where the next look goes on; absent at the end of the table. */
  readonly next?: string;
}

/** Where messages lie. */
export interface MessageStore {
  /** Deletes what was published, of the next rows after a key. */
  pruneSent(endedBefore: Instant, after: string | undefined): Promise<PrunedWindow>;
  /** Deletes reports that changed nothing, of the next rows after a key. */
  pruneDuplicates(endedBefore: Instant, after: string | undefined): Promise<PrunedWindow>;
}

/** What pruning needs. */
export interface PruneMessagesDependencies {
  readonly clock: Clock;
  readonly messages: MessageStore;
  /** How long messages are kept after the end of their rebalance. */
  readonly retentionSeconds: number;
}

/**
 * Deletes messages that nothing needs any more, a window of rows at each look. Of rebalances that ended
 * before the retention: published messages, for only a running one sends again (execution rule 4), and
 * reports that were duplicates. Reports that were applied stay for good: they are the evidence of ledger,
 * bundle and watchers, and their ids keep a repeat from taking effect at any time (execution rule 1).
 */
export function createPruneMessages(deps: PruneMessagesDependencies): () => Promise<void> {
  const { clock, messages, retentionSeconds } = deps;
  let sentAfter: string | undefined;
  let duplicatesAfter: string | undefined;
  return async () => {
    const endedBefore = addMillis(clock.now(), -retentionSeconds * 1000);
    sentAfter = (await messages.pruneSent(endedBefore, sentAfter)).next;
    duplicatesAfter = (await messages.pruneDuplicates(endedBefore, duplicatesAfter)).next;
  };
}
