import { instant, type Clock, type Instant } from '@trimtab/core';
import { createDelivery, type DeliveryDependencies } from './delivery.js';
import type { Feed, FeedObservation } from './feed.js';
import type { FeedTick } from './replay-ticks.js';

/** How a recording is replayed. */
export interface CsvFeedOptions {
  readonly name: string;
  readonly ticks: readonly FeedTick[];
  /**
   * Recorded seconds per second, above 0: each tick is submitted when its turn comes, observed then.
   * `max` waits for nothing and keeps the recorded times, for an oracle whose clock stands there.
   */
  readonly speed: number | 'max';
  readonly clock: Clock;
}

/**
 * A recording as a feed: every tick in its order, none left out. A call that fails is repeated until
 * it is answered, which is idempotent.
 */
export function createCsvFeed(options: CsvFeedOptions, dependencies: DeliveryDependencies): Feed {
  const { name, ticks, speed, clock } = options;
  return {
    name,
    async run(signal) {
      const delivery = createDelivery(dependencies, Number.POSITIVE_INFINITY);
      const start = clock.now();
      const first = ticks[0]?.time ?? start;
      for (const tick of ticks) {
        const due = speed === 'max' ? tick.time : turnOf(tick.time, { first, start, speed });
        if (speed !== 'max') await waitUntil(due, signal);
        if (signal.aborted) break;
        await delivery.deliver(
          tick.observations.map((one) => observedAt(one, due)),
          signal,
        );
      }
      return delivery.counts();
    },
  };

  async function waitUntil(due: Instant, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const rest = due - clock.now();
      if (rest <= 0) return;
      await dependencies.pause(Math.min(rest, MAX_PAUSE_MILLIS), signal);
    }
  }
}

/** Timers of Node hold at most 2^31 − 1 ms. */
const MAX_PAUSE_MILLIS = 86_400_000;

function turnOf(
  time: Instant,
  replay: { readonly first: Instant; readonly start: Instant; readonly speed: number },
): Instant {
  return instant(replay.start + Math.floor((time - replay.first) / replay.speed));
}

/** The sequence follows the time; ticks that fall into one millisecond count as one. */
function observedAt(observation: FeedObservation, time: Instant): FeedObservation {
  return { ...observation, observeTime: time, sequence: BigInt(time) };
}
