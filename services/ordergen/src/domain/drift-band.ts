import { abs, bpsOf, floorDiv, max, min } from '@trimtab/decimal';
import type { TargetAmounts } from './targets.js';

/** Trading only what has drifted (order generation rules, section 1.7). */

/** How far a position may be from its target, and where one outside is brought to. */
export interface DriftBand {
  /** ABSOLUTE: bps of NAV; RELATIVE: bps of the target. */
  readonly kind: 'ABSOLUTE' | 'RELATIVE';
  readonly widthBps: number;
  readonly goal: 'CENTRE' | 'EDGE';
}

/** What a position holds now, in base units of the underlying. */
export interface HeldAmounts {
  readonly exposure: bigint;
  readonly collateral: bigint;
}

/**
 * The target of a position under a band: absent when the position is inside it and is not traded,
 * else its centre or its nearest edge. Exposure and collateral each move to their own edge, so
 * neither ever changes by more than it would to the centre.
 */
export function bandedTarget(
  band: DriftBand,
  nav: bigint,
  held: HeldAmounts,
  target: TargetAmounts,
): TargetAmounts | undefined {
  const width = bpsOf(band.kind === 'ABSOLUTE' ? nav : target.exposure, band.widthBps);
  if (abs(held.exposure - target.exposure) <= width) return undefined;
  if (band.goal === 'CENTRE') return target;
  // The collateral's band is as wide in proportion to its target as the exposure's.
  const collateralWidth =
    target.exposure > 0n ? floorDiv(width * target.collateral, target.exposure) : width;
  return {
    ...target,
    exposure: nearestEdge(held.exposure, target.exposure, width),
    collateral: nearestEdge(held.collateral, target.collateral, collateralWidth),
  };
}

function nearestEdge(held: bigint, target: bigint, width: bigint): bigint {
  return held > target ? min(held, target + width) : max(held, target - width);
}
