import { compare, sorted, type Instant } from '@trimtab/core';
import type { PriceRow } from './price-csv.js';

/** One price of one publisher, ready to be submitted. */
export interface FeedObservation {
  readonly publisher: string;
  readonly assetId: string;
  /** A canonical decimal. */
  readonly price: string;
  readonly observeTime: Instant;
  /**
   * The observed millisecond: rises with time, and is the same in every replay of a file, so that a
   * replay over stored observations changes nothing.
   */
  readonly sequence: bigint;
}

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
  const byTime = new Map<Instant, FeedObservation[]>();
  for (const row of rows) {
    const tick = byTime.get(row.time) ?? [];
    tick.push(...observationsOf(row, names));
    byTime.set(row.time, tick);
  }
  return sorted(byTime, ([left], [right]) => compare(left, right)).map(([time, observations]) => ({
    time,
    observations: sorted(
      observations,
      (left, right) =>
        compare(left.assetId, right.assetId) || compare(left.publisher, right.publisher),
    ),
  }));
}

function observationsOf(row: PriceRow, names: ReplayNames): readonly FeedObservation[] {
  const assetId = names.assetIds.get(row.ticker) ?? row.ticker;
  return (['last', 'bid', 'ask'] as const).flatMap((column) => {
    const price = row[column];
    if (price === undefined) return [];
    const publisher = names.publishers[column];
    return [{ publisher, assetId, price, observeTime: row.time, sequence: BigInt(row.time) }];
  });
}
