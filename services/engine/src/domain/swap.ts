import { resolveAsset, UNDERLYING, type IntentSpec } from '@trimtab/strategy';
import { longQuantity, type Holdings } from './holdings.js';

/** Collateral that waits to be swapped into the underlying (intent rules, swap taker). */

/**
 * Whether a vault holds its raw collateral, at least a lot and the least order of it, where the
 * allocation has no place for it.
 */
export function hasRawCollateral(
  { collateral: { asset }, allocation }: IntentSpec,
  holdings: Holdings,
  terms: { readonly lot: bigint; readonly minimumOrder: bigint },
): boolean {
  if (asset === UNDERLYING) return false;
  const isTarget =
    allocation.kind === 'targetWeights' &&
    allocation.targets.some(
      ({ assetId, side }) => side === 'LONG' && resolveAsset(assetId) === asset,
    );
  if (isTarget) return false;
  const quantity = longQuantity(holdings, asset);
  return quantity > 0n && quantity >= terms.lot && quantity >= terms.minimumOrder;
}
