import type { Clock } from '@trimtab/core';
import type { Asset } from '../domain/asset.js';
import { parseAsset } from '../domain/parse-asset.js';
import type { OracleTransactions } from './ports.js';

/** The asset that every price is in, as configured. */
export interface Denomination {
  readonly assetId: string;
  readonly decimals: number;
}

/**
 * Registers the denomination asset at the first start and checks it at every later one: stored
 * prices mean nothing in another asset or scale.
 *
 * @throws Error when the configuration is invalid or differs from what is stored
 */
export async function ensureDenomination(
  transactions: OracleTransactions,
  { assetId, decimals }: Denomination,
  clock: Clock,
): Promise<void> {
  const terms = parseAsset({
    assetId,
    decimals,
    lot: '',
    minimumOrder: '',
    maxAgeSeconds: undefined,
    heartbeatSeconds: undefined,
    deviationBps: undefined,
    quorumCount: undefined,
    outlierBps: undefined,
    breakerBps: undefined,
    publishers: [],
  });
  if (!terms.ok) {
    throw new Error(`the denomination asset is invalid: ${JSON.stringify(terms.error)}`);
  }
  const now = clock.now();
  const asset: Asset = {
    ...terms.value,
    denomination: true,
    version: 1n,
    createTime: now,
    updateTime: now,
  };
  await transactions.transaction(async (session) => {
    // Insert first: of replicas that start together, all but one wait here and then find its row.
    if (await session.insertAsset(asset)) return;
    const stored = await session.findDenomination();
    if (stored === undefined) {
      throw new Error(`asset ${assetId} is registered, and not as the denomination asset`);
    }
    if (stored.assetId === assetId && stored.decimals === decimals) return;
    throw new Error(
      `prices are stored in ${stored.assetId} with ${stored.decimals} decimals, configured was ` +
        `${assetId} with ${decimals}`,
    );
  });
}
