import { domainError, refuse } from '@trimtab/core';
import { LEGS, seriesAssetId, type Series } from '@trimtab/option-index';
import { resolveAsset } from '@trimtab/strategy';
import type { SeriesAssets } from '../domain/series-ledger.js';
import type { OutgoingCall } from './outgoing.js';
import type { SeriesSource } from './series-ports.js';

/** A series whose assets are all registered. */
export interface KnownSeries extends SeriesAssets {
  /** Of the base asset and of both halves. */
  readonly decimals: number;
}

/**
 * Finds the asset that a series splits, by its alias (WBTC for BTC), and checks that it and both halves
 * are assets of the oracle with the same decimals: a base unit of the one is a base unit of the others.
 *
 * @throws DomainFailure ASSET_NOT_FOUND
 */
export async function findSeries(
  source: SeriesSource,
  series: Series,
  call: OutgoingCall,
): Promise<KnownSeries> {
  const baseAssetId = resolveAsset(series.base);
  const decimals = await source.findDecimals(baseAssetId, call);
  for (const leg of LEGS) {
    const assetId = seriesAssetId(leg, series);
    const found = await source.findDecimals(assetId, call);
    if (found === decimals) continue;
    const text = `has ${found} decimals, a half of ${baseAssetId} has ${decimals}`;
    refuse(
      domainError('NOT_FOUND', 'ASSET_NOT_FOUND', `asset ${assetId} ${text}`, {
        asset_id: assetId,
        decimals: String(found),
      }),
    );
  }
  return { series, baseAssetId, decimals };
}
