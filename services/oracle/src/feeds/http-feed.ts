import type { Clock, Instant } from '@trimtab/core';
import { OutboundFailure, type OutboundClient } from '@trimtab/outbound';
import { backoffMillis } from './backoff.js';
import { createDelivery, type DeliveryDependencies } from './delivery.js';
import { parseExactJson, priceAt } from './exact-json.js';
import type { Feed, FeedObservation, FeedProblem } from './feed.js';

/** Where a price is asked for, and as whom it is published. */
export interface HttpFeedOptions {
  readonly url: string;
  readonly publisher: string;
  readonly assetId: string;
  /** JSON pointers (RFC 6901) into the answer. */
  readonly pricePointer: string;
  /** With both, a quote is published beside the price. */
  readonly quotePointers?: { readonly bid: string; readonly ask: string };
  /** From one question to the next, at least 2: a question takes two sequence numbers. */
  readonly intervalMillis: number;
  /** How often is asked; without end by default. */
  readonly maxPolls?: number;
  readonly clock: Clock;
  readonly client: OutboundClient;
}

/** A price is only tried again while it is young: the next question brings a newer one. */
const MAX_ATTEMPTS = 3;

/**
 * Asks an HTTP address again and again. A question that fails is counted, reported, and asked again
 * after a wait that doubles; an answer that is no price publishes nothing.
 */
export function createHttpFeed(options: HttpFeedOptions, dependencies: DeliveryDependencies): Feed {
  const { clock, intervalMillis, maxPolls = Number.POSITIVE_INFINITY } = options;
  return {
    name: options.publisher,
    async run(signal) {
      const delivery = createDelivery(dependencies, MAX_ATTEMPTS);
      let failureCount = 0;
      const isStopped = (): boolean => signal.aborted;
      for (let poll = 1; !isStopped(); poll += 1) {
        // Observed when it was asked for: an answer that took long is not younger for it.
        const askTime = clock.now();
        const seen = await ask(askTime, signal);
        if (isStopped()) break;
        let waitMillis = intervalMillis;
        if (seen.kind === 'SEEN') {
          failureCount = 0;
          await delivery.deliver(seen.observations, signal);
        } else {
          failureCount += 1;
          waitMillis = Math.max(intervalMillis, backoffMillis(failureCount));
          delivery.countError();
          dependencies.reporter.failed({ ...seen.problem, retryMillis: waitMillis });
        }
        if (poll >= maxPolls) break;
        const rest = askTime + waitMillis - clock.now();
        await dependencies.pause(Math.max(0, rest), signal);
      }
      return delivery.counts();
    },
  };

  async function ask(askTime: Instant, signal: AbortSignal): Promise<Seen> {
    try {
      const { status, body } = await options.client.send({
        method: 'GET',
        url: options.url,
        headers: { accept: 'application/json' },
        signal,
      });
      if (status !== 200) {
        return unseen({ reason: 'HTTP_STATUS', message: `status was ${status}, must be 200` });
      }
      return read(new TextDecoder().decode(body), askTime);
    } catch (error) {
      if (!(error instanceof OutboundFailure)) throw error;
      return unseen({ reason: error.reason, message: error.message });
    }
  }

  function read(text: string, observeTime: Instant): Seen {
    const document = parseExactJson(text);
    if (!document.ok) return unreadable(document.error);
    const { publisher, assetId, pricePointer, quotePointers } = options;
    const price = priceAt(document.value, pricePointer);
    if (!price.ok) return unreadable(price.error);
    const sequence = BigInt(observeTime);
    const seen = { publisher, assetId, observeTime };
    const observations: FeedObservation[] = [
      { ...seen, kind: 'PRICE', price: price.value, sequence },
    ];
    if (quotePointers !== undefined) {
      const bid = priceAt(document.value, quotePointers.bid);
      if (!bid.ok) return unreadable(bid.error);
      const ask = priceAt(document.value, quotePointers.ask);
      if (!ask.ok) return unreadable(ask.error);
      const quote = { bid: bid.value, ask: ask.value, sequence: sequence + 1n };
      observations.push({ ...seen, kind: 'QUOTE', ...quote });
    }
    return { kind: 'SEEN', observations };
  }
}

type Seen =
  | { readonly kind: 'SEEN'; readonly observations: readonly FeedObservation[] }
  | { readonly kind: 'UNSEEN'; readonly problem: FeedProblem };

function unseen(problem: FeedProblem): Seen {
  return { kind: 'UNSEEN', problem };
}

function unreadable(message: string): Seen {
  return unseen({ reason: 'PRICE_UNREADABLE', message });
}
