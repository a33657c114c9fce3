import { isCampaign } from '@trimtab/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildOrderGenOf, oldVersion } from '../topology/old-version.js';
import { LONGS } from './crash-stories.js';
import { startUpgradeWorld, type UpgradeWorld } from './upgrade-world.js';
import type { ServiceProcess } from './service-process.js';

/** What a migration of a next version does: it adds, and takes nothing away. */
const EXPANSION = `
  alter table rebalances add column of_a_newer_version text;
  create table only_a_newer_version_knows (id text primary key);
  insert into kysely_migration (name, timestamp) values ('9999_of_a_newer_version', '2026-01-01')`;

interface Versions {
  readonly name: string;
  readonly folder: () => string;
  /** Tables of a version that is not written yet. */
  readonly expansion?: string;
}

const commit = isCampaign() ? oldVersion() : undefined;
const VERSIONS: readonly Versions[] = [
  { name: 'one that does not know the newest tables', folder: () => '.', expansion: EXPANSION },
  ...(commit === undefined
    ? []
    : [{ name: `commit ${commit.slice(0, 7)}`, folder: () => buildOrderGenOf(commit) }]),
];

describe.each(VERSIONS)('an upgrade of OrderGen from $name', ({ folder, expansion }) => {
  let world: UpgradeWorld;
  let old: ServiceProcess;
  let current: ServiceProcess;
  let undisturbed: string;

  beforeAll(async () => {
    const built = folder();
    world = await startUpgradeWorld();
    old = await world.startOrderGen(0, built);
    undisturbed = await (await world.start(LONGS)).digest();
  }, 300_000);
  afterAll(() => world.end());

  it('goes on with what runs, while the new version changes the tables and comes up beside', async () => {
    const run = await world.start(LONGS);
    await run.reaches({ index: 0, what: 'dispatched' });
    if (expansion !== undefined) await world.change(expansion);
    current = await world.startOrderGen(1, '.');
    expect(await run.digest()).toBe(undisturbed);
  }, 120_000);

  it('comes to the same end in rebalances that both versions take part in', async () => {
    const runs = await Promise.all(Array.from({ length: 4 }, () => world.start(LONGS)));
    for (const run of runs) expect(await run.digest()).toBe(undisturbed);
  }, 120_000);

  it('lets the old version drain in the middle of a rebalance', async () => {
    const run = await world.start(LONGS);
    await run.reaches({ index: 0, what: 'executed' });
    expect(await old.end('SIGTERM')).toBe(0);
    expect(await run.digest()).toBe(undisturbed);
  }, 120_000);

  it('is rolled back in the middle of a rebalance, on the tables of the new version', async () => {
    const run = await world.start(LONGS);
    await run.reaches({ index: 0, what: 'dispatched' });
    old = await world.startOrderGen(0, folder());
    expect(await current.end('SIGTERM')).toBe(0);
    expect(await run.digest()).toBe(undisturbed);
    expect(await (await world.start(LONGS)).digest()).toBe(undisturbed);
  }, 120_000);
});
