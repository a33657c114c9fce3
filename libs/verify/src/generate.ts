import { sameDocument } from './compare.js';
import { must, refuse, same } from './difference.js';
import { floor, least, most, size, total } from './exact.js';
import { amount, items, positive } from './node.js';
import type { Target } from './plan.js';
import { inOrder, keyOf, type Place } from './position.js';
import type { Action, Held, Rebalance } from './rebalance.js';
import { valueOf, type Prices } from './snapshot.js';

/** What the trades of a rebalance must be (order generation rules, sections 1 to 3). */
export interface Generated {
  readonly nav: bigint;
  readonly held: readonly (Held & { readonly value: bigint })[];
  readonly actions: readonly Action[];
  readonly sells: bigint;
  /** After the funding check. */
  readonly buys: bigint;
  readonly targetCash: bigint;
  /** ε of the net amount, in base units of the underlying. */
  readonly netTolerance: bigint;
}

/** What a position shall hold, in base units of the underlying. */
interface Wanted extends Place {
  readonly exposure: bigint;
  readonly collateral: bigint;
}

/** Generates the trades again and requires the document to state them. */
export function checkGeneration(
  rebalance: Rebalance,
  prices: Prices,
  targets: readonly Target[] | undefined,
): Generated {
  const held = rebalance.held.map((one, place) => ({
    ...one,
    value: valueOf(prices, `rebalance.positions[${place}]`, one.assetId, one.quantity),
  }));
  const worth = held.map(({ side, value, collateral }) =>
    side === 'LONG' ? value : collateral - value,
  );
  const nav = rebalance.cash + total(worth);
  same(rebalance.nav.path, amount(rebalance.nav), nav);
  must(rebalance.nav.path, nav > 0n, nav, 'above 0');
  const wanted =
    targets === undefined && rebalance.requested !== undefined && rebalance.requested.length > 0
      ? requestedTargets(rebalance, prices, held)
      : weightedTargets(nav, targets ?? [], held);
  const drafts = inOrder(wanted).flatMap((one) => draft(rebalance, nav, held, one));
  const actions = ordered(rebalance, drafts);
  sameDocument(rebalance.actions.path, rebalance.actions.value, actions.map(actionDocument));
  return {
    nav,
    held,
    actions,
    ...fund(rebalance, actions),
    netTolerance: tolerance(rebalance, nav, 'net'),
  };
}

function weightedTargets(
  nav: bigint,
  targets: readonly Target[],
  held: readonly Held[],
): readonly Wanted[] {
  const stated = total(targets.map(({ weight }) => BigInt(weight)));
  const investible = targets.filter((one) => one.investible);
  // D over the common denominator of the collateral ratios.
  const bottom = investible.reduce((product, { kappa }) => product * kappa.bottom, 1n);
  const scaled = ({ kappa, weight }: Target): bigint =>
    (kappa.top * bottom * BigInt(weight)) / kappa.bottom;
  const whole = (10_000n - stated) * bottom + total(investible.map(scaled));
  const wanted = targets.map((target): Wanted => {
    const { assetId, side } = target;
    if (!target.investible || whole === 0n) return { assetId, side, exposure: 0n, collateral: 0n };
    return {
      assetId,
      side,
      exposure: floor(nav * BigInt(target.weight) * bottom, whole),
      collateral: floor(nav * scaled(target), whole),
    };
  });
  const named = new Set(targets.map(keyOf));
  const exits = held
    .filter((one) => !named.has(keyOf(one)))
    .map(({ assetId, side }) => ({ assetId, side, exposure: 0n, collateral: 0n }));
  return [...wanted, ...exits];
}

/** What the named positions hold once the requested quantities have moved; the others stay. */
function requestedTargets(
  { requested = [] }: Rebalance,
  prices: Prices,
  held: readonly Held[],
): readonly Wanted[] {
  const now = new Map(held.map((one) => [keyOf(one), one]));
  return requested.map((one, place) => {
    const path = `rebalance.requestedActions[${place}]`;
    const { assetId, side } = one;
    const quantity = (now.get(keyOf(one))?.quantity ?? 0n) + one.quantity;
    const collateral = (now.get(keyOf(one))?.collateral ?? 0n) + one.collateral;
    must(`${path}.quantityDelta`, quantity >= 0n, one.quantity, 'at most what is held');
    must(`${path}.collateralDelta`, collateral >= 0n, one.collateral, 'at most what is held');
    const exposure = valueOf(prices, path, assetId, quantity);
    if (side === 'LONG') {
      same(`${path}.collateralDelta`, one.collateral, 0n);
      return { assetId, side, exposure, collateral: exposure };
    }
    return { assetId, side, exposure, collateral };
  });
}

type Draft = Omit<Action, 'index'>;

