import type { OracleServiceService } from '@trimtab/contracts/oracle';
import { addMillis, domainError, instant, invariant, present, refuse } from '@trimtab/core';
import { parseDecimal } from '@trimtab/decimal';
import type { ServiceClient } from '@trimtab/grpc';
import type { OutgoingCall } from '../../application/outgoing.js';
import type { SeriesSource } from '../../application/series-ports.js';

type Oracle = Pick<ServiceClient<typeof OracleServiceService>, 'listAssets' | 'getPrice'>;

const PAGE_SIZE = 500;

/** Assets and past prices from the oracle. The decimals of assets are kept; an unknown one is looked for again. */
export function createSeriesSource(oracle: Oracle): SeriesSource {
  const kept = new Map<string, number>();
  return {
    findDecimals: async (assetId, call) => {
      if (!kept.has(assetId)) await readAssets(oracle, kept, call);
      return kept.get(assetId) ?? notRegistered(assetId);
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

async function readAssets(
  oracle: Oracle,
  kept: Map<string, number>,
  call: OutgoingCall,
): Promise<void> {
  let pageToken = '';
  do {
    const page = await oracle.listAssets({ pageSize: PAGE_SIZE, pageToken }, call);
    for (const { assetId, decimals } of page.assets) kept.set(assetId, decimals);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
}

function notRegistered(assetId: string): never {
  refuse(
    domainError('NOT_FOUND', 'ASSET_NOT_FOUND', `asset ${assetId} is not registered`, {
      asset_id: assetId,
    }),
  );
}
