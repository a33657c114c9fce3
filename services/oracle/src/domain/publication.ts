import { compareDecimals, type Decimal } from '@trimtab/decimal';
import type { Instant } from '@trimtab/core';
import type { AssetTerms } from './asset.js';
import type { Evidence } from './consensus.js';
import { compareToBand } from './distance.js';
import type { PriceObservation } from './observation.js';

/**
 * When a price is published (oracle rules, consensus): when it moved by deviationBps, when the
 * heartbeat has passed, or when it was asked for and is not what was published last.
 */
export interface Publication extends Evidence {
  readonly price: Decimal;
  readonly confidence: Decimal;
  readonly publishTime: Instant;
  /** What the publishers that were used or dropped had seen, by publisher. */
  readonly evidence: readonly SeenPrice[];
}

/** The observation of one publisher that a price was made from. */
export type SeenPrice = Pick<PriceObservation, 'publisher' | 'price' | 'observeTime' | 'sequence'>;

/** What a publication says, without when. */
export type PublicationContent = Omit<Publication, 'publishTime' | 'evidence'>;

/** Why a price is published. RESEED is the breaker's, all others are the rule of this file. */
export type PublishCause = 'FIRST' | 'DEVIATION' | 'HEARTBEAT' | 'DEMAND' | 'RESEED';

/** The reason to publish now, or undefined when the last publication stands. */
export function publishCause(
  terms: AssetTerms,
  last: Publication | undefined,
  next: PublicationContent,
  { isDemanded, now }: { readonly isDemanded: boolean; readonly now: Instant },
): PublishCause | undefined {
  if (last === undefined) return 'FIRST';
  const hasMoved = compareDecimals(next.price, last.price) !== 0;
  if (hasMoved && compareToBand(next.price, last.price, BigInt(terms.deviationBps)) >= 0) {
    return 'DEVIATION';
  }
  if (now - last.publishTime >= terms.heartbeatSeconds * 1000) return 'HEARTBEAT';
  return isDemanded && !isSameContent(last, next) ? 'DEMAND' : undefined;
}

/** Equal content is never published twice within a heartbeat, so equal snapshots stay equal. */
function isSameContent(left: PublicationContent, right: PublicationContent): boolean {
  return (
    compareDecimals(left.price, right.price) === 0 &&
    compareDecimals(left.confidence, right.confidence) === 0 &&
    evidenceKey(left) === evidenceKey(right)
  );
}

function evidenceKey({ publishers, dropped }: Evidence): string {
  return JSON.stringify([publishers, dropped.map(({ publisher, reason }) => [publisher, reason])]);
}
