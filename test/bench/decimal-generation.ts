import { Decimal } from 'decimal.js';
import { compare, present } from '@trimtab/core';
import type { Position, PositionKey, Side, Target } from '@trimtab/ordergen/domain';

/**
 * The rules of generation once more (order generation rules, sections 1 to 3), with every number a
 * decimal.js value: the same steps in the same order, written as one would write them with that
 * library. Standard net mode, absolute tolerances, the order of the guideline, inputs that are valid.
 */

/** 60 digits hold every product of the rules exactly; quotients are only ever floored. */
export const Exact = Decimal.clone({ precision: 60, rounding: Decimal.ROUND_DOWN });

/** An asset of the price book. */
export interface DecimalPrice {
  readonly assetId: string;
  readonly decimals: number;
  readonly price: Decimal;
}

/** A position of the vault. */
export interface DecimalPosition extends PositionKey {
  readonly quantity: Decimal;
  readonly collateral: Decimal;
}

/** What is generated from. */
export interface DecimalInput {
  readonly cash: Decimal;
  readonly positions: readonly DecimalPosition[];
  readonly underlyingDecimals: number;
  readonly prices: ReadonlyMap<string, DecimalPrice>;
  readonly targets: readonly Target[];
  /** One ε for exposure, collateral and Δ. */
  readonly tolerance: Decimal;
  readonly underlyingFloor: Decimal;
}

/** A trade. */
export interface DecimalAction extends PositionKey {
  readonly group: 1 | 2 | 3;
  readonly deltaExposure: Decimal;
  readonly deltaCollateral: Decimal;
  readonly deltaNet: Decimal;
  readonly cap: Decimal | undefined;
}

/** The trades in their order, with the totals of the legs and the order of pinning. */
export interface DecimalGeneration {
  readonly nav: Decimal;
  readonly actions: readonly DecimalAction[];
  readonly sells: Decimal;
  readonly fundedBuys: Decimal;
  readonly pinOrder: readonly number[];
}

const ZERO = new Exact(0);
const TEN = new Exact(10);

/** Generates the trades. */
export function generateInDecimals(input: DecimalInput): DecimalGeneration {
  const held = valued(input);
  let nav = input.cash;
  for (const { side, collateral, value } of held.values()) {
    nav = nav.add(side === 'LONG' ? value : collateral.sub(value));
  }
  const drafts = pairsOf(held, targetAmounts(nav, input.targets))
    .map(draftOf)
    .filter(
      ({ deltaExposure, deltaCollateral, deltaNet }) =>
        deltaExposure.abs().gt(input.tolerance) ||
        deltaCollateral.abs().gt(input.tolerance) ||
        deltaNet.abs().gt(input.tolerance),
    );
  const actions = sequenced(drafts);
  return { nav, actions, ...legsOf(actions, input) };
}

interface Held extends DecimalPosition {
  readonly value: Decimal;
}

interface Wanted extends PositionKey {
  readonly exposure: Decimal;
  readonly collateral: Decimal;
}

function valued(input: DecimalInput): ReadonlyMap<string, Held> {
  const held = new Map<string, Held>();
  for (const position of [...input.positions].sort(byPosition)) {
    const { assetId, side, quantity, collateral } = position;
    const { price, decimals } = present(input.prices.get(assetId), `a price of ${assetId}`);
    const scale = TEN.pow(input.underlyingDecimals - decimals);
    const value = quantity.mul(price).mul(scale).floor();
    held.set(keyOf(position), { assetId, side, quantity, collateral, value });
  }
  return held;
}

function targetAmounts(nav: Decimal, targets: readonly Target[]): ReadonlyMap<string, Wanted> {
  let stated = 0;
  let whole = ZERO;
  const read = targets.map((target) => {
    const weighted = new Exact(target.kappa ?? 1).mul(target.weightBps);
    stated += target.weightBps;
    if (target.investible) whole = whole.add(weighted);
    return { target, weighted };
  });
  whole = whole.add(10_000 - stated);
  const wanted = new Map<string, Wanted>();
  for (const { target, weighted } of read) {
    const { assetId, side, weightBps, investible } = target;
    const share = (weight: Decimal | number): Decimal =>
      investible && whole.gt(0) ? nav.mul(weight).divToInt(whole) : ZERO;
    const exposure = share(weightBps);
    const collateral = side === 'LONG' ? exposure : share(weighted);
    wanted.set(keyOf(target), { assetId, side, exposure, collateral });
  }
  return wanted;
}

