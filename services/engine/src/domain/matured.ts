import { compare, sorted, type Instant } from '@trimtab/core';
import { min } from '@trimtab/decimal';
import { parseSeriesAssetId, seriesAssetId, seriesId, type Series } from '@trimtab/option-index';
import { longQuantity, type Holdings } from './holdings.js';

/** The option series in a vault. */

/** Every series that a vault holds a half of, each once, by (maturity, id). */
export function seriesIn({ positions }: Pick<Holdings, 'positions'>): readonly Series[] {
  const found = new Map<string, Series>();
  for (const { assetId } of positions) {
    const parsed = parseSeriesAssetId(assetId);
    if (parsed.ok) found.set(seriesId(parsed.value.series), parsed.value.series);
  }
  return sorted(
    found.values(),
    (left, right) =>
      compare(left.maturity, right.maturity) || compare(seriesId(left), seriesId(right)),
  );
}

/** How much of a series can be merged into its base: the lesser of its halves. */
export function mergeable(holdings: Holdings, series: Series): bigint {
  return min(
    longQuantity(holdings, seriesAssetId('P', series)),
    longQuantity(holdings, seriesAssetId('N', series)),
  );
}

/** Whether a series is mature. */
export function isMature({ maturity }: Series, now: Instant): boolean {
  return now >= maturity;
}
