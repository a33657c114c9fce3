import { err, quoted, type FieldViolation, type Result } from '@trimtab/core';
import type { Asset, AssetDraft, AssetTerms } from './asset.js';
import { parseAsset } from './parse-asset.js';

/** The fields that an update may change, as a field mask names them, and where a draft keeps them. */
const CHANGEABLE: ReadonlyMap<string, keyof AssetDraft> = new Map([
  ['lot', 'lot'],
  ['minimum_order', 'minimumOrder'],
  ['max_age_seconds', 'maxAgeSeconds'],
  ['heartbeat_seconds', 'heartbeatSeconds'],
  ['deviation_bps', 'deviationBps'],
  ['quorum_count', 'quorumCount'],
  ['outlier_bps', 'outlierBps'],
  ['breaker_bps', 'breakerBps'],
  ['publishers', 'publishers'],
] as const);

const IMMUTABLE: ReadonlySet<string> = new Set(['asset_id', 'decimals']);

/**
 * The terms of an asset after an update. With a mask, exactly the named fields change, and a named
 * field that the draft leaves out takes its default; without one, every field that is set changes.
 * The id and the decimals never change: quantities already stored are counted in them.
 *
 * @returns the new terms, or every violation: FIELD_IMMUTABLE, and those of a registration
 */
export function changeAsset(
  current: Asset,
  draft: AssetDraft,
  mask: readonly string[] | undefined,
): Result<AssetTerms, readonly FieldViolation[]> {
  const violations: FieldViolation[] = [];
  if (draft.decimals !== 0 && draft.decimals !== current.decimals) {
    const message = `was ${draft.decimals}, decimals never change and are ${current.decimals}`;
    violations.push({ field: 'asset.decimals', reason: 'FIELD_IMMUTABLE', message });
  }
  const changed = new Set<keyof AssetDraft>();
  (mask ?? setFields(draft)).forEach((path, index) => {
    const key = CHANGEABLE.get(path);
    if (key === undefined) {
      const message = `was ${quoted(path)}, must be one of ${[...CHANGEABLE.keys()].join(', ')}`;
      const reason = IMMUTABLE.has(path) ? 'FIELD_IMMUTABLE' : 'FIELD_INVALID';
      violations.push({ field: `update_mask.paths[${index}]`, reason, message });
    } else changed.add(key);
  });
  const pick = <K extends keyof AssetDraft>(key: K, before: AssetDraft): AssetDraft[K] =>
    changed.has(key) ? draft[key] : before[key];
  const before = toDraft(current);
  const parsed = parseAsset({
    assetId: current.assetId,
    decimals: current.decimals,
    lot: pick('lot', before),
    minimumOrder: pick('minimumOrder', before),
    maxAgeSeconds: pick('maxAgeSeconds', before),
    heartbeatSeconds: pick('heartbeatSeconds', before),
    deviationBps: pick('deviationBps', before),
    quorumCount: pick('quorumCount', before),
    outlierBps: pick('outlierBps', before),
    breakerBps: pick('breakerBps', before),
    publishers: pick('publishers', before),
  });
  if (!parsed.ok) violations.push(...parsed.error);
  return violations.length === 0 ? parsed : err(violations);
}

/** The changeable fields that a draft sets: text and lists that are not empty, limits that are there. */
function setFields(draft: AssetDraft): readonly string[] {
  return [...CHANGEABLE].flatMap(([path, key]) => {
    const value = draft[key];
    const isAbsent =
      value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
    return isAbsent ? [] : [path];
  });
}

function toDraft(asset: Asset): AssetDraft {
  return { ...asset, lot: asset.lot.toString(), minimumOrder: asset.minimumOrder.toString() };
}