interface Pair {
  readonly now: Held | undefined;
  readonly then: Wanted | undefined;
  readonly key: PositionKey;
}

function pairsOf(
  held: ReadonlyMap<string, Held>,
  wanted: ReadonlyMap<string, Wanted>,
): readonly Pair[] {
  const pairs: Pair[] = [];
  for (const [key, now] of held) pairs.push({ now, then: wanted.get(key), key: now });
  for (const [key, then] of wanted) {
    if (!held.has(key)) pairs.push({ now: undefined, then, key: then });
  }
  return pairs.sort((left, right) => byPosition(left.key, right.key));
}

function draftOf({ now, then, key }: Pair): DecimalAction {
  const { assetId, side } = key;
  const value = now?.value ?? ZERO;
  const exposure = then?.exposure ?? ZERO;
  const deltaExposure = exposure.sub(value);
  if (side === 'LONG') {
    const exits = exposure.isZero() && value.gt(0);
    const group = exits ? 1 : deltaExposure.isNegative() ? 2 : 3;
    const cap = group === 3 ? undefined : value;
    const deltas = { deltaExposure, deltaCollateral: deltaExposure, deltaNet: deltaExposure };
    return { assetId, side, group, ...deltas, cap };
  }
  const deltaCollateral = (then?.collateral ?? ZERO).sub(now?.collateral ?? ZERO);
  const deltaNet = deltaCollateral.sub(deltaExposure);
  const group = deltaNet.isNegative() ? 2 : 3;
  const cap = group === 3 ? undefined : deltaNet.neg();
  return { assetId, side, group, deltaExposure, deltaCollateral, deltaNet, cap };
}

function sequenced(drafts: readonly DecimalAction[]): readonly DecimalAction[] {
  const sized = drafts.map((draft) => ({
    draft,
    size: draft.group === 3 ? draft.deltaExposure.abs() : draft.deltaExposure,
  }));
  sized.sort(
    (left, right) =>
      left.draft.group - right.draft.group ||
      (left.draft.group === 1 ? 0 : right.size.cmp(left.size)) ||
      byPosition(left.draft, right.draft),
  );
  return sized.map(({ draft }) => draft);
}

function legsOf(
  actions: readonly DecimalAction[],
  { cash, underlyingFloor }: DecimalInput,
): Omit<DecimalGeneration, 'nav' | 'actions'> {
  let sells = ZERO;
  let buys = ZERO;
  const capped: { readonly index: number; readonly ratio: Decimal }[] = [];
  for (const [index, { group, deltaNet, cap }] of actions.entries()) {
    const amount = deltaNet.abs();
    if (group === 3) buys = buys.add(amount);
    else sells = sells.add(amount);
    if (group === 3 || amount.isZero()) continue;
    capped.push({ index, ratio: (cap ?? amount).div(amount) });
  }
  // Two ratios of amounts below 10^30 that differ at all differ in the first 60 digits.
  capped.sort((left, right) => left.ratio.cmp(right.ratio) || left.index - right.index);
  const shortfall = Decimal.max(0, underlyingFloor.sub(cash.add(sells).sub(buys)));
  return {
    sells,
    fundedBuys: Decimal.max(0, buys.sub(shortfall)),
    pinOrder: capped.map(({ index }) => index),
  };
}

/** The positions of a vault as decimal.js values. */
export function inDecimals(positions: readonly Position[]): readonly DecimalPosition[] {
  return positions.map(({ assetId, side, quantity, collateral }) => ({
    assetId,
    side,
    quantity: new Exact(quantity.toString()),
    collateral: new Exact(collateral.toString()),
  }));
}

function byPosition(left: PositionKey, right: PositionKey): number {
  return compare(left.assetId, right.assetId) || compare<Side>(left.side, right.side);
}

function keyOf({ assetId, side }: PositionKey): string {
  return `${assetId} ${side}`;
}
