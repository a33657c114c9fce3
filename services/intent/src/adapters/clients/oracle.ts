import { OracleServiceService, Price_State, type Asset } from '@trimtab/contracts/oracle';
import { instant, present } from '@trimtab/core';
import { allPages, createServiceClient } from '@trimtab/grpc';
import type { Call } from '../../application/ports.js';
import type { OraclePort } from '../../application/remote-ports.js';
import { SERVICE_NAME, type Address, type ClientSettings } from './addresses.js';

/** The longest page, and so the most assets that one call can be asked for. */
const PAGE_SIZE = 500;

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
    const found = new Map<string, Asset>();
    for (let from = 0; from < assetIds.length; from += PAGE_SIZE) {
      const page = assetIds.slice(from, from + PAGE_SIZE);
      const request = { pageSize: PAGE_SIZE, pageToken: '', assetIds: page };
      const response = await client.listAssets(request, call);
      for (const asset of response.assets) found.set(asset.assetId, asset);
    }
    return found;
  };
  const healthyPrices = async (assetIds: readonly string[], call: Call) => {
    const states = [Price_State.STATE_HEALTHY];
    const prices = await allPages(async (page) => {
      const response = await client.listPrices({ ...page, assetIds: [...assetIds], states }, call);
      return { items: response.prices, nextPageToken: response.nextPageToken };
    });
    return new Map(prices.map(({ assetId, priceDecimal }) => [assetId, priceDecimal]));
  };
  return {
    healthyAssets: async (assetIds, call) => new Set((await healthyPrices(assetIds, call)).keys()),
    healthyPrice: async (assetId, call) => (await healthyPrices([assetId], call)).get(assetId),
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
