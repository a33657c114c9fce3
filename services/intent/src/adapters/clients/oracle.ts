import { OracleServiceService, Price_State } from '@trimtab/contracts/oracle';
import { instant, present } from '@trimtab/core';
import { createServiceClient } from '@trimtab/grpc';
import type { Call } from '../../application/ports.js';
import type { OraclePort } from '../../application/remote-ports.js';
import { SERVICE_NAME, type Address, type ClientSettings } from './addresses.js';
import { allPages } from './all-pages.js';

/** The oracle over gRPC. */
export function createOracleClient(
  address: Address,
  settings: ClientSettings,
): OraclePort & { close(): void } {
  const client = createServiceClient({
    definition: OracleServiceService,
    address,
    serviceName: SERVICE_NAME,
    ...settings,
  });
  const assetsOf = async (assetIds: readonly string[], call: Call) => {
    const assets = await allPages(async (page) => {
      const response = await client.listAssets(page, call);
      return { items: response.assets, nextPageToken: response.nextPageToken };
    });
    const wanted = new Set(assetIds);
    const found = assets.filter(({ assetId }) => wanted.has(assetId));
    return new Map(found.map((asset) => [asset.assetId, asset]));
  };
  return {
    healthyAssets: async (assetIds, call) => {
      const prices = await allPages(async (page) => {
        const states = [Price_State.STATE_HEALTHY];
        const response = await client.listPrices(
          { ...page, assetIds: [...assetIds], states },
          call,
        );
        return { items: response.prices, nextPageToken: response.nextPageToken };
      });
      return new Set(prices.map(({ assetId }) => assetId));
    },
    lastPrices: async (assetIds, call) => {
      if (assetIds.length === 0) return new Map();
      const assets = await assetsOf(assetIds, call);
      const prices = await allPages(async (page) => {
        const request = { ...page, assetIds: [...assetIds], states: [] };
        const response = await client.listPrices(request, call);
        return { items: response.prices, nextPageToken: response.nextPageToken };
      });
      return new Map(
        prices.flatMap(({ assetId, priceDecimal: price, publishTime }) => {
          const asset = assets.get(assetId);
          if (asset === undefined || price === '' || publishTime === undefined) return [];
          const { decimals: assetDecimals } = asset;
          return [[assetId, { price, assetDecimals, publishTime: instant(publishTime.getTime()) }]];
        }),
      );
    },
    lotsOf: async (assetIds, call) => {
      const assets = await assetsOf(assetIds, call);
      return new Map([...assets].map(([assetId, { lot }]) => [assetId, BigInt(lot)]));
    },
    decimalsOf: async (assetIds, call) => {
      const assets = await assetsOf(assetIds, call);
      return new Map([...assets].map(([assetId, { decimals }]) => [assetId, decimals]));
    },
    takeSnapshot: async ({ requestId, assetIds }, call) => {
      const response = await client.takeSnapshot({ requestId, assetIds: [...assetIds] }, call);
      return present(response.snapshot, 'TakeSnapshot answers a snapshot').snapshotHash;
    },
    close: () => client.close(),
  };
}
