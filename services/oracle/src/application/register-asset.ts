import { domainError, invalidFields, refuse, type Clock } from '@trimtab/core';
import type { Asset, AssetDraft, AssetTerms } from '../domain/asset.js';
import { parseAsset } from '../domain/parse-asset.js';
import { baseOfHalf, halfViolations } from '../domain/series-terms.js';
import type { OracleObserver, OracleSession } from './ports.js';
import { assetExists, assetNotFound } from './refusals.js';

/** What a caller may register: any asset, or halves of option series only. */
export type RegistrationRight = 'ANY_ASSET' | 'SERIES_HALVES';

/**
 * Registers an asset; refuses with every bad field, or ASSET_EXISTS. With the right to halves of series
 * only: PERMISSION_DENIED for another id, ASSET_NOT_FOUND without the base asset, and what is not as of the
 * base is a bad field.
 */
export type RegisterAsset = (
  session: OracleSession,
  draft: AssetDraft,
  right: RegistrationRight,
) => Promise<Asset>;

/** Creates the use case. */
export function createRegisterAsset(dependencies: {
  readonly clock: Clock;
  readonly observer: OracleObserver;
}): RegisterAsset {
  return async (session, draft, right) => {
    const terms = parseAsset(draft);
    if (!terms.ok) refuse(invalidFields(terms.error));
    if (right === 'SERIES_HALVES') await checkHalf(session, terms.value);
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

/** The base is locked: no update of its terms comes between the comparison and the commit. */
async function checkHalf(session: OracleSession, half: AssetTerms): Promise<void> {
  const { assetId } = half;
  const baseAssetId = baseOfHalf(assetId);
  if (!baseAssetId.ok) {
    const message = `${baseAssetId.error}: other assets are registered with scope admin`;
    const metadata = { asset_id: assetId, required: 'scope admin' };
    refuse(domainError('PERMISSION_DENIED', 'PERMISSION_DENIED', message, metadata));
  }
  const [base] = await session.lockRecords([baseAssetId.value]);
  if (base === undefined) refuse(assetNotFound([baseAssetId.value]));
  const violations = halfViolations(half, base.asset);
  if (violations.length > 0) refuse(invalidFields(violations));
}