function draft(
  rebalance: Rebalance,
  nav: bigint,
  held: readonly (Held & { readonly value: bigint })[],
  wanted: Wanted,
): readonly Draft[] {
  const { assetId, side } = wanted;
  const now = held.find((one) => one.assetId === assetId && one.side === side);
  const value = now?.value ?? 0n;
  const behind = side === 'LONG' ? value : (now?.collateral ?? 0n);
  const target = banded(rebalance, nav, { exposure: value, collateral: behind }, wanted);
  if (target === undefined) return [];
  const exposure = target.exposure - value;
  const collateral = side === 'LONG' ? exposure : target.collateral - behind;
  const spent = rebalance.conservative ? least(exposure, 0n) : exposure;
  const net = side === 'LONG' ? exposure : collateral - spent;
  const kept =
    size(exposure) > tolerance(rebalance, nav, 'exposure') ||
    size(collateral) > tolerance(rebalance, nav, 'collateral') ||
    size(net) > tolerance(rebalance, nav, 'net');
  if (!kept) return [];
  const exits = side === 'LONG' && target.exposure === 0n && value > 0n;
  const group = exits ? 1 : net < 0n ? 2 : 3;
  const cap = side === 'LONG' ? value : -net;
  return [{ assetId, side, group, exposure, collateral, net, ...(group !== 3 && { cap }) }];
}

function tolerance(
  { tolerances }: Rebalance,
  nav: bigint,
  which: 'exposure' | 'collateral' | 'net',
): bigint {
  const { top, bottom } = tolerances[which];
  // Whole numbers are compared, so the floor of ε decides as ε does.
  return tolerances.relative ? floor(nav * top, bottom) : top;
}

/** The target under the drift band: undefined inside it, else its centre or its nearest edge. */
function banded(
  { tolerances }: Rebalance,
  nav: bigint,
  now: { readonly exposure: bigint; readonly collateral: bigint },
  target: Wanted,
): Wanted | undefined {
  const { band } = tolerances;
  if (band === undefined) return target;
  const width = floor((band.relative ? target.exposure : nav) * band.width, 10_000n);
  if (size(now.exposure - target.exposure) <= width) return undefined;
  if (!band.toEdge) return target;
  const behind = target.exposure > 0n ? floor(width * target.collateral, target.exposure) : width;
  return {
    ...target,
    exposure: edge(now.exposure, target.exposure, width),
    collateral: edge(now.collateral, target.collateral, behind),
  };
}

function edge(now: bigint, target: bigint, width: bigint): bigint {
  return now > target ? least(now, target + width) : most(now, target - width);
}

function ordered(rebalance: Rebalance, drafts: readonly Draft[]): readonly Action[] {
  const { sequencing } = rebalance;
  if (sequencing === 'EXPLICIT') return byHand(rebalance, drafts);
  const sizeOf = (one: Draft): bigint => {
    if (one.group === 1) return 0n;
    if (one.group === 3) return -size(one.exposure);
    return sequencing === 'GUIDELINE' ? -one.exposure : one.net;
  };
  return [...drafts]
    .sort((left, right) => {
      if (left.group !== right.group) return left.group - right.group;
      const [here, there] = [sizeOf(left), sizeOf(right)];
      if (here !== there) return here < there ? -1 : 1;
      return keyOf(left) < keyOf(right) ? -1 : 1;
    })
    .map((one, index) => ({ ...one, index }));
}

/** A manager's own order: the same trades, sells before buys. */
function byHand({ actions }: Rebalance, drafts: readonly Draft[]): readonly Action[] {
  const open = new Map(drafts.map((one) => [keyOf(one), one]));
  const chosen: Action[] = [];
  for (const [index, node] of items(actions).entries()) {
    const { assetId, side } = stated(node.value);
    const one = open.get(keyOf({ assetId, side }));
    if (one === undefined) return refuse(node.path, `${assetId} ${side}`, 'an open action');
    open.delete(keyOf(one));
    const afterBuy = chosen.at(-1)?.group === 3 && one.group !== 3;
    if (afterBuy) refuse(node.path, `a sell of ${assetId} after a buy`, 'all sells before any buy');
    chosen.push({ ...one, index });
  }
  for (const one of open.values()) refuse(actions.path, 'absent', `${one.assetId} ${one.side}`);
  return chosen;
}

function stated(value: unknown): Place {
  const found = value as { readonly assetId?: unknown; readonly side?: unknown } | null;
  const side = found?.side === 'SHORT' ? 'SHORT' : 'LONG';
  return { assetId: typeof found?.assetId === 'string' ? found.assetId : '', side };
}

function actionDocument(one: Action): { readonly [name: string]: string | number } {
  return {
    index: one.index,
    assetId: one.assetId,
    side: one.side,
    group: one.group,
    deltaExposure: one.exposure.toString(),
    deltaCollateral: one.collateral.toString(),
    deltaNet: one.net.toString(),
    ...(one.cap !== undefined && { cap: one.cap.toString() }),
  };
}

/** Sells within their caps, and buys that cash and sells can pay while keeping the floor. */
function fund(
  rebalance: Rebalance,
  actions: readonly Action[],
): Pick<Generated, 'sells' | 'buys' | 'targetCash'> {
  for (const { index, net, cap } of actions) {
    if (cap === undefined) continue;
    must(`rebalance.actions[${index}].cap`, size(net) <= cap, cap, `at least ${size(net)}`);
  }
  const sells = total(actions.filter(({ group }) => group !== 3).map(({ net }) => size(net)));
  const wanted = total(actions.filter(({ group }) => group === 3).map(({ net }) => size(net)));
  const missing = most(0n, rebalance.floor - (rebalance.cash + sells - wanted));
  const buys = most(0n, wanted - missing);
  same(rebalance.openSells.path, positive(rebalance.openSells), sells);
  same(rebalance.openBuys.path, positive(rebalance.openBuys), buys);
  return { sells, buys, targetCash: rebalance.cash + sells - buys };
}
