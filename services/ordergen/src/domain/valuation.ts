import { domainError, err, ok, sorted, type DomainError, type Result } from '@trimtab/core';
import { valueOf } from '@trimtab/decimal';
import { byPosition, type Position } from './position.js';
import { priceOf, quoteOf, type PriceBook } from './price-book.js';

/** What a vault is worth (order generation rules, sections 1.1 and 1.2). */

/** A position with its value. */
export interface ValuedPosition extends Position {
  /** `floor(q × p × 10^(dU − dA))` in base units of the underlying. */
  readonly value: bigint;
}

/** A vault at one snapshot. */
export interface Valuation {
  /** `cash + Σ long value + Σ short (collateral − value)`, in base units; may be negative. */
  readonly nav: bigint;
  readonly cash: bigint;
  /** By (assetId, side). */
  readonly positions: readonly ValuedPosition[];
}

/** Values every position; an asset that is held and has no usable price is named in the error. */
export function valueVault(
  cash: bigint,
  positions: Iterable<Position>,
  prices: PriceBook,
): Result<Valuation, DomainError> {
  let nav = cash;
  const valued: ValuedPosition[] = [];
  for (const position of sorted(positions, byPosition)) {
    const found = valueOfPosition(position, prices);
    if (!found.ok) return found;
    const { assetId, side, quantity, collateral } = position;
    const value = found.value;
    nav += side === 'LONG' ? value : collateral - value;
    valued.push({ assetId, side, quantity, collateral, value });
  }
  return ok({ nav, cash, positions: valued });
}

/** Refuses a valuation that nothing can be planned on: NAV_NOT_POSITIVE. */
export function requirePositiveNav(valuation: Valuation): Result<Valuation, DomainError> {
  if (valuation.nav > 0n) return ok(valuation);
  return err(
    domainError(
      'FAILED_PRECONDITION',
      'NAV_NOT_POSITIVE',
      `the vault's NAV was ${valuation.nav}, must be above 0`,
      { nav: valuation.nav.toString() },
    ),
  );
}

function valueOfPosition(position: Position, prices: PriceBook): Result<bigint, DomainError> {
  if (position.quantity === 0n) return ok(0n);
  const entry = priceOf(prices, position.assetId);
  return entry.ok ? ok(valueOf(position.quantity, quoteOf(prices, entry.value))) : entry;
}
