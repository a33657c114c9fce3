// The thread that runs HiGHS (WebAssembly). Plain JavaScript, so that a thread can load it as it is
// from the sources and from the build. It answers one message at a time: { id, program } in,
// { id, answer } or { id, fault } out.
import { parentPort } from 'node:worker_threads';
import loadHighs from 'highs';

// The package's types are those of CommonJS, where the loader is a member; here it is the module itself.
const load = /** @type {typeof loadHighs.default} */ (/** @type {unknown} */ (loadHighs));
const highs = await load();

/**
 * Solves a program with fresh native state, so that an answer depends on nothing before it.
 *
 * @param {import('../../domain/exact/linear-program.js').LinearProgram} program
 * @returns {import('../../domain/exact/linear-program.js').LinearAnswer}
 */
function solve({ columns, rows }) {
  if (columns.length === 0) {
    return { values: [], columnPrices: [], rowPrices: rows.map(() => 0) };
  }
  const indices = rows.flatMap(({ members }) => [...members]);
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
      format: 'csr',
      numRows: rows.length,
      numCols: columns.length,
      starts,
      indices,
      values: indices.map(() => 1),
    },
  });
  try {
    // The simplex method ends at a vertex; only vertices are whole.
    model.options.set({ output_flag: false, solver: 'simplex' });
    const { modelStatus } = model.run();
    if (modelStatus !== highs.constants.modelStatus.optimal) {
      throw new Error(`HiGHS ended with model status ${modelStatus}`);
    }
    const { colValue, colDual, rowDual } = model.getSolution();
    return {
      values: [...colValue],
      // A reduced cost below 0 belongs to the lower bound 0, which has no price here.
      columnPrices: [...colDual].map((price) => Math.max(0, price)),
      rowPrices: [...rowDual],
    };
  } finally {
    model.dispose();
  }
}

parentPort?.on('message', ({ id, program }) => {
  try {
    parentPort?.postMessage({ id, answer: solve(program) });
  } catch (error) {
    parentPort?.postMessage({ id, fault: error instanceof Error ? error.message : String(error) });
  }
});
