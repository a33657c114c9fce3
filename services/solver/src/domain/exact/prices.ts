import { invariant } from '@trimtab/core';
import type { ExactProblem } from './exact-problem.js';
import { ranksOf, turnedUpTo, UNPRICED, visitInOrder } from './priced-order.js';

/** What one more bps of each limit is worth, whole: the dual of the program. */
export interface Prices {
  readonly exotic: number;
  readonly total: number;
  /** By the index of the protocols. */
  readonly protocols: readonly number[];
  /** By the index of the items. */
  readonly items: readonly number[];
}

/**
 * The optimal prices that go with an optimum. Optimal prices are not unique either; the ones chosen are
 * the smallest for the exotic cap, then for the total, then for each protocol, then for each strategy.
 * They exist whole, because the program is a network (`exact-problem.ts`).
 */
export function pricesAt(problem: ExactProblem, exoticPriceBps: number): Prices {
  const { items, protocols } = problem;
  const worthOf = (rank: number): number => {
    const item = items[rank];
    invariant(item !== undefined, 'every rank has an item');
    return item.scoreBps - (item.exotic ? exoticPriceBps : 0);
  };
  const order: number[] = [];
  const point = exoticPriceBps === 0 ? UNPRICED : turnedUpTo(exoticPriceBps);
  visitInOrder(problem, ranksOf(problem), point, (rank) => order.push(rank) > 0);
  const total = totalPrice(problem, order, worthOf);
  const byProtocol = protocolPrices(problem, order, (rank) => worthOf(rank) - total);
  return {
    exotic: exoticPriceBps,
    total,
    protocols: protocols.map((_, index) => byProtocol.get(index) ?? 0),
    items: items.map(({ protocol }, rank) =>
      Math.max(0, worthOf(rank) - total - (byProtocol.get(protocol) ?? 0)),
    ),
  };
}

/** The worth of the first item that no longer fits whole into the total. */
function totalPrice(
  { items, protocols, totalLimitBps }: ExactProblem,
  order: readonly number[],
  worthOf: (rank: number) => number,
): number {
  const rest = protocols.map(({ limitBps }) => limitBps);
  let used = 0;
  for (const rank of order) {
    const item = items[rank];
    invariant(item !== undefined, 'every rank has an item');
    const room = rest[item.protocol] ?? 0;
    const taken = Math.min(item.limitBps, room);
    rest[item.protocol] = room - taken;
    used += taken;
    if (used > totalLimitBps) return worthOf(rank);
  }
  return 0;
}

/** For each protocol the worth of its first item that no longer fits whole into its cap. */
function protocolPrices(
  { items, protocols }: ExactProblem,
  order: readonly number[],
  worthOf: (rank: number) => number,
): ReadonlyMap<number, number> {
  const used = protocols.map(() => 0);
  const prices = new Map<number, number>();
  for (const rank of order) {
    const item = items[rank];
    const worth = worthOf(rank);
    if (item === undefined || worth <= 0 || prices.has(item.protocol)) continue;
    const sum = (used[item.protocol] ?? 0) + item.limitBps;
    used[item.protocol] = sum;
    if (sum > (protocols[item.protocol]?.limitBps ?? 0)) prices.set(item.protocol, worth);
  }
  return prices;
}
