import { invalidFields, quoted, refuse, type Clock } from '@trimtab/core';
import { isAssetId, type Asset, type AssetDraft } from '../domain/asset.js';
import { changeAsset } from '../domain/change-asset.js';
import type { OracleObserver, OracleSession } from './ports.js';
import { assetNotFound } from './refusals.js';
import { settle } from './standing-prices.js';

/** Changes an asset; refuses with every bad field, or ASSET_NOT_FOUND. */
export type UpdateAsset = (
  session: OracleSession,
  draft: AssetDraft,
  mask: readonly string[] | undefined,
) => Promise<Asset>;

/** Creates the use case. */
export function createUpdateAsset(dependencies: {
  readonly clock: Clock;
  readonly observer: OracleObserver;
}): UpdateAsset {
  return async (session, draft, mask) => {
    const { assetId } = draft;
    if (!isAssetId(assetId)) {
      const reason = assetId === '' ? 'FIELD_REQUIRED' : 'FIELD_INVALID';
      const message = `was ${quoted(assetId)}, must match [A-Z0-9][A-Z0-9.-]{0,63}`;
      refuse(invalidFields([{ field: 'asset.asset_id', reason, message }]));
    }
    const [record] = await session.lockRecords([assetId]);
    if (record === undefined) refuse(assetNotFound([assetId]));
    const current = record.asset;
    const terms = changeAsset(current, draft, mask);
    if (!terms.ok) refuse(invalidFields(terms.error));
    const { denomination, createTime } = current;
    const version = current.version + 1n;
    const updateTime = dependencies.clock.now();
    const asset: Asset = { ...terms.value, denomination, createTime, version, updateTime };
    await session.updateAsset(asset);
    // Other limits can be another state, or a price that may be published now.
    const changed = { record: { ...record, asset }, observations: [], isChanged: true };
    await settle(session, [changed], dependencies, { isDemanded: false });
    dependencies.observer.assetUpdated({ assetId, version });
    return asset;
  };
}
