import type { Json } from './canonical-text.js';
import { sameDocument } from './compare.js';
import { must, refuse, same } from './difference.js';
import { least, most } from './exact.js';
import { readEvent, type Event } from './event.js';
import { checkFilled, type Measure } from './filled.js';
import {
  advance,
  bookSlip,
  checkInvariant,
  close,
  leave,
  nextAmount,
  openOf,
  projected,
  scale,
  shrinkBuys,
  type Book,
  type Leg,
  type Money,
  type Recalibration,
} from './fold.js';
import { hashOf, TAGS } from './hash.js';
import { amount, count, digest, items, type Node } from './node.js';

/** The chain after its last event. */
export interface Checked {
  readonly hash: string;
  readonly events: readonly Event[];
  readonly money: Money;
}

/** What the chain starts from. */
export interface Start {
  readonly h0: string;
  readonly book: Book;
  readonly money: Money;
  readonly measure: Measure;
}

/** Folds every event again: its amount, its factor, its pins, the legs and the state after it. */
export function checkChain(node: Node, start: Start): Checked {
  const { book, money } = start;
  const events = items(node).map(readEvent);
  if (waitsForApproval(events)) money.state = 'AWAITING_APPROVAL';
  else advance(book, money);
  let hash = start.h0;
  for (const [place, event] of events.entries()) {
    same(event.previous.path, digest(event.previous), hash);
    same(event.sequence.path, count(event.sequence), place + 1);
    const recalibration = step(start, event);
    sameDocument(
      `${event.path}.recalibration`,
      event.recalibration?.value,
      recalibration && recalibrationDocument(recalibration),
    );
    sameDocument(event.after.path, event.after.value, stateDocument(money));
    if (money.state !== 'FAULTED') checkInvariant(event.after.path, book, money);
    hash = hashOf(TAGS.event, event.node.value);
  }
  return { hash, events, money };
}

/** Only a rebalance that waits for an approval is approved, or closed without an open action. */
function waitsForApproval(events: readonly Event[]): boolean {
  const first = events.find(({ kind }) => kind !== 'CORRECTION' && kind !== 'FAULT');
  if (first === undefined) return stateIn(events[0]) === 'AWAITING_APPROVAL';
  const state = stateIn(first);
  return (
    first.kind === 'APPROVE' ||
    (first.kind === 'CANCEL' && state === 'CANCELLED') ||
    (first.kind === 'EXPIRE' && state === 'EXPIRED')
  );
}

function stateIn(event: Event | undefined): unknown {
  const value = event?.after.value;
  return typeof value === 'object' && value !== null && 'state' in value
    ? value['state']
    : undefined;
}

function step(start: Start, event: Event): Recalibration | undefined {
  const { book, money } = start;
  switch (event.kind) {
    case 'RESULT':
      return settle(start, event);
    case 'CORRECTION':
      correct(book, money, event);
      return undefined;
    case 'APPROVE':
      from(event, money, ['AWAITING_APPROVAL']);
      money.state = 'EXECUTING';
      advance(book, money);
      return undefined;
    case 'CANCEL':
      stop(event, money, 'CANCELLING', 'CANCELLED');
      return undefined;
    case 'EXPIRE':
      stop(event, money, 'EXPIRING', 'EXPIRED');
      return undefined;
    case 'FAULT':
      from(event, money, ['AWAITING_APPROVAL', 'EXECUTING', 'CANCELLING', 'EXPIRING']);
      money.state = 'FAULTED';
      return undefined;
  }
}

function from(event: Event, money: Money, states: readonly string[]): void {
  must(
    `${event.path}.kind`,
    states.includes(money.state),
    `${event.kind} in ${money.state}`,
    states.join(', '),
  );
}

function stop(event: Event, money: Money, waiting: string, ended: string): void {
  from(event, money, ['AWAITING_APPROVAL', 'EXECUTING']);
  if (money.state === 'AWAITING_APPROVAL') close(money, ended);
  else money.state = waiting;
}

