import { compare, instant, present, sorted, type Instant } from '@trimtab/core';
import { parseDecimal } from '@trimtab/decimal';
import { judgeArrival } from '../domain/arrival.js';
import {
  lookAt,
  nextLookTime,
  type AssetRecord,
  type ChangeCause,
} from '../domain/asset-record.js';
import type { Asset } from '../domain/asset.js';
import type { Health } from '../domain/evaluation.js';
import type { PriceObservation } from '../domain/observation.js';
import type { Publication } from '../domain/publication.js';
import { batchesOf } from './delivery.js';
import type { FeedObservation } from './feed.js';
import type { FeedTick } from './replay-ticks.js';

/**
 * A recording played through the rules of the oracle alone: no service, no store, no waiting. The
 * clock goes to every tick and to every time between at which time alone changes something, as the
 * service's does; each publisher's batch is looked at by itself, as the service does.
 */

/** One recorded change: a publication, or a state that changed without one. */
export interface PlayedChange {
  readonly time: Instant;
  readonly cause: ChangeCause;
  readonly state: Health;
  /** The publication that stands after the change. */
  readonly publication: Publication | undefined;
}

/** Who asks for prices while a recording plays. */
export type Demand = 'NOBODY' | 'AFTER_EACH_TICK';

/** Every change of one asset, in order. Observations of other assets are left out. */
export function playThroughRules(
  asset: Asset,
  ticks: readonly FeedTick[],
  demand: Demand,
): readonly PlayedChange[] {
  const changes: PlayedChange[] = [];
  let record = unheard(asset);

  const look = (now: Instant, isDemanded: boolean): void => {
    const { evaluation, cause } = lookAt(record, now, isDemanded);
    const { health: state, reason: stateReason, publication, held } = evaluation;
    record = { ...record, last: publication, held, state, stateReason };
    if (cause !== undefined) changes.push({ time: now, cause, state, publication });
  };
  const passTime = (from: Instant, until: Instant): void => {
    let next = nextLookTime(record, from);
    while (next !== undefined && next < until) {
      const now = instant(next);
      look(now, false);
      next = nextLookTime(record, now);
    }
  };

  let now = ticks[0]?.time ?? instant(0);
  for (const tick of ticks) {
    passTime(now, tick.time);
    now = tick.time;
    for (const batch of batchesOf(tick.observations)) {
      const own = batch.filter(({ assetId }) => assetId === asset.assetId);
      record = { ...record, latest: own.reduce(arrive, record.latest) };
      if (own.length > 0) look(now, false);
    }
    if (demand === 'AFTER_EACH_TICK') look(now, true);
  }
  return changes;
}

/** An asset that nobody has said anything of. */
function unheard(asset: Asset): AssetRecord {
  return {
    asset,
    latest: [],
    last: undefined,
    held: undefined,
    quotes: [],
    state: 'NO_QUORUM',
    stateReason: '',
    sequence: 0n,
    change: 0n,
  };
}

function arrive(
  latest: readonly PriceObservation[],
  seen: FeedObservation,
): readonly PriceObservation[] {
  const { publisher, assetId, observeTime, sequence } = seen;
  const known = latest.find((one) => one.publisher === publisher);
  if (seen.kind !== 'PRICE' || judgeArrival(known, seen) !== 'ACCEPTED') return latest;
  const parsed = parseDecimal(seen.price);
  const price = present(parsed.ok ? parsed.value : undefined, 'a feed says canonical decimals');
  const arrived: PriceObservation = {
    kind: 'PRICE',
    publisher,
    assetId,
    observeTime,
    sequence,
    confidence: undefined,
    price,
  };
  return sorted([...latest.filter((one) => one !== known), arrived], (left, right) =>
    compare(left.publisher, right.publisher),
  );
}
