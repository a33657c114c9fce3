import type { OracleServiceService } from '@trimtab/contracts/oracle';
import { addMillis, domainError, instant, invariant, present, refuse } from '@trimtab/core';
import { parseDecimal } from '@trimtab/decimal';
import type { ServiceClient } from '@trimtab/grpc';
import type { OutgoingCall } from '../../application/outgoing.js';
import type { SeriesSource } from '../../application/series-ports.js';

type Oracle = Pick<ServiceClient<typeof OracleServiceService>, 'listAssets' | 'getPrice'>;

/** Assets and past prices from the oracle. The decimals of assets are kept; an unknown one is looked for again. */
export function createSeriesSource(oracle: Oracle): SeriesSource {
  const kept = new Map<string, number>();
  return {
    findDecimals: async (assetId, call) => {
      const known = kept.get(assetId) ?? (await readDecimals(oracle, assetId, call));
      kept.set(assetId, known);
      return known;
    },
    lastPriceBefore: async (assetId, time, call) => {
      // Prices have milliseconds: what stood a millisecond earlier is the last one before.
      const readTime = new Date(addMillis(time, -1));
      const answer = await oracle.getPrice({ assetId, readTime }, call);
      const { priceDecimal, publishTime } = present(answer.price, 'GetPrice answers with a price');
      const price = parseDecimal(priceDecimal);
      const published = instant(present(publishTime, 'a price has a time').getTime());
      invariant(
        price.ok && published < time,
        `the oracle has a price of ${assetId} before ${time}`,
      );
      return { price: price.value, publishTime: published };
    },
  };
}

async function readDecimals(oracle: Oracle, assetId: string, call: OutgoingCall): Promise<number> {
  const request = { pageSize: 1, pageToken: '', assetIds: [assetId] };
  const [asset] = (await oracle.listAssets(request, call)).assets;
  return asset?.decimals ?? notRegistered(assetId);
}

function notRegistered(assetId: string): never {
  refuse(
    domainError('NOT_FOUND', 'ASSET_NOT_FOUND', `asset ${assetId} is not registered`, {
      asset_id: assetId,
    }),
  );
}
