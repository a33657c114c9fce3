import { campaignCount, isCampaign } from '@trimtab/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCrashWorld, type CrashWorld, type Moment, type Target } from './crash-world.js';

const TARGETS: readonly Target[] = ['ordergen', 'executor', 'nats', 'nats, its store deleted'];
const STEPS = ['dispatched', 'accepted', 'executed', 'applied'] as const;
const EVERY: readonly (readonly [Target, Moment])[] = TARGETS.flatMap((target) =>
  [0, 1, 2, 3, 4].flatMap((index) => STEPS.map((what) => [target, { index, what }] as const)),
);
/** The short form: each target once, in the middle. */
const SHORT: typeof EVERY = [
  ['ordergen', { index: 0, what: 'executed' }],
  ['executor', { index: 0, what: 'accepted' }],
  ['nats', { index: 1, what: 'dispatched' }],
  ['nats, its store deleted', { index: 0, what: 'dispatched' }],
];

describe('one rebalance over processes that are killed', () => {
  let world: CrashWorld;
  let undisturbed: string;
  let hits = 0;
  beforeAll(async () => {
    world = await startCrashWorld();
    undisturbed = await (await world.start()).digest();
  });
  afterAll(() => world.end());

  it('has an undisturbed twin that comes to the same end', async () => {
    expect(undisturbed).toMatch(/^COMPLETED_ADJUSTED /);
    expect(await (await world.start()).digest()).toBe(undisturbed);
  });

  it.each(
    (isCampaign() ? EVERY : SHORT).map(
      ([target, moment]) => [target, moment.what, moment.index, moment] as const,
    ),
  )(
    'ends the same when %s is killed once %s %i',
    async (target, _what, _index, moment) => {
      const run = await world.start();
      if (await run.reaches(moment)) hits += 1;
      await world.strike(target);
      expect(await run.digest()).toBe(undisturbed);
    },
    180_000,
  );

  it('was hit while it ran, but for what follows its last step', () => {
    expect(hits).toBeGreaterThanOrEqual(campaignCount(3, 60));
  });

  const runs = campaignCount(4, 40);
  it(`ends the same ${runs} times with two OrderGen replicas, one of which is killed`, async () => {
    const replica = await world.addReplica();
    const all = await Promise.all(Array.from({ length: runs }, () => world.start()));
    await all[0]?.reaches({ index: 1, what: 'dispatched' });
    await replica.end('SIGKILL');
    for (const run of all) expect(await run.digest()).toBe(undisturbed);
  }, 300_000);
});
