import { OracleServiceService, Price_State } from '@trimtab/contracts/oracle';
import { present } from '@trimtab/core';
import { createServiceClient } from '@trimtab/grpc';
import type { OraclePort } from '../../application/ports.js';
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
    lotsOf: async (assetIds, call) => {
      const assets = await allPages(async (page) => {
        const response = await client.listAssets(page, call);
        return { items: response.assets, nextPageToken: response.nextPageToken };
      });
      const wanted = new Set(assetIds);
      const found = assets.filter(({ assetId }) => wanted.has(assetId));
      return new Map(found.map(({ assetId, lot }) => [assetId, BigInt(lot)]));
    },
    takeSnapshot: async ({ requestId, assetIds }, call) => {
      const response = await client.takeSnapshot({ requestId, assetIds: [...assetIds] }, call);
      return present(response.snapshot, 'TakeSnapshot answers a snapshot').snapshotHash;
    },
    close: () => client.close(),
  };
}
