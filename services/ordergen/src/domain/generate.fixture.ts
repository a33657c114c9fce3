import { parseDecimal, type Decimal } from '@trimtab/decimal';
import type { GenerateInput } from './generate.js';
import type { Position, Side } from './position.js';
import { createPriceBook, type PriceEntry } from './price-book.js';
import type { Target } from './targets.js';

/** Vaults in units that can be checked by head: no decimals, prices of whole units. */

/** A canonical decimal. */
export function decimal(text: string): Decimal {
  const parsed = parseDecimal(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

/** An asset without decimals, in lots of 1. */
export function priced(assetId: string, price: string, more: Partial<PriceEntry> = {}): PriceEntry {
  return { assetId, decimals: 0, lot: 1n, minimumOrder: 0n, price: decimal(price), ...more };
}

/** A long position. */
export function long(assetId: string, quantity: bigint): Position {
  return { assetId, side: 'LONG', quantity, collateral: 0n };
}

/** A short position. */
export function short(assetId: string, quantity: bigint, collateral: bigint): Position {
  return { assetId, side: 'SHORT', quantity, collateral };
}

/** A target; a kappa makes it a short. */
export function target(assetId: string, weightBps: number, kappa?: string): Target {
  const side: Side = kappa === undefined ? 'LONG' : 'SHORT';
  return { assetId, side, weightBps, investible: true, ...(kappa !== undefined && { kappa }) };
}

/** Everything not stated: no cash, no positions, price 1 of A to E, no tolerance. */
export function inputOf(
  given: Partial<GenerateInput> & { readonly targets?: readonly Target[] } = {},
): GenerateInput {
  const { targets = [], ...rest } = given;
  return {
    cash: 0n,
    positions: [],
    prices: createPriceBook(
      0,
      ['A', 'B', 'C', 'D', 'E'].map((assetId) => priced(assetId, '1')),
    ),
    goal: { kind: 'WEIGHTS', targets },
    tolerances: { kind: 'ABSOLUTE', exposure: 0n, collateral: 0n, net: 0n },
    netMode: 'STANDARD',
    sequencing: { kind: 'GUIDELINE' },
    underlyingFloor: 0n,
    ...rest,
  };
}
