import type { Instant } from '@trimtab/core';
import type { Decimal } from '@trimtab/decimal';

/**
 * What one publisher saw of one asset (oracle rules, observations). A PRICE takes part in the
 * consensus; a QUOTE is where a market maker trades and never does.
 */
export type Observation = PriceObservation | QuoteObservation;

interface ObservationBase {
  /** From the credentials of the call, never from its body. */
  readonly publisher: string;
  readonly assetId: string;
  /** When it was seen, by the publisher's clock. */
  readonly observeTime: Instant;
  /** Rises with every observation of this publisher for this asset, whatever its kind. */
  readonly sequence: bigint;
  /** How far the values may be off, in the unit of the price. */
  readonly confidence: Decimal | undefined;
}

/** An observed price, in the denomination asset for one whole unit. */
export interface PriceObservation extends ObservationBase {
  readonly kind: 'PRICE';
  readonly price: Decimal;
}

/** A bid and an ask, bid ≤ ask. */
export interface QuoteObservation extends ObservationBase {
  readonly kind: 'QUOTE';
  readonly bid: Decimal;
  readonly ask: Decimal;
}

/** An observation as a publisher sends it; the kind is undefined when it was not said, UNKNOWN for a number without a name. */
export interface ObservationDraft {
  readonly kind: Observation['kind'] | 'UNKNOWN' | undefined;
  readonly assetId: string;
  readonly price: string;
  readonly bid: string;
  readonly ask: string;
  readonly confidence: string;
  /** UNREADABLE when it lies outside the years that can be written. */
  readonly observeTime: Instant | 'UNREADABLE' | undefined;
  readonly sequence: bigint;
}
