import { performance } from 'node:perf_hooks';
import { useSha256 } from '@trimtab/canonical';
import { nodeSha256 } from '@trimtab/lifecycle';
import { startTelemetry } from '@trimtab/telemetry';
import { startBenchWorld } from './bench-world.js';
import { ACTIONS, prepareAll, runAll } from './rebalances-row.js';

/** What a round of one side took. */
export interface Round {
  readonly perSecond: number;
  /** Processor time of all services and of the watching clients, of each rebalance. */
  readonly processorMs: number;
}

/**
 * One side of the comparison, as a process of its own, because tracing that was on once leaves tracers
 * behind: it runs a round for each message that it gets, and answers with what it took.
 */
const [endpoint = '', ratio = '1'] = process.argv.slice(2);
useSha256(nodeSha256);
if (endpoint !== '') {
  const sampleRatio = Number(ratio);
  startTelemetry({ serviceName: 'trimtab-bench', otlpEndpoint: endpoint, sampleRatio });
}
const world = await startBenchWorld(ACTIONS);

process.on('message', (count: number) => {
  void (async () => {
    if (count === 0) {
      await world.end();
      process.exit(0);
    }
    process.send?.(await round(count));
  })();
});
process.send?.('ready');

async function round(count: number): Promise<Round> {
  const fresh = { ...world, snapshotHash: await world.takeSnapshot() };
  const requests = await prepareAll(fresh, count);
  const processor = process.cpuUsage();
  const begin = performance.now();
  await runAll(world, requests);
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(processor);
  return { perSecond: count / seconds, processorMs: (user + system) / 1000 / count };
}
