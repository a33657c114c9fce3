import { invalidFields, refuse, type Clock } from '@trimtab/core';
import type { Asset, AssetDraft } from '../domain/asset.js';
import { parseAsset } from '../domain/parse-asset.js';
import type { OracleObserver, OracleSession } from './ports.js';
import { assetExists } from './refusals.js';

/** Registers an asset; refuses with every bad field, or ASSET_EXISTS. */
export type RegisterAsset = (session: OracleSession, draft: AssetDraft) => Promise<Asset>;

/** Creates the use case. */
export function createRegisterAsset(dependencies: {
  readonly clock: Clock;
  readonly observer: OracleObserver;
}): RegisterAsset {
  return async (session, draft) => {
    const terms = parseAsset(draft);
    if (!terms.ok) refuse(invalidFields(terms.error));
    const now = dependencies.clock.now();
    const asset: Asset = {
      ...terms.value,
      denomination: false,
      version: 1n,
      createTime: now,
      updateTime: now,
    };
    if (!(await session.insertAsset(asset))) refuse(assetExists(asset.assetId));
    dependencies.observer.assetRegistered({ assetId: asset.assetId, version: asset.version });
    return asset;
  };
}
