import { campaignCount, isCampaign } from '@trimtab/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Moment } from './crash-run.js';
import { LONGS, SHORTS, type Story } from './crash-stories.js';
import { startCrashWorld, type CrashWorld, type Target } from './crash-world.js';

const STORIES = [LONGS, SHORTS];
const TARGETS: readonly Target[] = [
  ...(['ordergen', 'executor', 'nats', 'nats, its store deleted', 'PostgreSQL'] as const),
];
const STEPS = ['dispatched', 'accepted', 'executed', 'applied'] as const;
const EVERY: readonly (readonly [Target, Moment])[] = TARGETS.flatMap((target) =>
  [0, 1, 2, 3, 4].flatMap((index) => STEPS.map((what) => [target, { index, what }] as const)),
);
/** The short form: each target once, in the middle. */
const SHORT: ReadonlyMap<Story, typeof EVERY> = new Map([
  [
    LONGS,
    [
      ['ordergen', { index: 0, what: 'executed' }],
      ['executor', { index: 0, what: 'accepted' }],
      ['nats', { index: 1, what: 'dispatched' }],
      ['nats, its store deleted', { index: 0, what: 'dispatched' }],
      ['PostgreSQL', { index: 0, what: 'executed' }],
    ],
  ],
  [
    SHORTS,
    [
      ['ordergen', { index: 2, what: 'accepted' }],
      ['executor', { index: 2, what: 'accepted' }],
      ['PostgreSQL', { index: 2, what: 'dispatched' }],
    ],
  ],
]);

describe('one rebalance over processes that are killed', () => {
  let world: CrashWorld;
  const undisturbed = new Map<Story, string>();
  let hits = 0;
  beforeAll(async () => {
    world = await startCrashWorld();
    for (const story of STORIES) {
      undisturbed.set(story, await (await world.start(story)).digest());
    }
  }, 60_000);
  afterAll(() => world.end());

  it.each(STORIES)('of $name has an undisturbed twin that comes to the same end', async (story) => {
    expect(undisturbed.get(story)).toMatch(/^COMPLETED_ADJUSTED /);
    expect(await (await world.start(story)).digest()).toBe(undisturbed.get(story));
  });

  it.each(
    STORIES.flatMap((story) =>
      (isCampaign() ? EVERY : (SHORT.get(story) ?? [])).map(
        ([target, moment]) =>
          [story.name, target, moment.what, moment.index, moment, story] as const,
      ),
    ),
  )(
    'of %s ends the same when %s is killed once %s %i',
    async (_name, target, _what, _index, moment, story) => {
      const run = await world.start(story);
      if (await run.reaches(moment)) hits += 1;
      await world.strike(target);
      expect(await run.digest()).toBe(undisturbed.get(story));
    },
    180_000,
  );

  it('was hit while it ran, but for what follows its last step', () => {
    expect(hits).toBeGreaterThanOrEqual(campaignCount(6, 150));
  });

  const runs = campaignCount(4, 40);
  it(`ends the same ${runs} times with two OrderGen replicas, one of which is killed`, async () => {
    const replica = await world.addReplica();
    const all = await Promise.all(Array.from({ length: runs }, () => world.start(LONGS)));
    await all[0]?.reaches({ index: 1, what: 'dispatched' });
    await replica.end('SIGKILL');
    for (const run of all) expect(await run.digest()).toBe(undisturbed.get(LONGS));
  }, 300_000);
});
