import {
  compare,
  err,
  ok,
  quoted,
  shortened,
  sorted,
  type FieldViolation,
  type Result,
} from '@trimtab/core';
import { parseInteger } from '@trimtab/decimal';
import {
  ASSET_DEFAULTS,
  isAssetId,
  isPublisher,
  type AssetDraft,
  type AssetTerms,
} from './asset.js';

/** Most publishers that one asset may name. */
export const MAX_PUBLISHERS = 1000;

const MAX_QUANTITY = 10n ** 77n;
const MAX_SECONDS = 2_147_483_647;

/** Collects what is wrong with one draft; each reader returns a value that is used only when nothing is. */
interface Reader {
  readonly violations: FieldViolation[];
  integer(field: string, value: number, least: number, most: number): number;
  quantity(field: string, text: string, least: bigint): bigint;
  refuse(field: string, reason: string, message: string): void;
}

/**
 * Reads a draft, fills in the defaults and checks every field (oracle rules, assets).
 *
 * @returns the terms, or every violation with its path under `asset.`: FIELD_REQUIRED for an absent
 *   id, DECIMAL_NOT_CANONICAL for an integer that is not canonical, DUPLICATE_ID for a publisher that is
 *   named twice, FIELD_INVALID for the rest
 */
export function parseAsset(draft: AssetDraft): Result<AssetTerms, readonly FieldViolation[]> {
  const read = createReader();
  const limits = { ...ASSET_DEFAULTS, ...definedLimits(draft) };
  const terms: AssetTerms = {
    assetId: assetIdOf(draft.assetId, read),
    decimals: read.integer('decimals', draft.decimals, 0, 27),
    lot: read.quantity('lot', draft.lot === '' ? ASSET_DEFAULTS.lot : draft.lot, 1n),
    minimumOrder: read.quantity(
      'minimum_order',
      draft.minimumOrder === '' ? ASSET_DEFAULTS.minimumOrder : draft.minimumOrder,
      0n,
    ),
    maxAgeSeconds: read.integer('max_age_seconds', limits.maxAgeSeconds, 1, MAX_SECONDS),
    heartbeatSeconds: read.integer('heartbeat_seconds', limits.heartbeatSeconds, 1, MAX_SECONDS),
    deviationBps: read.integer('deviation_bps', limits.deviationBps, 0, 10_000),
    quorumCount: read.integer('quorum_count', limits.quorumCount, 1, MAX_PUBLISHERS),
    outlierBps: read.integer('outlier_bps', limits.outlierBps, 1, 10_000),
    breakerBps: read.integer('breaker_bps', limits.breakerBps, 1, 10_000),
    publishers: publishersOf(draft.publishers, read),
  };
  if (terms.publishers.length > 0 && terms.quorumCount > terms.publishers.length) {
    const found = `was ${terms.quorumCount}, must be at most the ${terms.publishers.length} allowed publishers`;
    read.refuse('quorum_count', 'FIELD_INVALID', found);
  }
  return read.violations.length === 0 ? ok(terms) : err(read.violations);
}

type Limits = Pick<
  AssetTerms,
  | 'maxAgeSeconds'
  | 'heartbeatSeconds'
  | 'deviationBps'
  | 'quorumCount'
  | 'outlierBps'
  | 'breakerBps'
>;

/** The limits that the draft states; an absent one must not hide its default. */
function definedLimits(draft: AssetDraft): Partial<Limits> {
  return {
    ...(draft.maxAgeSeconds === undefined ? {} : { maxAgeSeconds: draft.maxAgeSeconds }),
    ...(draft.heartbeatSeconds === undefined ? {} : { heartbeatSeconds: draft.heartbeatSeconds }),
    ...(draft.deviationBps === undefined ? {} : { deviationBps: draft.deviationBps }),
    ...(draft.quorumCount === undefined ? {} : { quorumCount: draft.quorumCount }),
    ...(draft.outlierBps === undefined ? {} : { outlierBps: draft.outlierBps }),
    ...(draft.breakerBps === undefined ? {} : { breakerBps: draft.breakerBps }),
  };
}

function assetIdOf(text: string, read: Reader): string {
  if (text === '') {
    read.refuse('asset_id', 'FIELD_REQUIRED', 'was empty, must be an asset id such as WBTC');
  } else if (!isAssetId(text)) {
    read.refuse(
      'asset_id',
      'FIELD_INVALID',
      `was ${quoted(text)}, must match [A-Z0-9][A-Z0-9.-]{0,63}`,
    );
  }
  return text;
}

/** Sorted; order carries no meaning, a duplicate would. */
function publishersOf(publishers: readonly string[], read: Reader): readonly string[] {
  if (publishers.length > MAX_PUBLISHERS) {
    const found = `named ${publishers.length} publishers, at most ${MAX_PUBLISHERS} are allowed`;
    read.refuse('publishers', 'FIELD_INVALID', found);
    return [];
  }
  const seen = new Set<string>();
  publishers.forEach((publisher, index) => {
    const field = `publishers[${index}]`;
    if (!isPublisher(publisher)) {
      const rule = 'must be 1 to 255 printable ASCII characters without spaces';
      read.refuse(field, 'FIELD_INVALID', `was ${quoted(publisher)}, ${rule}`);
    } else if (seen.has(publisher)) {
      read.refuse(field, 'DUPLICATE_ID', `was ${quoted(publisher)}, which is named twice`);
    }
    seen.add(publisher);
  });
  return sorted(publishers, compare);
}

function createReader(): Reader {
  const violations: FieldViolation[] = [];
  const refuse = (field: string, reason: string, message: string): void => {
    violations.push({ field: `asset.${field}`, reason, message });
  };
  return {
    violations,
    refuse,
    integer(field, value, least, most) {
      if (!Number.isInteger(value) || value < least || value > most) {
        refuse(field, 'FIELD_INVALID', `was ${value}, must be ${least} to ${most}`);
      }
      return value;
    },
    quantity(field, text, least) {
      const parsed = parseInteger(text);
      if (!parsed.ok) {
        refuse(field, 'DECIMAL_NOT_CANONICAL', parsed.error);
        return least;
      }
      if (parsed.value < least || parsed.value >= MAX_QUANTITY) {
        refuse(
          field,
          'FIELD_INVALID',
          `was ${shortened(text)}, must be at least ${least} and below 10^77`,
        );
      }
      return parsed.value;
    },
  };
}
