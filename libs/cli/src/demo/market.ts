import { randomUUID } from 'node:crypto';
import { Asset } from '@trimtab/contracts/oracle';
import { PUBLISHERS } from './price-replay.js';
import type { SuiteClients } from './clients.js';

/** Decimals of the assets of the recorded prices. */
export const DECIMALS: ReadonlyMap<string, number> = new Map([
  ['USDC', 6],
  ['WBTC', 8],
  ['WETH', 18],
  ['LTC', 8],
]);

/** Registers the recorded assets: last, bid and ask are three publishers, two of them a quorum. */
export async function registerRecordedAssets(operator: SuiteClients): Promise<void> {
  for (const assetId of ['WBTC', 'WETH', 'LTC']) {
    await registerAsset(operator, assetId, DECIMALS.get(assetId) ?? 0, Object.values(PUBLISHERS));
  }
}

/** Registers one asset; two publishers are a quorum. */
export async function registerAsset(
  operator: SuiteClients,
  assetId: string,
  decimals: number,
  publishers: readonly string[],
): Promise<void> {
  await operator.oracle.registerAsset({
    requestId: randomUUID(),
    asset: Asset.fromPartial({
      assetId,
      decimals,
      lot: '1',
      minimumOrder: '1',
      quorumCount: 2,
      publishers: [...publishers].sort(),
    }),
  });
}
