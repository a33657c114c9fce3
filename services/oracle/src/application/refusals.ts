import { domainError, type DomainError } from '@trimtab/core';

/** ASSET_NOT_FOUND, naming every unknown asset. */
export function assetNotFound(assetIds: readonly string[]): DomainError {
  const names = assetIds.join(', ');
  const message = `no asset ${names} is registered`;
  return domainError('NOT_FOUND', 'ASSET_NOT_FOUND', message, { asset_ids: names });
}

/** ASSET_EXISTS. */
export function assetExists(assetId: string): DomainError {
  const message = `asset ${assetId} is registered already`;
  return domainError('ALREADY_EXISTS', 'ASSET_EXISTS', message, { asset_id: assetId });
}

/** SNAPSHOT_NOT_FOUND. */
export function snapshotNotFound(snapshotHash: string): DomainError {
  const message = `no snapshot ${snapshotHash} is known`;
  return domainError('NOT_FOUND', 'SNAPSHOT_NOT_FOUND', message, { snapshot_hash: snapshotHash });
}

/** PRICE_MISSING: the asset had no price at the time asked for, or none that is kept. */
export function priceMissing(
  assetId: string,
  readTime: string,
  keptFrom: string | undefined,
): DomainError {
  const kept =
    keptFrom === undefined ? 'it never had one' : `its history is kept from ${keptFrom} on`;
  const message = `asset ${assetId} has no price at ${readTime}, ${kept}`;
  const metadata = {
    asset_id: assetId,
    read_time: readTime,
    ...(keptFrom === undefined ? {} : { kept_from: keptFrom }),
  };
  return domainError('FAILED_PRECONDITION', 'PRICE_MISSING', message, metadata);
}

/** One asset that cannot be frozen, its state and why. */
export interface UnhealthyAsset {
  readonly assetId: string;
  readonly health: string;
  readonly reason: string;
}

/** ASSET_NOT_HEALTHY, naming each asset, its state and why. */
export function assetsNotHealthy(assets: readonly UnhealthyAsset[]): DomainError {
  const sentences = assets.map(
    ({ assetId, health, reason }) => `${assetId} is ${health}: ${reason}`,
  );
  const metadata: Record<string, string> = {
    asset_ids: assets.map(({ assetId }) => assetId).join(', '),
  };
  for (const { assetId, health } of assets) metadata[`state.${assetId}`] = health;
  const message = sentences.join('; ');
  return domainError('FAILED_PRECONDITION', 'ASSET_NOT_HEALTHY', message, metadata);
}
