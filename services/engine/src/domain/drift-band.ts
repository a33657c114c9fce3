import { invariant } from '@trimtab/core';
import { abs, bpsOf, BPS_WHOLE, floorDiv, max, pow10 } from '@trimtab/decimal';
import { resolveAsset, type DriftBand, type Side, type Target } from '@trimtab/strategy';
import { decimalIn } from './decimal-in.js';
import { byPosition, type Holdings } from './holdings.js';
import { navOf, positionValue, type PriceBook } from './valuation.js';

/** Whether a vault has drifted out of a band (order generation rules, sections 1.3 and 1.7). */

/** A position that is outside its band. */
export interface Drifted {
  readonly assetId: string;
  readonly side: Side;
  /** What it is worth, and what it should be, in base units of the underlying. */
  readonly value: bigint;
  readonly target: bigint;
  readonly width: bigint;
}

/** What is smaller than this part of NAV is never traded: 1e-5. */
const TOLERANCE_PARTS = 100_000n;

/**
 * The first position, by (assetId, side), that is further from its target than the band allows,
 * strictly, and by more than what is too small to trade; what is held without a target has target 0. A
 * NAV of 0 and less has no drift: nothing can be planned on it.
 */
export function driftedPosition(
  band: DriftBand,
  holdings: Holdings,
  targets: readonly Target[],
  prices: PriceBook,
): Drifted | undefined {
  const nav = navOf(holdings, prices);
  if (nav <= 0n) return undefined;
  const tolerance = floorDiv(nav, TOLERANCE_PARTS);
  return exposures(nav, holdings, targets, prices)
    .map(({ target, ...rest }) => {
      const width = bpsOf(band.kind === 'ABSOLUTE' ? nav : target, band.widthBps);
      return { ...rest, target, width };
    })
    .find(({ value, target, width }) => abs(value - target) > max(width, tolerance));
}

function exposures(
  nav: bigint,
  holdings: Holdings,
  targets: readonly Target[],
  prices: PriceBook,
): readonly Omit<Drifted, 'width'>[] {
  const wanted = targetExposures(nav, targets);
  const held = holdings.positions.map((position) => ({
    assetId: position.assetId,
    side: position.side,
    value: positionValue(position, prices),
  }));
  const isHeld = (one: { readonly assetId: string; readonly side: Side }): boolean =>
    held.some((other) => byPosition(one, other) === 0);
  const missing = wanted.filter((one) => !isHeld(one)).map((one) => ({ ...one, value: 0n }));
  return [
    ...held.map((one) => ({
      ...one,
      target: wanted.find((other) => byPosition(one, other) === 0)?.target ?? 0n,
    })),
    ...missing,
  ].sort(byPosition);
}

/** `t = floor(NAV · w / D)` with `D = Σ κ·w + w_cash` over the investible targets; 0 for the others. */
function targetExposures(
  nav: bigint,
  targets: readonly Target[],
): readonly { readonly assetId: string; readonly side: Side; readonly target: bigint }[] {
  const stated = targets.reduce((sum, { weightBps }) => sum + weightBps, 0);
  invariant(stated <= BPS_WHOLE, `targets are validated, found ${stated} bps in sum`);
  const read = targets.map((target) => ({ ...target, ratio: decimalIn(target.kappa ?? '1') }));
  const places = Math.max(0, ...read.map(({ ratio }) => ratio.scale));
  const whole = read.reduce(
    (sum, { investible, weightBps, ratio }) =>
      investible ? sum + BigInt(weightBps) * ratio.digits * pow10(places - ratio.scale) : sum,
    BigInt(BPS_WHOLE - stated) * pow10(places),
  );
  return read.map(({ assetId, side, weightBps, investible }) => {
    const isNothing = !investible || whole === 0n;
    const target = isNothing ? 0n : floorDiv(nav * pow10(places) * BigInt(weightBps), whole);
    return { assetId: resolveAsset(assetId), side, target };
  });
}
