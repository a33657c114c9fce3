import { floor, least, size } from './exact.js';
import type { Action, Held } from './rebalance.js';
import { valueOf, type Prices } from './snapshot.js';

/** What a short's sell was ordered as: what its fill is measured against. */
export interface ShortOrder {
  /** Base units of the asset, whole lots; 0 moves collateral only. */
  readonly quantity: bigint;
  /** Collateral to release, in base units of the underlying. */
  readonly released: bigint;
}

/**
 * The order of a short's action at an amount (order generation rules, sections 2 and 3): both legs
 * scale with the amount, a full close is the whole quantity, and quantities are whole lots.
 */
export function shortOrder(
  prices: Prices,
  action: Action,
  now: Held | undefined,
  amount: bigint,
): ShortOrder {
  const whole = size(action.net);
  const part = (leg: bigint): bigint =>
    whole === 0n || amount === whole ? size(leg) : floor(size(leg) * amount, whole);
  const released = action.collateral < 0n ? part(action.collateral) : -part(action.collateral);
  return { quantity: quantityOf(prices, action, now, { amount, part }), released };
}

function quantityOf(
  prices: Prices,
  action: Action,
  now: Held | undefined,
  { amount, part }: { readonly amount: bigint; readonly part: (leg: bigint) => bigint },
): bigint {
  const priced = prices.assets.get(action.assetId);
  if (priced === undefined) return 0n;
  const lots = (quantity: bigint): bigint => floor(quantity, priced.lot) * priced.lot;
  const held = now?.quantity ?? 0n;
  if (amount === size(action.net) && closes(prices, action, now)) return lots(held);
  const exposure = part(action.exposure);
  const { price, decimals } = priced;
  const wanted = floor(
    exposure * price.bottom * 10n ** BigInt(decimals),
    price.top * 10n ** BigInt(prices.decimals),
  );
  return lots(action.exposure < 0n ? least(wanted, held) : wanted);
}

/** Whether everything that is owed is bought back; a worthless short closes with its collateral. */
function closes(prices: Prices, action: Action, now: Held | undefined): boolean {
  if (now === undefined || now.quantity === 0n) return false;
  const value = valueOf(prices, 'rebalance.positions', action.assetId, now.quantity);
  if (action.exposure !== -value) return false;
  return action.exposure < 0n || action.collateral === -now.collateral;
}
