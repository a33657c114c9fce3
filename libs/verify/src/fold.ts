import { must, refuse } from './difference.js';
import { decimalText, floor, least, most, size, total } from './exact.js';
import type { Generated } from './generate.js';

/** The money of a rebalance while it runs (order generation rules, sections 3 and 4). */

/** A leg as four whole numbers. */
export interface Leg {
  base: bigint;
  total: bigint;
  seen: bigint;
  paid: bigint;
}

/** Everything the next event starts from. */
export interface Money {
  cash: bigint;
  sells: Leg;
  buys: Leg;
  /** The open sells that stand at their caps. */
  readonly pinned: Map<number, bigint>;
  /** What they add up to. */
  pinnedOpen: bigint;
  toUnderlying: bigint;
  residual: bigint;
  corrections: bigint;
  next: number;
  state: string;
  /** Whether an action so far was not filled as planned. */
  adjusted: boolean;
}

/** What never changes. */
export interface Book {
  readonly amounts: readonly bigint[];
  readonly caps: readonly bigint[];
  readonly sellCount: number;
  readonly floor: bigint;
  readonly targetCash: bigint;
  /** Sells by cap over amount, ties by index; amounts of 0 take no part. */
  readonly byRoom: readonly number[];
}

/** What a failed part changed. */
export interface Recalibration {
  readonly failed: bigint;
  readonly factor?: string;
  readonly sellsBefore: bigint;
  readonly sellsAfter: bigint;
  readonly buysBefore: bigint;
  readonly buysAfter: bigint;
  readonly pins: readonly { readonly index: number; readonly amount: bigint }[];
  readonly residual: bigint;
}

/** The book of the generated trades. */
export function bookOf(generated: Generated, floorOfCash: bigint): Book {
  const amounts = generated.actions.map(({ net }) => size(net));
  const sells = generated.actions.filter(({ group }) => group !== 3);
  const caps = sells.map(({ cap }) => cap ?? 0n);
  const byRoom = sells
    .map(({ index }) => index)
    .filter((index) => at(amounts, index) > 0n)
    .sort((left, right) => {
      const [here, there] = [
        at(caps, left) * at(amounts, right),
        at(caps, right) * at(amounts, left),
      ];
      return here === there ? left - right : here < there ? -1 : 1;
    });
  return {
    amounts,
    caps,
    sellCount: sells.length,
    floor: floorOfCash,
    targetCash: generated.targetCash,
    byRoom,
  };
}

/** The money before the first event. */
export function opening(generated: Generated, book: Book, cash: bigint): Money {
  const original = total(book.amounts.slice(book.sellCount));
  return {
    cash,
    sells: legOf(generated.sells, generated.sells),
    buys: legOf(original, generated.buys),
    pinned: new Map(),
    pinnedOpen: 0n,
    toUnderlying: 0n,
    residual: 0n,
    corrections: 0n,
    next: 0,
    state: 'EXECUTING',
    adjusted: false,
  };
}

/** A leg of which nothing has been dispatched. */
export function legOf(base: bigint, sum: bigint): Leg {
  return { base, total: sum, seen: 0n, paid: 0n };
}

/** What the open part of a leg adds up to. */
export function openOf(leg: Leg): bigint {
  return leg.total - leg.paid;
}

/** P: the cash when everything open executes as planned. */
export function projected(money: Money): bigint {
  return money.cash + openOf(money.sells) + money.pinnedOpen - openOf(money.buys);
}

/** The amount of the next action. */
export function nextAmount(book: Book, money: Money): bigint {
  const { next } = money;
  const pin = money.pinned.get(next);
  if (pin !== undefined) return pin;
  const leg = next < book.sellCount ? money.sells : money.buys;
  if (leg.base === 0n) return 0n;
  return floor((leg.seen + at(book.amounts, next)) * leg.total, leg.base) - leg.paid;
}

/** Takes the next action out of its leg: its original amount is seen, its amount paid. */
export function leave(book: Book, money: Money): void {
  const { next } = money;
  const sum = nextAmount(book, money);
  money.next += 1;
  if (money.pinned.delete(next)) {
    money.pinnedOpen -= sum;
    return;
  }
  const leg = next < book.sellCount ? money.sells : money.buys;
  leg.seen += at(book.amounts, next);
  leg.paid += sum;
}

