import { invariant } from '@trimtab/core';
import type { Allocation, AllocationProblem } from '../allocate.js';
import { exactProblemOf, type ExactProblem } from './exact-problem.js';
import { findOptimum } from './optimum.js';
import { pricesAt, type Prices } from './prices.js';
import { proveOptimum } from './proof.js';

/** An optimum that its prices prove. */
export interface ProvenOptimum {
  readonly problem: ExactProblem;
  /** By the index of the items. */
  readonly weights: readonly number[];
  readonly prices: Prices;
  /** Σ weight · score, the most that any weights can reach. */
  readonly objective: bigint;
}

/** The optimum of an allocation, with its proof; the hint is a price of the exotic cap to begin at. */
export function solveExactly(allocation: AllocationProblem, hint?: number): ProvenOptimum {
  const problem = exactProblemOf(allocation);
  const { weights, exoticPriceBps } = findOptimum(problem, hint);
  const prices = pricesAt(problem, exoticPriceBps);
  const proof = proveOptimum(problem, weights, prices);
  invariant(proof.ok, proof.ok ? '' : `the optimum is proven: ${proof.error}`);
  return { problem, weights, prices, objective: proof.value };
}

/** Allocates by the optimum: mode EXACT. There are no rounds. */
export function allocateExactly(allocation: AllocationProblem, hint?: number): Allocation {
  const { problem, weights } = solveExactly(allocation, hint);
  const entries = problem.items.map(
    ({ strategyId }, rank) => [strategyId, weights[rank] ?? 0] as const,
  );
  const allocated = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    rounds: [],
    weights: new Map(entries.filter(([, weightBps]) => weightBps > 0)),
    idleBps: problem.totalLimitBps - allocated,
  };
}
