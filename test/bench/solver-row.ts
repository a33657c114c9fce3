import { performance } from 'node:perf_hooks';
import loadHighs from 'highs';
import {
  exactProblemOf,
  linearProgramOf,
  solve,
  targetsHash,
  targetsOf,
  type AllocationProblem,
  type RoundsProblem,
} from '@trimtab/solver/domain';
import { atLeast, atMost, best, rounded, type BenchRow } from './bench-row.js';
import { drawProblem, drawsFrom } from './solver-population.js';

const SEED = 20260718;
const GOAL_AT = 100;
const GOAL = 50;

/**
 * The pure solve of 12 to 10 000 strategies, against HiGHS on the same problem, and how its time grows.
 * HiGHS is given the scores: its time is the program of the allocation, its model, the solve, and the
 * weights in whole bps, all as the service's own thread of HiGHS does it. That is the faster of its two
 * interfaces; through a model in text it needs nearly twice as long.
 */
export async function solverRows(): Promise<BenchRow[]> {
  // The package's types are those of CommonJS, where the loader is a member of the module.
  const load = loadHighs as unknown as typeof loadHighs.default;
  const highs = await load();
  const sizes = [12, 100, 1_000, 10_000].map((count) => measure(highs, count));
  const rows = sizes.flatMap(({ count, oursMs, hashMs, highsMs }) => {
    const floor = `${rounded(highsMs)} ms in HiGHS`;
    const row = (name: string, ms: number) => ({
      ...{ name, measured: `${rounded(ms)} ms`, floor, ratio: highsMs / ms },
    });
    const solved = row(`score, allocate, hash ${count} strategies`, oursMs);
    if (count !== GOAL_AT) return [atLeast(1, solved)];
    const hashed = row('of that, the text of the weights and its SHA-256', hashMs);
    return [atLeast(GOAL, solved), atLeast(GOAL, hashed)];
  });
  return [...rows, growthRow(sizes)];
}

interface Measured {
  readonly count: number;
  readonly oursMs: number;
  readonly hashMs: number;
  readonly highsMs: number;
}

function measure(highs: Highs, count: number): Measured {
  const problem = drawProblem(drawsFrom(SEED), {
    strategies: count,
    protocols: Math.max(3, Math.ceil(count / 10)),
  });
  const { strategies, policy, manager } = problem;
  const { assessed, allocation, reserveBps } = solve({ strategies, policy, manager });
  const targets = targetsOf(strategies, allocation.weights);
  const program = { candidates: assessed.candidates, policy, reserveBps };
  const times = count > 1_000 ? 40 : 2_000;
  return {
    count,
    oursMs: best(times, () => timed(() => hashedWeights(problem))),
    hashMs: best(times, () => timed(() => targetsHash(targets))),
    highsMs: best(count > 1_000 ? 20 : 200, () => timed(() => byHighs(highs, program))),
  };
}

/** Time per strategy and per doubling, which does not grow when a solve is O(n log n). */
function growthRow(sizes: readonly Measured[]): BenchRow {
  const perUnit = (count: number): number => {
    const found = sizes.find((size) => size.count === count);
    if (found === undefined) throw new Error(`${count} strategies were not measured`);
    return (found.oursMs * 1e6) / (count * Math.log2(count));
  };
  const [few, many] = [perUnit(1_000), perUnit(10_000)];
  return atMost(2, {
    name: 'score, allocate, hash: ns per n · log2(n), 10 000 strategies to 1 000',
    measured: `${rounded(many)} ns`,
    floor: `${rounded(few)} ns`,
    ratio: many / few,
  });
}

function timed(run: () => void): number {
  const begin = performance.now();
  run();
  return performance.now() - begin;
}

/** Scores, reserve, candidates, rounds, metrics, and the hash of the weights. */
function hashedWeights({ strategies, policy, manager }: RoundsProblem): string {
  const { allocation } = solve({ strategies, policy, manager });
  return targetsHash(targetsOf(strategies, allocation.weights));
}

type Highs = Awaited<ReturnType<typeof loadHighs.default>>;

function byHighs(highs: Highs, problem: AllocationProblem): readonly number[] {
  const { columns, rows } = linearProgramOf(exactProblemOf(problem));
  const indices = rows.flatMap(({ members }) => members);
  const starts = [0];
  for (const { members } of rows) starts.push((starts.at(-1) ?? 0) + members.length);
  const model = highs.createModel({
    numCols: columns.length,
    numRows: rows.length,
    sense: highs.constants.objectiveSense.maximize,
    colCost: columns.map(({ worth }) => worth),
    colLower: columns.map(() => 0),
    colUpper: columns.map(({ limit }) => limit),
    rowLower: rows.map(() => -highs.infinity),
    rowUpper: rows.map(({ limit }) => limit),
    matrix: {
      ...{ format: 'csr', numRows: rows.length, numCols: columns.length, starts, indices },
      values: indices.map(() => 1),
    },
  });
  model.options.set({ output_flag: false });
  const { modelStatus } = model.run();
  if (modelStatus !== highs.constants.modelStatus.optimal)
    throw new Error('HiGHS found no optimum');
  const weights = Array.from(model.getSolution().colValue, Math.round);
  model.dispose();
  return weights;
}
