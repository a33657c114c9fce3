import { max } from '@trimtab/decimal';
import { openBase, openTotal } from './leg.js';
import { pinCandidate } from './pins.js';
import type { RebalanceProgram } from './program.js';
import {
  openBuys,
  openSells,
  projectedCash,
  type RebalanceLifecycle,
  type RebalanceState,
} from './rebalance-state.js';

/**
 * The invariants of a rebalance (order generation rules, section 4), checked after every step by
 * totals and the first candidate for pinning, never by a pass over the actions.
 */

const CLOSED: ReadonlySet<RebalanceLifecycle> = new Set([
  'COMPLETED',
  'COMPLETED_ADJUSTED',
  'CANCELLED',
  'EXPIRED',
  'ABORTED',
]);

/** Names the first invariant that a state breaks; absent when all hold. */
export function breachOf(
  program: RebalanceProgram,
  before: RebalanceState,
  after: RebalanceState,
): string | undefined {
  return (
    conservation(program, after) ??
    signs(after) ??
    caps(program, after) ??
    funding(program, after) ??
    progress(program, before, after)
  );
}

function conservation(program: RebalanceProgram, state: RebalanceState): string | undefined {
  const left = projectedCash(state);
  const right = program.targetCash + state.toUnderlying - state.residual + state.corrections;
  if (left === right) return undefined;
  return `cash + open sells - open buys is ${left}, the target with what it lost and gained is ${right}`;
}

function signs(state: RebalanceState): string | undefined {
  const amounts: readonly (readonly [string, bigint])[] = [
    ['open sells', openTotal(state.sells)],
    ['open base of the sells', openBase(state.sells)],
    ['open buys', openTotal(state.buys)],
    ['open base of the buys', openBase(state.buys)],
    ['pinned sells', state.pinnedOpen],
    ['residual', state.residual],
  ];
  const negative = amounts.find(([, amount]) => amount < 0n);
  return negative === undefined ? undefined : `${negative[0]} is ${negative[1]}, below 0`;
}

/** All sells share one factor, so if the one with the smallest cap ratio keeps its cap, all do. */
function caps(program: RebalanceProgram, state: RebalanceState): string | undefined {
  if (CLOSED.has(state.state)) return undefined;
  const candidate = pinCandidate(program, state.pinCursor);
  if (candidate === undefined) return undefined;
  const { index, amount, cap } = candidate;
  if (amount * state.sells.total <= cap * state.sells.base) return undefined;
  return `the share of sell ${index} is above its cap ${cap}`;
}

function funding(program: RebalanceProgram, state: RebalanceState): string | undefined {
  if (state.nextIndex < program.sellCount && !CLOSED.has(state.state)) return undefined;
  if (openSells(state) !== 0n) return `the sell leg is done and ${openSells(state)} is still open`;
  const funds = max(0n, state.cash);
  if (openBuys(state) <= funds) return undefined;
  return `open buys of ${openBuys(state)} exceed the cash ${state.cash}`;
}

function progress(
  program: RebalanceProgram,
  before: RebalanceState,
  after: RebalanceState,
): string | undefined {
  if (after.nextIndex < before.nextIndex) return `index ${after.nextIndex} is processed already`;
  const done = CLOSED.has(after.state) || after.nextIndex >= program.amounts.length;
  return done && openBuys(after) !== 0n
    ? `no buy is left and ${openBuys(after)} is open`
    : undefined;
}