function settle({ book, money, measure }: Start, event: Event): Recalibration | undefined {
  from(event, money, ['EXECUTING', 'CANCELLING', 'EXPIRING']);
  same(`${event.path}.index`, event.index ?? -1, money.next);
  const index = money.next;
  const due = nextAmount(book, money);
  const [stated, filledNode] = [
    need(event, event.amount, 'amount'),
    need(event, event.filled, 'filled'),
  ];
  same(stated.path, amount(stated), due);
  const filled = amount(filledNode);
  must(filledNode.path, filled >= 0n && filled <= due, filled, `0 to ${due}`);
  const moved = event.cashMoved ?? 0n;
  checkFilled(measure, event, { index, due, filled, cash: money.cash });
  const original = book.amounts[index] ?? 0n;
  const sells = index < book.sellCount;
  const recalibration = sells ? settleSell(book, money, { due, filled, moved }) : undefined;
  if (!sells) settleBuy(book, money, due, moved);
  const complete = sells
    ? filled === due
    : event.execType === 'FILL' || (due > 0n && filled === due);
  if (!complete || due !== original) money.adjusted = true;
  const refused = event.reason === 'PLAN_HASH_MISMATCH' || event.reason === 'BUNDLE_HASH_MISMATCH';
  if (refused) close(money, 'ABORTED');
  else if (money.state === 'CANCELLING') close(money, 'CANCELLED');
  else if (money.state === 'EXPIRING') close(money, 'EXPIRED');
  else advance(book, money);
  return recalibration;
}

function need(event: Event, node: Node | undefined, name: string): Node {
  return node ?? refuse(`${event.path}.${name}`, 'absent', 'a value');
}

function settleSell(
  book: Book,
  money: Money,
  { due, filled, moved }: { readonly due: bigint; readonly filled: bigint; readonly moved: bigint },
): Recalibration | undefined {
  const cushion = most(0n, projected(money) - book.floor);
  leave(book, money);
  money.cash += moved;
  bookSlip(money, filled - moved, cushion);
  return filled < due ? scale(book, money, due - filled) : undefined;
}

function settleBuy(book: Book, money: Money, due: bigint, moved: bigint): void {
  leave(book, money);
  money.cash -= moved;
  money.toUnderlying += due - moved;
}

function correct(book: Book, money: Money, event: Event): void {
  must(`${event.path}.kind`, money.state !== 'FAULTED', 'CORRECTION in FAULTED', 'no correction');
  if (event.index !== undefined) {
    must(`${event.path}.index`, event.index < money.next, event.index, `below ${money.next}`);
  }
  const cash = event.cashMoved ?? 0n;
  const cushion = most(0n, projected(money) - book.floor);
  const shrink = least(most(0n, -cash - cushion), openOf(money.buys));
  money.cash += cash;
  money.corrections += cash;
  money.toUnderlying += shrink;
  shrinkBuys(money, shrink);
}

function recalibrationDocument(one: Recalibration): Json {
  return {
    failed: one.failed.toString(),
    ...(one.factor !== undefined && { factor: one.factor }),
    sellsBefore: one.sellsBefore.toString(),
    sellsAfter: one.sellsAfter.toString(),
    buysBefore: one.buysBefore.toString(),
    buysAfter: one.buysAfter.toString(),
    pins: one.pins.map((pin) => ({ index: pin.index, amount: pin.amount.toString() })),
    residual: one.residual.toString(),
  };
}

function stateDocument(money: Money): Json {
  return {
    cash: money.cash.toString(),
    sells: legDocument(money.sells),
    buys: legDocument(money.buys),
    pinnedOpen: money.pinnedOpen.toString(),
    toUnderlying: money.toUnderlying.toString(),
    residual: money.residual.toString(),
    corrections: money.corrections.toString(),
    nextIndex: money.next,
    state: money.state,
  };
}

function legDocument(leg: Leg): Json {
  return {
    base: leg.base.toString(),
    total: leg.total.toString(),
    seen: leg.seen.toString(),
    paid: leg.paid.toString(),
  };
}
