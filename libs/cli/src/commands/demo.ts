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
import { startRollWorld } from '../demo/roll-world.js';
import { tellRollStory } from '../demo/story-roll.js';
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
 * The main job, shown: embedded suites on real recorded prices, two rebalances with failures in them, a
 * roll of the strategy engine, and the proof of each; with a folder, the bundle of each is written into it.
 *
 * @returns the exit code: 0 when every run is proven
 */
export async function runDemo(output: Output, exportFolder?: string): Promise<number> {
  const say: Say = (text) => {
    if (!output.json) output.line(text);
  };
  const dataFolder = await mkdtemp(join(tmpdir(), 'trimtab-demo-'));
  // Started by root, PostgreSQL runs as another account and must be able to enter.
  await chmod(dataFolder, 0o711);
  const telemetry = startTelemetry({ serviceName: 'trimtab-demo' });
  const told: Told = { output, exportFolder, say };
  try {
    const reports = [
      ...(await tellRebalances(join(dataFolder, 'rebalances'), told)),
      await tellRoll(join(dataFolder, 'roll'), told),
    ];
    if (output.json) output.line(toJson({ stories: reports.map(storyJson) }));
    else printNextSteps(output);
    return reports.every((report) => report.proven) ? 0 : 1;
  } finally {
    await telemetry.shutdown();
    await rm(dataFolder, { recursive: true, force: true });
  }
}

type Say = (text: string) => void;

/** Where the stories are told. */
interface Told {
  readonly output: Output;
  readonly exportFolder: string | undefined;
  readonly say: Say;
}

/** The first two stories, on one suite and the prices of one day. */
async function tellRebalances(dataFolder: string, told: Told): Promise<StoryReport[]> {
  const { output, say } = told;
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
    for (const [place, report] of reports.entries()) {
      await exportStory(owner, report, STORY_NAMES[place] ?? 'story', told);
    }
    for (const connection of [operator, owner, prices]) connection.close();
    return reports;
  } finally {
    await suite?.stop();
  }
}

/** The third story, on a suite of its own: its prices are of another year. */
async function tellRoll(dataFolder: string, told: Told): Promise<StoryReport> {
  told.say(
    '\n3. A treasury holds the option index; the price falls through its threshold, it rolls',
  );
  const world = await startRollWorld(dataFolder);
  try {
    const report = await tellRollStory(world, told.output);
    await exportStory(world.owner, report, 'roll', told);
    return report;
  } finally {
    await world.stop();
  }
}

/** The names of the files of the first two stories. */
const STORY_NAMES = ['target-weights', 'solver'];

async function exportStory(
  owner: SuiteClients,
  { rebalance }: StoryReport,
  name: string,
  { exportFolder: folder, say }: Told,
): Promise<void> {
  if (folder === undefined) return;
  say(`\nBundle ${await exportBundle(owner, rebalance.rebalanceId, { folder, name })}`);
}
