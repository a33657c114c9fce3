import type { Instant } from '@trimtab/core';
import { compareDecimals } from '@trimtab/decimal';
import type { Held } from './breaker.js';
import { isAllowed } from './consensus.js';
import { evaluate, type Evaluation, type Health, type Situation } from './evaluation.js';
import type { QuoteObservation } from './observation.js';
import type { PublishCause } from './publication.js';

/** Everything that is known of one asset: what its price is made from, and what was last said of it. */
export interface AssetRecord extends Situation {
  /** The latest quote of each publisher, by publisher; no part of the price. */
  readonly quotes: readonly QuoteObservation[];
  /** The state that was last recorded, and why it was not HEALTHY. */
  readonly state: Health;
  readonly stateReason: string;
  /** The number of the last recorded change, rising over all assets; 0 before the first. */
  readonly sequence: bigint;
  /** Rises by 1 with every transaction that changes anything of this record. */
  readonly change: bigint;
}

/** Why a change is recorded: a publication, or a state that changed without one. */
export type ChangeCause = PublishCause | 'STATE';

/** What a look at a record found. */
export interface Look {
  readonly evaluation: Evaluation;
  /** Set when a change must be recorded. */
  readonly cause: ChangeCause | undefined;
  /** Whether anything must be stored: a change, or what the breaker holds back. */
  readonly isDue: boolean;
}

/** Looks at a record at a time; `isDemanded`: somebody asks for the price. */
export function lookAt(record: AssetRecord, now: Instant, isDemanded: boolean): Look {
  const evaluation = evaluate(record, now, isDemanded);
  const hasNewState = evaluation.health !== record.state;
  const cause = evaluation.cause ?? (hasNewState ? 'STATE' : undefined);
  const isDue = cause !== undefined || !isSameHeld(record.held, evaluation.held);
  return { evaluation, cause, isDue };
}

/** Whether the breaker holds back the same. */
export function isSameHeld(left: Held | undefined, right: Held | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return left.time === right.time && compareDecimals(left.price, right.price) === 0;
}

/**
 * When time alone can change what a record says, after a look at `now` that found nothing due: an
 * observation expires, a heartbeat passes, the band of the breaker widens. Undefined: never, so that an
 * asset whose observations have all expired, such as a matured series, costs nothing.
 */
export function nextLookTime(record: AssetRecord, now: Instant): number | undefined {
  const { asset, latest, last, held } = record;
  if (asset.denomination) return undefined;
  const expiries = latest
    .filter(({ publisher }) => isAllowed(asset, publisher))
    .map(({ observeTime }) => observeTime + asset.maxAgeSeconds * 1000 + 1)
    .filter((time) => time > now);
  // Without a fresh observation there is no price, to publish or to hold back.
  if (expiries.length === 0) return undefined;
  const heartbeat = asset.heartbeatSeconds * 1000;
  const beats = [last?.publishTime, held?.time].flatMap((time) =>
    time === undefined
      ? []
      : [time + heartbeat * (1 + Math.max(0, Math.floor((now - time) / heartbeat)))],
  );
  return Math.min(...expiries, ...beats.filter((time) => time > now));
}
