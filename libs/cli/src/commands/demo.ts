import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualClock } from '@trimtab/lifecycle';
import { silentLogger, startTelemetry } from '@trimtab/telemetry';
import { connectClients, type SuiteClients } from '../demo/clients.js';
import { exportBundle } from '../demo/export-bundle.js';
import { printNextSteps } from '../demo/next-steps.js';
import { registerRecordedAssets } from '../demo/market.js';
import { createPriceReplay, firstPriceTime } from '../demo/price-replay.js';
import { tellSolverStory } from '../demo/story-solver.js';
import { tellTargetWeightsStory } from '../demo/story-target-weights.js';
import { storyJson, type StoryReport } from '../demo/story.js';
import { toJson, type Output } from '../output.js';
import { startSuite, type Suite } from '../suite/suite.js';

/** The venue fails the first sell, fills half of the buy of LTC, and fails the second buy of a run. */
const PAPER_SCRIPT = JSON.stringify([
  { index: 0, direction: 'DECREASE', outcome: { kind: 'FAIL', reason: 'VENUE_REJECTED' } },
  { assetId: 'LTC', direction: 'INCREASE', outcome: { kind: 'FILL_PART', fillBps: 5000 } },
  { index: 1, direction: 'INCREASE', outcome: { kind: 'FAIL', reason: 'INSUFFICIENT_LIQUIDITY' } },
]);
const REPLAYED_MINUTES = 120;
const FREE = '127.0.0.1:0';

/**
 * The main job, shown: an embedded suite on real recorded prices, two rebalances with failures in
 * them, and the proof of each; with a folder, the bundle of each is written into it.
 *
 * @returns the exit code: 0 when both runs are proven
 */
export async function runDemo(output: Output, exportFolder?: string): Promise<number> {
  const say = (text: string): void => {
    if (!output.json) output.line(text);
  };
  const dataFolder = await mkdtemp(join(tmpdir(), 'trimtab-demo-'));
  // Started by root, PostgreSQL runs as another account and must be able to enter.
  await chmod(dataFolder, 0o711);
  const telemetry = startTelemetry({ serviceName: 'trimtab-demo' });
  const clock = createVirtualClock(firstPriceTime());
  let suite: Suite | undefined;
  try {
    suite = await startSuite({
      dataFolder,
      clock,
      logger: silentLogger(),
      addresses: { oracle: FREE, solver: FREE, ordergen: FREE, executor: FREE, intent: FREE },
      environment: { PAPER_SCRIPT },
      onProgress: (line) => say(`  ${line}`),
    });
    const operator = connectClients(suite, 'operator', ['admin', 'plan:write', 'price:write']);
    const owner = connectClients(suite, 'treasurer', ['intent:write', 'rebalance:write']);
    await registerRecordedAssets(operator);
    const prices = createPriceReplay(suite, clock);
    say('\n1. Target weights over BTC, ETH and LTC; the first sell fails, a buy is half filled');
    const { acceptedCount } = await prices.playMinutes(REPLAYED_MINUTES);
    say(
      `  ${acceptedCount} recorded prices of ${REPLAYED_MINUTES} minutes accepted; the clock stands still now`,
    );
    const reports: StoryReport[] = [await tellTargetWeightsStory(owner, output)];
    say('\n2. The solver allocates over 30 real pools; a buy fails');
    reports.push(await tellSolverStory({ suite, clock, operator, owner }, output));
    if (exportFolder !== undefined) await exportStories(owner, reports, exportFolder, say);
    for (const connection of [operator, owner, prices]) connection.close();
    if (output.json) output.line(toJson({ stories: reports.map(storyJson) }));
    else printNextSteps(output);
    return reports.every((report) => report.proven) ? 0 : 1;
  } finally {
    await suite?.stop();
    await telemetry.shutdown();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

/** The names of the files, in the order of the stories. */
const STORY_NAMES = ['target-weights', 'solver'];

async function exportStories(
  owner: SuiteClients,
  reports: readonly StoryReport[],
  folder: string,
  say: (text: string) => void,
): Promise<void> {
  say('\nBundles');
  for (const [place, { rebalance }] of reports.entries()) {
    const name = STORY_NAMES[place] ?? rebalance.rebalanceId;
    say(`  ${await exportBundle(owner, rebalance.rebalanceId, { folder, name })}`);
  }
}
