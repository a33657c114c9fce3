import { performance } from 'node:perf_hooks';
import loadHighs from 'highs';
import { contentHash, TAGS } from '@trimtab/canonical';
import {
  allocationOf,
  buildPlan,
  exactProblemOf,
  linearProgramOf,
  solve,
  targetsDocument,
  targetsOf,
  type LinearProgram,
  type RoundsProblem,
} from '@trimtab/solver/domain';
import { atLeast, best, rounded, type BenchRow } from './bench-row.js';
import { drawProblem, drawsFrom } from './solver-population.js';

const SEED = 20260718;
const GOAL_AT = 100;
const GOAL = 50;

/** The pure solve of 12 to 10 000 strategies, against HiGHS on the same problem. */
export async function solverRows(): Promise<BenchRow[]> {
  // The package's types are those of CommonJS, where the loader is a member of the module.
  const load = loadHighs as unknown as typeof loadHighs.default;
  const highs = await load();
  return [12, 100, 1_000, 10_000].map((count) => {
    const problem = drawProblem(drawsFrom(SEED), {
      strategies: count,
      protocols: Math.max(3, Math.ceil(count / 10)),
    });
    const program = programOf(problem);
    const times = count > 1_000 ? 10 : 200;
    const oursMs = best(times, () => timed(() => hashedWeights(problem)));
    const highsMs = best(Math.ceil(times / 4), () => timed(() => byHighs(highs, program)));
    const row = {
      name: `score, allocate, hash ${count} strategies`,
      measured: `${rounded(oursMs)} ms`,
      floor: `${rounded(highsMs)} ms in HiGHS`,
      ratio: highsMs / oursMs,
    };
    return count === GOAL_AT ? atLeast(GOAL, row) : atLeast(1, row);
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
  const definitions = strategies.map(({ strategy }) => strategy);
  return contentHash(TAGS.targets, targetsDocument(targetsOf(definitions, allocation.weights)));
}

function programOf(problem: RoundsProblem): LinearProgram {
  const built = buildPlan(problem);
  if (!built.ok) throw new Error(built.error.message);
  return linearProgramOf(exactProblemOf(allocationOf(built.value)));
}

type Highs = Awaited<ReturnType<typeof loadHighs.default>>;

/** HiGHS is given the scores: it builds its model, solves it and hands the weights over. */
function byHighs(highs: Highs, { columns, rows }: LinearProgram): void {
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
  model.run();
  model.getSolution();
  model.dispose();
}
