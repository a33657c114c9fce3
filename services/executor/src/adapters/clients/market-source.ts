import {
  Price_State as PriceState,
  type Asset,
  type OracleServiceService,
} from '@trimtab/contracts/oracle';
import { domainError, present, refuse } from '@trimtab/core';
import { parseDecimal } from '@trimtab/decimal';
import type { ServiceClient } from '@trimtab/grpc';
import type { MarketSource } from '../../application/ports.js';

const PAGE_SIZE = 500;

/** Prices and terms of assets, from the oracle. Terms are kept; an unknown asset reads them again. */
export function createMarketSource(
  oracle: ServiceClient<typeof OracleServiceService>,
): MarketSource {
  let assets = new Map<string, Asset>();
  const assetOf = async (assetId: string, signal: AbortSignal): Promise<Asset> => {
    if (!assets.has(assetId)) assets = await readAssets(oracle, signal);
    return (
      assets.get(assetId) ??
      refuse(
        domainError('NOT_FOUND', 'ASSET_NOT_FOUND', `asset ${assetId} is not registered`, {
          asset_id: assetId,
        }),
      )
    );
  };
  return {
    market: async (assetId, signal) => {
      const asset = await assetOf(assetId, signal);
      const { price } = await oracle.getPrice({ assetId, readTime: undefined }, { signal });
      if (price?.state !== PriceState.STATE_HEALTHY) return undefined;
      const parsed = parseDecimal(price.priceDecimal);
      if (!parsed.ok) return undefined;
      const denomination = [...assets.values()].find((candidate) => candidate.denomination);
      return {
        price: parsed.value,
        assetDecimals: asset.decimals,
        underlyingDecimals: present(denomination, 'the oracle has a denomination asset').decimals,
        lot: BigInt(asset.lot),
        minimumOrder: BigInt(asset.minimumOrder),
      };
    },
  };
}

async function readAssets(
  oracle: ServiceClient<typeof OracleServiceService>,
  signal: AbortSignal,
): Promise<Map<string, Asset>> {
  const found = new Map<string, Asset>();
  let pageToken = '';
  do {
    const page = await oracle.listAssets({ pageSize: PAGE_SIZE, pageToken }, { signal });
    for (const asset of page.assets) found.set(asset.assetId, asset);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return found;
}
