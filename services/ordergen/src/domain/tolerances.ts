import { floorDiv, pow10, type Decimal } from '@trimtab/decimal';

/** How small a trade may be before it is left out (order generation rules, section 1.5). */

/** Either absolute amounts or ratios of NAV, one for each ε. */
export type Tolerances =
  | {
      readonly kind: 'ABSOLUTE';
      /** Base units of the underlying, at least 0. */
      readonly exposure: bigint;
      readonly collateral: bigint;
      readonly net: bigint;
    }
  | {
      readonly kind: 'NAV_RELATIVE';
      /** Ratios of NAV, at least 0. */
      readonly exposure: Decimal;
      readonly collateral: Decimal;
      readonly net: Decimal;
    };

/** The three ε in base units of the underlying. */
export interface ToleranceAmounts {
  readonly exposure: bigint;
  readonly collateral: bigint;
  readonly net: bigint;
}

const ONE_IN_100_000: Decimal = { digits: 1n, scale: 5 };

/** 1e-5 of NAV for each ε. */
export const DEFAULT_TOLERANCES: Tolerances = {
  kind: 'NAV_RELATIVE',
  exposure: ONE_IN_100_000,
  collateral: ONE_IN_100_000,
  net: ONE_IN_100_000,
};

/** The tolerances at one NAV; ratios are floored, which changes no strict comparison of integers. */
export function toleranceAmounts(tolerances: Tolerances, nav: bigint): ToleranceAmounts {
  if (tolerances.kind === 'ABSOLUTE') {
    const { exposure, collateral, net } = tolerances;
    return { exposure, collateral, net };
  }
  const share = (ratio: Decimal): bigint => floorDiv(nav * ratio.digits, pow10(ratio.scale));
  return {
    exposure: share(tolerances.exposure),
    collateral: share(tolerances.collateral),
    net: share(tolerances.net),
  };
}
