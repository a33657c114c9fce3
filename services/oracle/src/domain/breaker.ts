import type { Instant } from '@trimtab/core';
import type { Decimal } from '@trimtab/decimal';
import type { AssetTerms } from './asset.js';
import { compareToBand } from './distance.js';

/**
 * Holds back a price that jumped too far from the last published one (oracle rules, breaker). The
 * band widens with the age of that price, so an outage can never lock an asset for ever.
 */
export type BreakerDecision =
  | { readonly kind: 'PASS' }
  /** A second quorum confirmed the jump: published, and recorded as a new start. */
  | { readonly kind: 'RESEED' }
  | { readonly kind: 'HOLD'; readonly held: Held };

/** The first quorum of a jump, waiting for a second one. */
export interface Held {
  readonly price: Decimal;
  /** When that quorum was reached. */
  readonly time: Instant;
}

/** A price that wants to be published. */
export interface Candidate {
  readonly price: Decimal;
  /** The oldest observation of its quorum: a second quorum must not count an observation twice. */
  readonly oldestObserveTime: Instant;
}

/** Width of the band: `breakerBps · (1 + floor(age / heartbeat))`. */
export function bandBps(terms: AssetTerms, lastPublishTime: Instant, now: Instant): bigint {
  const ageMillis = Math.max(0, now - lastPublishTime);
  const heartbeats = BigInt(Math.floor(ageMillis / (terms.heartbeatSeconds * 1000)));
  return BigInt(terms.breakerBps) * (1n + heartbeats);
}

/**
 * Whether a price may be published: within the band of the last one, or confirmed by a fresh quorum
 * at least one heartbeat after the held one and within outlierBps of it. A quorum that disagrees
 * with the held one takes its place.
 */
export function judgeJump(
  terms: AssetTerms,
  last: { readonly price: Decimal; readonly publishTime: Instant },
  held: Held | undefined,
  { candidate, now }: { readonly candidate: Candidate; readonly now: Instant },
): BreakerDecision {
  const band = bandBps(terms, last.publishTime, now);
  if (compareToBand(candidate.price, last.price, band) <= 0) return { kind: 'PASS' };
  const first: Held = { price: candidate.price, time: now };
  if (held === undefined) return { kind: 'HOLD', held: first };
  const agrees = compareToBand(candidate.price, held.price, BigInt(terms.outlierBps)) <= 0;
  if (!agrees) return { kind: 'HOLD', held: first };
  const isLaterQuorum =
    now - held.time >= terms.heartbeatSeconds * 1000 && candidate.oldestObserveTime > held.time;
  return isLaterQuorum ? { kind: 'RESEED' } : { kind: 'HOLD', held };
}
