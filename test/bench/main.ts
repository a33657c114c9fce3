import { useSha256 } from '@trimtab/canonical';
import { nodeSha256 } from '@trimtab/lifecycle';
import { memorySpans } from '@trimtab/testkit';
import { startBenchWorld } from './bench-world.js';
import { dispatchRow } from './dispatch-row.js';
import { generationRow } from './generation-row.js';
import { observationsRow } from './observations-row.js';
import { previewRow } from './preview-row.js';
import { rebalancesRow } from './rebalances-row.js';
import { recalibrationRow } from './recalibration-row.js';
import { solverRows } from './solver-row.js';

/**
 * The table of `make bench`: every line is a ratio against a floor measured in the same run, because
 * the speed of a machine says nothing about the code.
 */
// As every process of a service does.
useSha256(nodeSha256);
const rows = [recalibrationRow(), generationRow(), ...(await solverRows())];
const world = await startBenchWorld(20);
try {
  rows.push(await rebalancesRow(world));
  rows.push(await previewRow(world));
  const spans = memorySpans();
  rows.push(await dispatchRow(world, spans));
  await spans.stop();
  rows.push(await observationsRow(world));
} finally {
  await world.end();
}
console.table(rows);
console.log(JSON.stringify({ bench: 'table', rows }));
