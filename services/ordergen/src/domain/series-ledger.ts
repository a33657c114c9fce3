import { payoutOf, seriesAssetId, type Series, type Settlement } from '@trimtab/option-index';
import { longAccount, pair, type LedgerLine } from './ledger.js';

/**
 * Option series in the ledger (order generation rules, section 6). A unit of the base asset is one P
 * and one N: the contra account SERIES takes the one and gives the other two, so that over all vaults
 * it owes exactly the halves that are outstanding.
 */

/** A series with the asset that it splits. */
export interface SeriesAssets {
  readonly series: Series;
  /** What a unit of the series is a unit of: WBTC for BTC. */
  readonly baseAssetId: string;
}

/** Quantities that a vault holds of both halves. */
export interface HeldHalves {
  readonly p: bigint;
  readonly n: bigint;
}

/** The base asset becomes as much of either half. */
export function splitLines(assets: SeriesAssets, amount: bigint): readonly LedgerLine[] {
  return exchange('SPLIT', assets, amount);
}

/** As much of either half becomes the base asset again. */
export function mergeLines(assets: SeriesAssets, amount: bigint): readonly LedgerLine[] {
  return exchange('MERGE', assets, -amount);
}

/** What a vault holds of both halves goes, and the venue pays for it in underlying. */
export function settleLines(
  underlying: string,
  series: Series,
  settled: { readonly held: HeldHalves; readonly settlement: Settlement },
): readonly LedgerLine[] {
  const { held, settlement } = settled;
  const payout = payoutOf('P', held.p, settlement) + payoutOf('N', held.n, settlement);
  return [
    ...pair('SETTLE', longAccount(seriesAssetId('P', series)), 'SERIES', -held.p),
    ...pair('SETTLE', longAccount(seriesAssetId('N', series)), 'SERIES', -held.n),
    ...pair('SETTLE', { account: 'CASH', assetId: underlying }, 'VENUE', payout),
  ];
}

/** `amount` of the base asset for as much of both halves; below 0 the other way. */
function exchange(
  kind: 'SPLIT' | 'MERGE',
  { series, baseAssetId }: SeriesAssets,
  amount: bigint,
): readonly LedgerLine[] {
  return [
    ...pair(kind, longAccount(baseAssetId), 'SERIES', -amount),
    ...pair(kind, longAccount(seriesAssetId('P', series)), 'SERIES', amount),
    ...pair(kind, longAccount(seriesAssetId('N', series)), 'SERIES', amount),
  ];
}
