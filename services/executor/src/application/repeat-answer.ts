import type { OrderStore } from './ports.js';

/** What repeating an answer needs. */
export interface RepeatAnswerDependencies {
  readonly store: Pick<OrderStore, 'answerAgain' | 'isAnswerSent'>;
  /** Waits; rejects when the signal is aborted. */
  readonly pause: (millis: number, signal: AbortSignal) => Promise<void>;
}

const LOOK_AGAIN_MILLIS = 10;
/** While the bus is down nothing can be said twice; a redispatch would be answered anyway. */
const MAX_LOOKS = 1_000;

/**
 * Sends the answer of a settled order once more for a venue that answers more than once. It waits
 * until the first answer is out: one that is asked for again before it was sent goes out once.
 */
export function createRepeatAnswer(
  deps: RepeatAnswerDependencies,
): (orderId: string, signal: AbortSignal) => Promise<void> {
  return async (orderId, signal) => {
    for (let look = 0; look < MAX_LOOKS; look += 1) {
      if (await deps.store.isAnswerSent(orderId)) return deps.store.answerAgain(orderId);
      await deps.pause(LOOK_AGAIN_MILLIS, signal);
    }
  };
}
