import type { Instant } from '@trimtab/core';
import type { Decimal } from '@trimtab/decimal';
import type { OutgoingCall } from './outgoing.js';

/** What option series need of the oracle. */
export interface SeriesSource {
  /** The decimals of an asset, which never change. @throws DomainFailure ASSET_NOT_FOUND */
  findDecimals(assetId: string, call: OutgoingCall): Promise<number>;
  /**
   * The last price of an asset that was published before a time, as it is kept.
   *
   * @throws DomainFailure ASSET_NOT_FOUND, PRICE_MISSING
   */
  lastPriceBefore(assetId: string, time: Instant, call: OutgoingCall): Promise<PublishedPrice>;
}

/** A price of a unit in the underlying. */
export interface PublishedPrice {
  readonly price: Decimal;
  readonly publishTime: Instant;
}
