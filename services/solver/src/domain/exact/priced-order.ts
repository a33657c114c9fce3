import type { ExactProblem } from './exact-problem.js';

/**
 * Where the price of the exotic cap stands. An exotic strategy goes before a plain one when it scores
 * more than `priceBps` above it. At a difference of exactly `priceBps` the pairs turn one by one, from
 * the last exotic strategy to the first, and for each from the first plain strategy to the last: that
 * is the order in which they turn when the first strategy is worth an infinitesimal more, the second
 * an infinitesimal of that, and so on, and it is what makes the optimum the lexicographically largest.
 */
export interface PricePoint {
  readonly priceBps: number;
  /** Of the pairs at the price, those of exotic items from this rank on have turned. */
  readonly exoticRank: number;
  /** Of this very exotic item, the pairs with plain items up to this rank have turned. */
  readonly plainRank: number;
}

/** No price: the order is that of the ranks, and no pair has turned. */
export const UNPRICED: PricePoint = { priceBps: -1, exoticRank: 0, plainRank: 0 };

/** Every pair whose difference is at most the price has turned. */
export function turnedUpTo(priceBps: number): PricePoint {
  return { priceBps, exoticRank: -1, plainRank: -1 };
}

/** The ranks of the exotic items and of the others, ascending. */
export interface Ranks {
  readonly exotic: readonly number[];
  readonly plain: readonly number[];
}

/** Divides the items. */
export function ranksOf({ items }: ExactProblem): Ranks {
  const exotic: number[] = [];
  const plain: number[] = [];
  items.forEach((item, rank) => (item.exotic ? exotic : plain).push(rank));
  return { exotic, plain };
}

/**
 * Visits the items in the order of the point until `visit` says stop. Cash comes last among the plain
 * items, with a score of 0: an exotic item that its price makes worth less than cash is not visited.
 */
export function visitInOrder(
  problem: ExactProblem,
  ranks: Ranks,
  point: PricePoint,
  visit: (rank: number) => boolean,
): void {
  const { items } = problem;
  const { exotic, plain } = ranks;
  const cashRank = items.length;
  const scoreAt = (rank: number): number => items[rank]?.scoreBps ?? 0;
  let nextExotic = 0;
  let nextPlain = 0;
  for (;;) {
    const exoticRank = exotic[nextExotic];
    const plainRank = plain[nextPlain] ?? cashRank;
    if (exoticRank !== undefined && goesBefore(exoticRank, plainRank, scoreAt, point)) {
      nextExotic += 1;
      if (!visit(exoticRank)) return;
    } else if (plainRank === cashRank) {
      return;
    } else {
      nextPlain += 1;
      if (!visit(plainRank)) return;
    }
  }
}

function goesBefore(
  exoticRank: number,
  plainRank: number,
  scoreAt: (rank: number) => number,
  point: PricePoint,
): boolean {
  const difference = scoreAt(exoticRank) - scoreAt(plainRank);
  if (difference !== point.priceBps) return difference > point.priceBps && exoticRank < plainRank;
  // Equal scores: whoever has the lower rank was before and stays so.
  if (exoticRank > plainRank) return false;
  if (exoticRank !== point.exoticRank) return exoticRank < point.exoticRank;
  return plainRank > point.plainRank;
}
