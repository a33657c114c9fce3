import { compare, formatInstant, sorted, type Instant } from '@trimtab/core';
import { DECIMAL_ONE, DECIMAL_ZERO, formatDecimal } from '@trimtab/decimal';
import type { Asset } from './asset.js';
import { bandBps, judgeJump, type Held } from './breaker.js';
import { reachConsensus, type Consensus } from './consensus.js';
import type { PriceObservation } from './observation.js';
import {
  publishCause,
  type Publication,
  type PublicationContent,
  type PublishCause,
  type SeenPrice,
} from './publication.js';

/** Health of an asset (oracle rules, breaker). Only HEALTHY prices enter a snapshot. */
export type Health = 'HEALTHY' | 'STALE' | 'NO_QUORUM' | 'HALTED';

/** All that is known of one asset when its price is looked at. */
export interface Situation {
  readonly asset: Asset;
  /** The latest PRICE observation of each publisher. */
  readonly latest: readonly PriceObservation[];
  /** The last publication, if there ever was one. */
  readonly last: Publication | undefined;
  /** The jump that the breaker holds back, if any. */
  readonly held: Held | undefined;
}

/** What follows from a situation at a time. */
export interface Evaluation {
  readonly health: Health;
  /** Why it is not HEALTHY, for a reader; empty when it is. */
  readonly reason: string;
  /** The publication that stands now: the new one, or the last one. */
  readonly publication: Publication | undefined;
  /** Set when `publication` is new and must be stored. */
  readonly cause: PublishCause | undefined;
  /** What the breaker holds back after this look. */
  readonly held: Held | undefined;
}

/**
 * Looks at one asset: consensus, breaker, then whether to publish. Pure; whoever calls it stores the
 * new publication and the held price under a lock of the asset.
 */
export function evaluate(situation: Situation, now: Instant, isDemanded: boolean): Evaluation {
  const { asset, latest, last, held } = situation;
  if (asset.denomination) return denominationAt(now);
  const consensus = reachConsensus(asset, latest, now);
  if (consensus.kind !== 'PRICE') {
    const reason = reasonWithoutPrice(consensus, asset);
    return { health: consensus.kind, reason, publication: last, cause: undefined, held };
  }
  const { price, confidence, publishers, dropped } = consensus;
  const content: PublicationContent = { price, confidence, publishers, dropped };
  const publish = (): Publication => ({
    ...content,
    publishTime: now,
    evidence: evidenceOf(consensus, latest),
  });
  if (last === undefined) return healthy(publish(), 'FIRST');
  const oldestObserveTime = latest
    .filter(({ publisher }) => publishers.includes(publisher))
    .reduce((oldest, { observeTime }) => (observeTime < oldest ? observeTime : oldest), now);
  const jump = judgeJump(asset, last, held, { candidate: { price, oldestObserveTime }, now });
  switch (jump.kind) {
    case 'HOLD': {
      const band = bandBps(asset, last.publishTime, now);
      const reason =
        `the price of ${formatDecimal(price)} is further than ${band} bps from ` +
        `${formatDecimal(last.price)}, published at ${formatInstant(last.publishTime)}`;
      return { health: 'HALTED', reason, publication: last, cause: undefined, held: jump.held };
    }
    case 'RESEED':
      return healthy(publish(), 'RESEED');
    case 'PASS': {
      const cause = publishCause(asset, last, content, { isDemanded, now });
      return healthy(cause === undefined ? last : publish(), cause);
    }
  }
}

function healthy(publication: Publication, cause: PublishCause | undefined): Evaluation {
  return { health: 'HEALTHY', reason: '', publication, cause, held: undefined };
}

/** The denomination asset has price 1, always fresh, and no publisher; it is never stored. */
function denominationAt(now: Instant): Evaluation {
  const publication: Publication = {
    price: DECIMAL_ONE,
    confidence: DECIMAL_ZERO,
    publishers: [],
    dropped: [],
    publishTime: now,
    evidence: [],
  };
  return healthy(publication, undefined);
}

/** What was seen by those who were used or dropped; others may not price the asset. */
function evidenceOf(
  { publishers, dropped }: Consensus,
  latest: readonly PriceObservation[],
): readonly SeenPrice[] {
  const names = new Set([...publishers, ...dropped.map(({ publisher }) => publisher)]);
  return sorted(
    latest.filter(({ publisher }) => names.has(publisher)),
    (left, right) => compare(left.publisher, right.publisher),
  ).map(({ publisher, price, observeTime, sequence }) => ({
    publisher,
    price,
    observeTime,
    sequence,
  }));
}

function reasonWithoutPrice(
  consensus: Exclude<Consensus, { kind: 'PRICE' }>,
  asset: Asset,
): string {
  const dropped = consensus.dropped.map(({ publisher, reason }) => `${publisher} ${reason}`);
  const evidence = dropped.length === 0 ? '' : ` (dropped: ${dropped.join(', ')})`;
  switch (consensus.kind) {
    case 'STALE':
      return `every observation is older than ${asset.maxAgeSeconds} s${evidence}`;
    case 'NO_QUORUM':
      return `${consensus.publishers.length} of ${asset.quorumCount} publishers${evidence}`;
  }
}
