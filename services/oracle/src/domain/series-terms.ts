import { err, ok, type FieldViolation, type Result } from '@trimtab/core';
import { parseSeriesAssetId } from '@trimtab/option-index';
import { resolveAsset } from '@trimtab/strategy';
import type { Asset, AssetTerms } from './asset.js';

/**
 * Halves of option series as assets (intent rules, the option index). A unit of the base asset is split
 * into its halves one to one, so a half trades in the quantities of its base: equal decimals, lot and
 * minimum order. Its price is made by those who are named, because one publisher is a quorum.
 */

/** The registered asset that a half is split from (WBTC for P-BTC-30000-20260801), or why it is no half. */
export function baseOfHalf(assetId: string): Result<string, string> {
  const parsed = parseSeriesAssetId(assetId);
  return parsed.ok ? ok(resolveAsset(parsed.value.series.base)) : err(parsed.error);
}

/** What differs from the base asset, and whether anybody may price the half. */
export function halfViolations(half: AssetTerms, base: Asset): readonly FieldViolation[] {
  const violations: FieldViolation[] = [];
  const compare = (field: string, found: bigint | number, expected: bigint | number): void => {
    if (found === expected) return;
    const message = `was ${found}, must be ${expected} as of ${base.assetId}, which the series splits`;
    violations.push({ field: `asset.${field}`, reason: 'FIELD_INVALID', message });
  };
  compare('decimals', half.decimals, base.decimals);
  compare('lot', half.lot, base.lot);
  compare('minimum_order', half.minimumOrder, base.minimumOrder);
  if (half.publishers.length === 0) {
    const message = 'was empty, must name who prices the half of a series';
    violations.push({ field: 'asset.publishers', reason: 'FIELD_REQUIRED', message });
  }
  return violations;
}
