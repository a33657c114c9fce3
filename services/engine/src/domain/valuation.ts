import { present } from '@trimtab/core';
import { valueOf, type Decimal } from '@trimtab/decimal';
import { UNDERLYING_DECIMALS } from '@trimtab/strategy';
import type { Holdings } from './holdings.js';
import type { VaultPosition } from './vault.js';

/** What a unit of an asset is worth, and how many base units it has. */
export interface AssetPrice {
  /** In the underlying. */
  readonly price: Decimal;
  readonly decimals: number;
}

/** Prices by asset. */
export type PriceBook = ReadonlyMap<string, AssetPrice>;

/** `floor(q × p × 10^(dU − dA))` in base units of the underlying (order generation rules, section 1.1). */
export function valueAt(quantity: bigint, { price, decimals }: AssetPrice): bigint {
  return valueOf(quantity, {
    price,
    assetDecimals: decimals,
    underlyingDecimals: UNDERLYING_DECIMALS,
  });
}

/** The value of a position's quantity; every position that is not empty has a price in the book. */
export function positionValue({ assetId, quantity }: VaultPosition, prices: PriceBook): bigint {
  if (quantity === 0n) return 0n;
  return valueAt(quantity, present(prices.get(assetId), `${assetId} is held, so it has a price`));
}

/** `cash + Σ long value + Σ short (collateral − value)` (order generation rules, section 1.2). */
export function navOf({ cash, positions }: Holdings, prices: PriceBook): bigint {
  return positions.reduce((nav, position) => {
    const value = positionValue(position, prices);
    return nav + (position.side === 'LONG' ? value : position.collateral - value);
  }, cash);
}
