import type { Decimal } from '@trimtab/decimal';

/** The range of a decimal, bounds included, as canonical texts. */
export interface DecimalRules {
  /** Greater than 0. */
  readonly positive?: boolean;
  readonly min?: Decimal;
  readonly max?: Decimal;
  /** Most fraction digits, 18 by default. */
  readonly maxScale?: number;
  /** The reason out of range; FIELD_INVALID by default. */
  readonly reason?: string;
}

/** The range of an amount, bounds included. */
export interface AmountRules {
  /** Greater than 0. */
  readonly positive?: boolean;
  /** 0 by default. */
  readonly min?: bigint;
  readonly max?: bigint;
  /** The reason out of range; AMOUNT_OUT_OF_RANGE by default. */
  readonly reason?: string;
}

/** The range of an integer, bounds included. */
export interface IntegerRules {
  readonly min: number;
  readonly max: number;
  /** The reason out of range; FIELD_INVALID by default. */
  readonly reason?: string;
}

/** What a text may be. */
export interface TextRules {
  /** In UTF-16 units; texts above it are refused before the pattern is tried. */
  readonly maxLength: number;
  readonly pattern?: RegExp;
  /** The reason for a text that does not match; FIELD_INVALID by default. */
  readonly reason?: string;
}

/** How many items a list has. */
export interface ListRules<V> {
  /** 0 by default. */
  readonly min?: number;
  readonly max: number;
  /** The reason for too many; FIELD_INVALID by default. */
  readonly reason?: string;
  /** What no two items may share; DUPLICATE_ID. */
  readonly unique?: (value: V) => string;
}
