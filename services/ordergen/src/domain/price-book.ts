import { domainError, err, ok, type DomainError, type Result } from '@trimtab/core';
import type { Decimal, Quote } from '@trimtab/decimal';

/** The prices that one rebalance is generated and executed at: a snapshot as the rules read it. */

/** One asset of a snapshot. */
export interface PriceEntry {
  readonly assetId: string;
  /** Fraction digits of one unit, 0 to 27. */
  readonly decimals: number;
  /** The step of an order quantity in base units, at least 1. */
  readonly lot: bigint;
  /** The smallest order quantity in base units, at least 0. */
  readonly minimumOrder: bigint;
  /** Underlying per whole unit, above 0. */
  readonly price: Decimal;
  /** Set when the price is outside the limits of its snapshot; generation then stops. */
  readonly stale?: true;
}

/** Prices by asset, all in one underlying. */
export interface PriceBook {
  /** Decimals of the underlying. */
  readonly underlyingDecimals: number;
  readonly entries: ReadonlyMap<string, PriceEntry>;
}

/** Builds a price book from the entries of a snapshot. */
export function createPriceBook(
  underlyingDecimals: number,
  entries: Iterable<PriceEntry>,
): PriceBook {
  const byAsset = new Map<string, PriceEntry>();
  for (const entry of entries) byAsset.set(entry.assetId, entry);
  return { underlyingDecimals, entries: byAsset };
}

/** The price of an asset; PRICE_MISSING or PRICE_STALE name it (order generation rules, 1.6). */
export function priceOf(book: PriceBook, assetId: string): Result<PriceEntry, DomainError> {
  const entry = book.entries.get(assetId);
  if (entry === undefined || entry.price.digits <= 0n) {
    return err(
      domainError(
        'FAILED_PRECONDITION',
        'PRICE_MISSING',
        `asset ${assetId} has no price in the snapshot`,
        { asset_id: assetId },
      ),
    );
  }
  if (entry.stale === true) {
    return err(
      domainError(
        'FAILED_PRECONDITION',
        'PRICE_STALE',
        `the price of asset ${assetId} is outside the limits of the snapshot`,
        { asset_id: assetId },
      ),
    );
  }
  return ok(entry);
}

/** The entry as a quote between base units of the asset and of the underlying. */
export function quoteOf(book: PriceBook, entry: PriceEntry): Quote {
  return {
    price: entry.price,
    assetDecimals: entry.decimals,
    underlyingDecimals: book.underlyingDecimals,
  };
}
