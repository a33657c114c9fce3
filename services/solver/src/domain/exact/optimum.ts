import { invariant } from '@trimtab/core';
import type { ExactProblem } from './exact-problem.js';
import {
  ranksOf,
  turnedUpTo,
  UNPRICED,
  visitInOrder,
  type PricePoint,
  type Ranks,
} from './priced-order.js';

/** The one optimum that the rules choose among all. */
export interface Optimum {
  /** By the index of the items, whole bps. */
  readonly weights: readonly number[];
  /** The smallest whole price of the exotic cap at which the optimum is one. */
  readonly exoticPriceBps: number;
}

/**
 * Finds the lexicographically largest optimum, in the order (score descending, id ascending), with
 * integers alone.
 *
 * Without the exotic cap the caps are one laminar family, and taking the items one after another, each
 * as far as it fits, is optimal (Edmonds, 1970). The exotic cap gets a price that every exotic bps
 * pays; the higher it is, the fewer exotic bps are taken, so the price at which they fit is found by
 * halving. At that price one pair of neighbours in the order, an exotic item and a plain one (or cash),
 * decides: before it turns too many exotic bps are taken, after it too few or just enough. Neighbours
 * share what the rest leaves them, so the missing bps move from the plain one to the exotic one and
 * nothing else changes.
 *
 * The order at every step is that of the scores plus infinitesimals that fall with the rank, so the
 * optimum found is the greatest under (Σ w·S, then w1, then w2, …). With at most about 60 passes over
 * the sorted items this takes O(n log(score)).
 *
 * @param hint what another solver holds for the price of the exotic cap; it only makes the search
 *   shorter, and any number gives the same optimum
 */
export function findOptimum(problem: ExactProblem, hint?: number): Optimum {
  const ranks = ranksOf(problem);
  const fits = (point: PricePoint): boolean =>
    exoticOf(problem, fillAt(problem, ranks, point)) <= problem.exoticLimitBps;
  const free = fillAt(problem, ranks, UNPRICED);
  if (exoticOf(problem, free) <= problem.exoticLimitBps) {
    return { weights: free, exoticPriceBps: 0 };
  }
  const highest = problem.items.reduce((most, { scoreBps }) => Math.max(most, scoreBps), 0);
  const priceBps = smallestPrice(highest, hint, (price) => fits(turnedUpTo(price)));
  // The last exotic item whose pairs must turn, and of its pairs the last that must.
  const exoticIndex = smallestWhere(0, ranks.exotic.length - 1, (fromEnd) =>
    fits({ priceBps, exoticRank: exoticFromEnd(ranks, fromEnd), plainRank: problem.items.length }),
  );
  const exoticRank = exoticFromEnd(ranks, exoticIndex);
  const plainIndex = smallestWhere(0, ranks.plain.length, (index) =>
    fits({ priceBps, exoticRank, plainRank: ranks.plain[index] ?? problem.items.length }),
  );
  const plainRank = ranks.plain[plainIndex] ?? problem.items.length;
  const weights = fillAt(problem, ranks, { priceBps, exoticRank, plainRank });
  const missing = problem.exoticLimitBps - exoticOf(problem, weights);
  weights[exoticRank] = (weights[exoticRank] ?? 0) + missing;
  // Cash, which is no item, gives what it has.
  if (plainRank < weights.length) weights[plainRank] = (weights[plainRank] ?? 0) - missing;
  return { weights, exoticPriceBps: priceBps };
}

/** Takes the items in the order of the point, each as far as all caps but the exotic one let it. */
function fillAt(problem: ExactProblem, ranks: Ranks, point: PricePoint): number[] {
  const { items, protocols } = problem;
  const weights = new Array<number>(items.length).fill(0);
  const rest = protocols.map(({ limitBps }) => limitBps);
  let remaining = problem.totalLimitBps;
  visitInOrder(problem, ranks, point, (rank) => {
    const item = items[rank];
    invariant(item !== undefined, 'every rank has an item');
    const room = rest[item.protocol] ?? 0;
    const taken = Math.min(item.limitBps, room, remaining);
    weights[rank] = taken;
    rest[item.protocol] = room - taken;
    remaining -= taken;
    return remaining > 0;
  });
  return weights;
}

function exoticOf({ items }: ExactProblem, weights: readonly number[]): number {
  return items.reduce((sum, { exotic }, rank) => sum + (exotic ? (weights[rank] ?? 0) : 0), 0);
}

function exoticFromEnd({ exotic }: Ranks, fromEnd: number): number {
  return exotic[exotic.length - 1 - fromEnd] ?? 0;
}

/** The smallest price that fits, looked for at the hint first. */
function smallestPrice(
  highest: number,
  hint: number | undefined,
  fits: (price: number) => boolean,
): number {
  if (hint !== undefined && Number.isSafeInteger(hint) && hint >= 0 && hint <= highest) {
    if (!fits(hint)) return smallestWhere(hint + 1, highest, fits);
    if (hint === 0 || !fits(hint - 1)) return hint;
    return smallestWhere(0, hint - 1, fits);
  }
  return smallestWhere(0, highest, fits);
}

/** The smallest whole number of the range for which a monotone test holds; it holds for the last. */
function smallestWhere(from: number, to: number, holds: (value: number) => boolean): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
