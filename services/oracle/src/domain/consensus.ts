import { compare, present, sorted, type Instant } from '@trimtab/core';
import { compareDecimals, type Decimal } from '@trimtab/decimal';
import type { AssetTerms } from './asset.js';
import { compareToBand, distance } from './distance.js';
import type { PriceObservation } from './observation.js';

/**
 * One price out of what several publishers saw, with the evidence (oracle rules, consensus). Of
 * n ≥ 3f + 1 publishers, f liars cannot move it outside the range of the honest ones.
 */
export type Consensus =
  | (Evidence & { readonly kind: 'PRICE'; readonly price: Decimal; readonly confidence: Decimal })
  | (Evidence & { readonly kind: 'NO_QUORUM' })
  | (Evidence & { readonly kind: 'STALE' });

/** Who took part. */
export interface Evidence {
  /** The publishers that were used, sorted. */
  readonly publishers: readonly string[];
  /** The allowed publishers that were not, sorted by publisher. */
  readonly dropped: readonly Dropped[];
}

/** A publisher whose latest observation was not used, and why. */
export interface Dropped {
  readonly publisher: string;
  readonly reason: DropReason;
}

/** OUTLIER: further than outlierBps from the median. EXPIRED: older than maxAge. */
export type DropReason = 'OUTLIER' | 'EXPIRED';

/**
 * The consensus over the latest observation of each publisher at a time. STALE when every publisher
 * that was ever heard has expired; NO_QUORUM when fewer than the quorum are fresh or remain.
 */
export function reachConsensus(
  terms: AssetTerms,
  latest: readonly PriceObservation[],
  now: Instant,
): Consensus {
  const allowed = latest.filter(({ publisher }) => isAllowed(terms, publisher));
  const fresh = allowed.filter(({ observeTime }) => isFresh(terms, observeTime, now));
  const expired = drop(
    allowed.filter(({ observeTime }) => !isFresh(terms, observeTime, now)),
    'EXPIRED',
  );
  if (fresh.length === 0 && expired.length > 0) {
    return { kind: 'STALE', publishers: [], dropped: inOrder(expired) };
  }
  if (fresh.length < terms.quorumCount) {
    return { kind: 'NO_QUORUM', publishers: publishersOf(fresh), dropped: inOrder(expired) };
  }
  const ordered = sorted(fresh, byPrice);
  const median = at(ordered, Math.floor(ordered.length / 2)).price;
  const limit = BigInt(terms.outlierBps);
  const rest = ordered.filter(({ price }) => compareToBand(price, median, limit) <= 0);
  const outliers = ordered.filter(({ price }) => compareToBand(price, median, limit) > 0);
  const evidence: Evidence = {
    publishers: publishersOf(rest),
    dropped: inOrder([...expired, ...drop(outliers, 'OUTLIER')]),
  };
  if (rest.length < terms.quorumCount) return { kind: 'NO_QUORUM', ...evidence };
  const price = secondMedian(ordered.length, rest, median);
  return { kind: 'PRICE', price, confidence: confidenceOf(rest, price), ...evidence };
}

/** Whether a publisher may price the asset; an empty list allows every one. */
export function isAllowed(terms: AssetTerms, publisher: string): boolean {
  return terms.publishers.length === 0 || terms.publishers.includes(publisher);
}

/** Exactly maxAge old still counts. A time in the (allowed) future is fresh. */
function isFresh(terms: AssetTerms, observeTime: Instant, now: Instant): boolean {
  return now - observeTime <= terms.maxAgeSeconds * 1000;
}

/**
 * The median of the rest. Of n publishers at most f = floor((n − 1) / 3) may lie; when 2f or fewer
 * remain, the liars could be half of the rest, so the first median stands: it is an observed price,
 * always part of the rest, and already bounded by the honest ones.
 */
function secondMedian(
  publisherCount: number,
  rest: readonly PriceObservation[],
  firstMedian: Decimal,
): Decimal {
  const liarCount = Math.floor((publisherCount - 1) / 3);
  if (rest.length <= 2 * liarCount) return firstMedian;
  return at(rest, Math.floor(rest.length / 2)).price;
}

/** The larger distance from the price to the elements at floor(n/4) and floor(3n/4). */
function confidenceOf(rest: readonly PriceObservation[], price: Decimal): Decimal {
  const lower = distance(at(rest, Math.floor(rest.length / 4)).price, price);
  const upper = distance(at(rest, Math.floor((3 * rest.length) / 4)).price, price);
  return compareDecimals(lower, upper) >= 0 ? lower : upper;
}

function byPrice(left: PriceObservation, right: PriceObservation): number {
  return compareDecimals(left.price, right.price) || compare(left.publisher, right.publisher);
}

function drop(observations: readonly PriceObservation[], reason: DropReason): readonly Dropped[] {
  return observations.map(({ publisher }) => ({ publisher, reason }));
}

function inOrder(dropped: readonly Dropped[]): readonly Dropped[] {
  return sorted(dropped, (left, right) => compare(left.publisher, right.publisher));
}

function publishersOf(observations: readonly PriceObservation[]): readonly string[] {
  return sorted(
    observations.map(({ publisher }) => publisher),
    compare,
  );
}

function at(observations: readonly PriceObservation[], index: number): PriceObservation {
  return present(observations[index], `no observation at ${index} of ${observations.length}`);
}
