import type { ExactProblem } from './exact-problem.js';
import type { Prices } from './prices.js';
import { proveOptimum } from './proof.js';

/** Maximize Σ worth · x with 0 ≤ x ≤ limit, where the members of each row sum to at most its limit. */
export interface LinearProgram {
  readonly columns: readonly { readonly worth: number; readonly limit: number }[];
  readonly rows: readonly LinearRow[];
}

/** A sum with a limit. */
export interface LinearRow {
  readonly limit: number;
  /** Indices of columns, ascending. */
  readonly members: readonly number[];
}

/** What a solver in floating point answers; nothing of it is believed before it is checked. */
export interface LinearAnswer {
  readonly values: readonly number[];
  /** The gain for one more of each column's limit. */
  readonly columnPrices: readonly number[];
  /** The gain for one more of each row's limit. */
  readonly rowPrices: readonly number[];
}

/** The program in rows and columns: all together, the exotic ones, then one row per protocol. */
export function linearProgramOf(problem: ExactProblem): LinearProgram {
  const { items, protocols } = problem;
  const members = protocols.map((): number[] => []);
  items.forEach(({ protocol }, rank) => members[protocol]?.push(rank));
  return {
    columns: items.map(({ scoreBps, limitBps }) => ({ worth: scoreBps, limit: limitBps })),
    rows: [
      { limit: problem.totalLimitBps, members: items.map((_, rank) => rank) },
      {
        limit: problem.exoticLimitBps,
        members: items.flatMap(({ exotic }, rank) => (exotic ? [rank] : [])),
      },
      ...protocols.map(({ limitBps }, index) => ({
        limit: limitBps,
        members: members[index] ?? [],
      })),
    ],
  };
}

/** An answer in whole numbers, and whether integers prove it. */
export interface WholeAnswer {
  /** Σ weight · score of the weights; present when they and the prices prove each other. */
  readonly provenObjective?: bigint;
  /** Why they do not; absent when they do. */
  readonly fault?: string;
  /** A hint for the search of the one optimum that the rules choose. */
  readonly exoticPriceBps: number;
}

/** The largest error of a solver in floating point that still counts as the whole number beside it. */
const ROUNDING = 1e-4;

/**
 * Rounds an answer to whole bps and whole prices. A vertex of the program is whole up to the solver's
 * tolerance; anything farther from a whole number than that is no vertex and proves nothing.
 */
export function judgeAnswer(problem: ExactProblem, answer: LinearAnswer): WholeAnswer {
  const weights = answer.values.map(whole);
  const rows = answer.rowPrices.map(whole);
  const prices: Prices = {
    total: rows[0] ?? 0,
    exotic: rows[1] ?? 0,
    protocols: problem.protocols.map((_, index) => rows[index + 2] ?? 0),
    items: answer.columnPrices.map(whole),
  };
  const exoticPriceBps = prices.exotic;
  const proof = proveOptimum(problem, weights, prices);
  return proof.ok
    ? { provenObjective: proof.value, exoticPriceBps }
    : { fault: proof.error, exoticPriceBps };
}

/** The whole number beside a value; the value itself, which no proof takes, if it is none. */
function whole(value: number): number {
  const near = Math.round(value);
  // Without the zero a small negative error would become −0.
  return Math.abs(value - near) <= ROUNDING ? near + 0 : value;
}
