import { compare, sorted, type Instant } from '@trimtab/core';
import type { FeedObservation } from './feed.js';
import type { PriceRow } from './price-csv.js';
import type { VenueRow } from './venue-csv.js';

/** Everything that was observed at one time. */
export interface FeedTick {
  readonly time: Instant;
  /** By asset, then publisher. */
  readonly observations: readonly FeedObservation[];
}

/** How columns and tickers of a file become publishers and assets. */
export interface ReplayNames {
  /** The subjects under which the three columns publish. */
  readonly publishers: { readonly last: string; readonly bid: string; readonly ask: string };
  /** Asset ids of tickers, `BTC` → `WBTC`; a ticker that is not in it is an asset id itself. */
  readonly assetIds: ReadonlyMap<string, string>;
}

/** The rows as ticks in time order; a cell that is empty publishes nothing. */
export function toReplayTicks(rows: readonly PriceRow[], names: ReplayNames): readonly FeedTick[] {
  return toTicks(rows.flatMap((row) => observationsOf(row, names)));
}

/** The rows of one asset at several venues as ticks; each venue is a publisher. */
export function toVenueTicks(rows: readonly VenueRow[], assetId: string): readonly FeedTick[] {
  return toTicks(
    rows.flatMap(({ time, prices }) =>
      [...prices].map(([venue, price]) => observed({ publisher: venue, assetId, price, time })),
    ),
  );
}

function observationsOf(row: PriceRow, names: ReplayNames): readonly FeedObservation[] {
  const assetId = names.assetIds.get(row.ticker) ?? row.ticker;
  return (['last', 'bid', 'ask'] as const).flatMap((column) => {
    const price = row[column];
    if (price === undefined) return [];
    return [observed({ publisher: names.publishers[column], assetId, price, time: row.time })];
  });
}

/**
 * The sequence is the observed millisecond: it rises with time and is the same in every replay of a
 * file, so that a replay over stored observations changes nothing.
 */
function observed(seen: {
  readonly publisher: string;
  readonly assetId: string;
  readonly price: string;
  readonly time: Instant;
}): FeedObservation {
  const { publisher, assetId, price, time } = seen;
  return {
    kind: 'PRICE',
    publisher,
    assetId,
    price,
    observeTime: time,
    sequence: BigInt(time),
  };
}

function toTicks(observations: readonly FeedObservation[]): readonly FeedTick[] {
  const byTime = new Map<Instant, FeedObservation[]>();
  for (const observation of observations) {
    const tick = byTime.get(observation.observeTime) ?? [];
    tick.push(observation);
    byTime.set(observation.observeTime, tick);
  }
  return sorted(byTime, ([left], [right]) => compare(left, right)).map(([time, own]) => ({
    time,
    observations: sorted(
      own,
      (left, right) =>
        compare(left.assetId, right.assetId) || compare(left.publisher, right.publisher),
    ),
  }));
}