/** A price difference of a sell: a gain to the underlying, of a loss what its cushion can take. */
export function bookSlip(money: Money, slip: bigint, cushion: bigint): void {
  const taken = least(slip, cushion);
  const rest = slip - taken;
  const shrink = least(rest, openOf(money.buys));
  money.toUnderlying -= taken;
  money.residual += rest - shrink;
  shrinkBuys(money, shrink);
}

/** Lets the open buys come to less; a leg whose total stays is not rescaled. */
export function shrinkBuys(money: Money, by: bigint): void {
  if (by === 0n) return;
  const { buys } = money;
  money.buys = legOf(buys.base - buys.seen, openOf(buys) - by);
}

/** Two-leg scaling of the part that a sell did not fill, above 0. */
export function scale(book: Book, money: Money, unfilled: bigint): Recalibration {
  const buys = openOf(money.buys);
  const before = openOf(money.sells) + money.pinnedOpen;
  const pins: { readonly index: number; readonly amount: bigint }[] = [];
  let base = money.sells.base - money.sells.seen;
  let sells = openOf(money.sells);
  let failed = unfilled;
  let up = raised(failed, sells, buys);
  for (const index of book.byRoom) {
    if (index < money.next || money.pinned.has(index)) continue;
    const [original, cap] = [at(book.amounts, index), at(book.caps, index)];
    if (original * (sells + up) <= cap * base) break;
    const share = least(floor(original * sells, base), cap);
    base -= original;
    sells -= share;
    failed -= cap - share;
    money.pinned.set(index, cap);
    money.pinnedOpen += cap;
    pins.push({ index, amount: cap });
    up = raised(failed, sells, buys);
  }
  const down = least(failed - up, buys);
  const residual = failed - up - down;
  money.sells = legOf(base, sells + up);
  money.buys = legOf(money.buys.base - money.buys.seen, buys - down);
  money.residual += residual;
  return {
    failed: unfilled,
    ...(sells + buys > 0n && { factor: decimalText(failed, sells + buys) }),
    sellsBefore: before,
    sellsAfter: openOf(money.sells) + money.pinnedOpen,
    buysBefore: buys,
    buysAfter: openOf(money.buys),
    pins,
    residual,
  };
}

function raised(failed: bigint, sells: bigint, buys: bigint): bigint {
  return sells + buys > 0n ? floor(failed * sells, sells + buys) : 0n;
}

/** Passes over actions whose share is 0 and ends a run that has no action left. */
export function advance(book: Book, money: Money): void {
  while (money.state === 'EXECUTING') {
    if (money.next >= book.amounts.length) {
      money.state = money.adjusted ? 'COMPLETED_ADJUSTED' : 'COMPLETED';
      return;
    }
    if (nextAmount(book, money) !== 0n || at(book.amounts, money.next) === 0n) return;
    leave(book, money);
    money.adjusted = true;
  }
}

/** Ends a run early: what is open is neither raised nor spent, the difference is the underlying's. */
export function close(money: Money, state: string): void {
  money.toUnderlying += openOf(money.buys) - openOf(money.sells) - money.pinnedOpen;
  money.sells = legOf(0n, 0n);
  money.buys = legOf(0n, 0n);
  money.pinned.clear();
  money.pinnedOpen = 0n;
  money.state = state;
}

/** The invariant: no money is made or lost, and every open buy is funded once the sells are done. */
export function checkInvariant(path: string, book: Book, money: Money): void {
  const { toUnderlying, residual, corrections, cash } = money;
  const owed = book.targetCash + toUnderlying - residual + corrections;
  must(path, projected(money) === owed, projected(money), `conservation: ${owed}`);
  for (const one of [openOf(money.sells), openOf(money.buys), money.pinnedOpen, residual]) {
    must(path, one >= 0n, one, 'no amount below 0');
  }
  if (money.next < book.sellCount) return;
  const funded = openOf(money.buys) <= most(0n, cash);
  must(path, funded, openOf(money.buys), `open buys of at most the cash of ${cash}`);
}

/** The value at a place that is known to exist. */
export function at(values: readonly bigint[], place: number): bigint {
  return values[place] ?? refuse('rebalance.actions', `no action ${place}`, 'an action');
}
