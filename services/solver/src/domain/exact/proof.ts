import { err, ok, type Result } from '@trimtab/core';
import type { ExactProblem } from './exact-problem.js';
import type { Prices } from './prices.js';

/**
 * Proves with integers that weights are optimal: they keep every cap, the prices cover every score, and
 * what the weights earn is what the limits cost at those prices. By weak duality no weights earn more
 * than any prices that cover, so equal sums prove both. The error says what fails first.
 */
export function proveOptimum(
  problem: ExactProblem,
  weights: readonly number[],
  prices: Prices,
): Result<bigint, string> {
  const fault = primalFault(problem, weights) ?? dualFault(problem, prices);
  if (fault !== undefined) return err(fault);
  const earned = earnedBy(problem, weights);
  const cost = costOf(problem, prices);
  return earned === cost ? ok(earned) : err(`the weights earn ${earned}, the limits cost ${cost}`);
}

/** Σ weight · score. */
export function earnedBy({ items }: ExactProblem, weights: readonly number[]): bigint {
  return items.reduce(
    (sum, { scoreBps }, rank) => sum + BigInt(scoreBps) * BigInt(weights[rank] ?? 0),
    0n,
  );
}

/** Σ limit · price. */
function costOf(problem: ExactProblem, prices: Prices): bigint {
  let cost =
    BigInt(problem.totalLimitBps) * BigInt(prices.total) +
    BigInt(problem.exoticLimitBps) * BigInt(prices.exotic);
  problem.protocols.forEach(({ limitBps }, index) => {
    cost += BigInt(limitBps) * BigInt(prices.protocols[index] ?? 0);
  });
  problem.items.forEach(({ limitBps }, rank) => {
    cost += BigInt(limitBps) * BigInt(prices.items[rank] ?? 0);
  });
  return cost;
}

/** The first cap that weights break; undefined when they keep all. */
export function primalFault(problem: ExactProblem, weights: readonly number[]): string | undefined {
  const byProtocol = problem.protocols.map(() => 0);
  let exotic = 0;
  let total = 0;
  for (const [rank, item] of problem.items.entries()) {
    const weight = weights[rank] ?? 0;
    if (!Number.isSafeInteger(weight) || weight < 0 || weight > item.limitBps) {
      return `the weight of ${item.strategyId} is ${weight}, its limit ${item.limitBps}`;
    }
    byProtocol[item.protocol] = (byProtocol[item.protocol] ?? 0) + weight;
    if (item.exotic) exotic += weight;
    total += weight;
  }
  const over = problem.protocols.find(({ limitBps }, index) => (byProtocol[index] ?? 0) > limitBps);
  if (over !== undefined) return `protocol ${over.name} is above its limit ${over.limitBps}`;
  if (exotic > problem.exoticLimitBps) return `exotic strategies have ${exotic}`;
  return total > problem.totalLimitBps ? `all strategies together have ${total}` : undefined;
}

/** The first score that prices do not cover, or price below 0; undefined when they are sound. */
function dualFault(problem: ExactProblem, prices: Prices): string | undefined {
  const all = [prices.exotic, prices.total, ...prices.protocols, ...prices.items];
  if (!all.every((price) => Number.isSafeInteger(price) && price >= 0)) {
    return 'a price is not a whole number of 0 or more';
  }
  const short = problem.items.find((item, rank) => {
    const own = (prices.items[rank] ?? 0) + (prices.protocols[item.protocol] ?? 0);
    return own + prices.total + (item.exotic ? prices.exotic : 0) < item.scoreBps;
  });
  return short === undefined ? undefined : `the prices do not cover ${short.strategyId}`;
}
