import {
  compare,
  invalidFields,
  present,
  quoted,
  refuse,
  sorted,
  type FieldViolation,
} from '@trimtab/core';
import { isAssetId } from '../domain/asset.js';
import { createSnapshot, snapshotEntry, snapshotHash } from '../domain/snapshot.js';
import type { OracleSession, PriceView, StoredSnapshot } from './ports.js';
import { assetNotFound, assetsNotHealthy } from './refusals.js';
import {
  settle,
  untouched,
  type PriceDependencies,
  type StandingPrice,
} from './standing-prices.js';

/**
 * Freezes the prices of assets (oracle rules, snapshots). Every one must be HEALTHY; the
 * denomination asset may be named or not, it is the header and never an entry. Refuses with
 * FIELD_REQUIRED, FIELD_INVALID, ASSET_NOT_FOUND or ASSET_NOT_HEALTHY, naming each asset.
 */
export type TakeSnapshot = (
  session: OracleSession,
  assetIds: readonly string[],
) => Promise<StoredSnapshot>;

/** Most assets of one snapshot. */
export const MAX_SNAPSHOT_ASSETS = 10_000;

/** Creates the use case. */
export function createTakeSnapshot(
  dependencies: PriceDependencies & { readonly view: PriceView },
): TakeSnapshot {
  const { clock, observer, view } = dependencies;
  return async (session, assetIds) => {
    checkAssetIds(assetIds);
    const wanted = sorted(new Set(assetIds), compare);
    const records = await session.lockRecords(wanted);
    const known = new Set(records.map(({ asset }) => asset.assetId));
    const unknown = wanted.filter((assetId) => !known.has(assetId));
    if (unknown.length > 0) refuse(assetNotFound(unknown));
    const priced = records.filter(({ asset }) => !asset.denomination).map(untouched);
    const standing = await settle(session, priced, dependencies, { isDemanded: true });
    const unhealthy = standing.filter(({ health }) => health !== 'HEALTHY');
    if (unhealthy.length > 0) refuse(assetsNotHealthy(unhealthy.map(toUnhealthy)));

    const content = createSnapshot(
      view.denomination().assetId,
      standing.map(({ asset, publication }) =>
        snapshotEntry(asset, present(publication, 'a HEALTHY price is published')),
      ),
    );
    const snapshot = await session.saveSnapshot(snapshotHash(content), content, clock.now());
    observer.snapshotTaken({
      snapshotHash: snapshot.snapshotHash,
      entryCount: content.entries.length,
    });
    return snapshot;
  };
}

function checkAssetIds(assetIds: readonly string[]): void {
  const violations: FieldViolation[] = [];
  const report = (field: string, reason: string, message: string): void => {
    violations.push({ field, reason, message });
  };
  if (assetIds.length === 0) {
    report('asset_ids', 'FIELD_REQUIRED', 'was empty, must name at least one asset');
  } else if (assetIds.length > MAX_SNAPSHOT_ASSETS) {
    const found = `named ${assetIds.length} assets, at most ${MAX_SNAPSHOT_ASSETS} are allowed`;
    report('asset_ids', 'FIELD_INVALID', found);
  } else {
    assetIds.forEach((assetId, index) => {
      if (isAssetId(assetId)) return;
      const message = `was ${quoted(assetId)}, must match [A-Z0-9][A-Z0-9.-]{0,63}`;
      report(`asset_ids[${index}]`, 'FIELD_INVALID', message);
    });
  }
  if (violations.length > 0) refuse(invalidFields(violations));
}

function toUnhealthy({ asset, health, reason }: StandingPrice): {
  readonly assetId: string;
  readonly health: string;
  readonly reason: string;
} {
  return { assetId: asset.assetId, health, reason };
}
