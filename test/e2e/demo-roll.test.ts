import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRollWorld, tellRollStory, type RollWorld } from '@trimtab/cli';
import { present } from '@trimtab/core';
import { testDatabaseOptions } from '@trimtab/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

describe('the third story of the demo', () => {
  let dataFolder: string;
  let world: RollWorld;
  beforeAll(async () => {
    dataFolder = await mkdtemp(join(tmpdir(), 'trimtab-roll-'));
    world = await startRollWorld(dataFolder, {
      databaseUrl: testDatabaseOptions('roll').connectionString,
      schemaPrefix: `roll_${randomBytes(4).toString('hex')}_`,
    });
  });
  afterAll(async () => {
    for (const database of Object.values(world.suite.databases)) {
      await database.pool.query(`drop schema if exists ${database.schema} cascade`);
    }
    await world.stop();
    await rm(dataFolder, { recursive: true, force: true });
  });

  it('holds the series through the fall, and rolls once on the day that the price is below 1.5 strikes', async () => {
    const lines: string[] = [];
    const output = { json: false, line: (text: string) => lines.push(text) };
    const report = await tellRollStory(world, output);

    expect(report.proven).toBe(true);
    expect(report.selfFinancingResidual).toBe(0n);
    const held = lines.join('\n').match(/20\d\d-\d\d-\d\d .*$/gm) ?? [];
    const days = held.map((row) => row.trim().split(/\s+/));
    // 4350 · 0.5 = 2175; 2175 · 1.5 = 3262.5, and 3250.2 is the first close below it.
    const before = ['P-BTC-2175-20171009', '0', '0'];
    expect(days.map(([, , ...rest]) => rest)).toEqual([
      ...Array.from({ length: 6 }, () => before),
      // 3250.2 · 0.5 = 1625.1; sold at half of 6 bps below the model, bought at half of it above.
      ['P-BTC-1625-20171015', '1', '6'],
    ]);
    const [sell, buy] = report.rebalance.actions;
    expect(sell).toMatchObject({ assetId: 'P-BTC-2175-20171009', group: 1 });
    expect(buy).toMatchObject({ assetId: 'P-BTC-1625-20171015', group: 3 });
    expect(present(sell, 'it sells first').filled).toBe(sell?.amount);
  });

  it('has told its owner of the breach and of the roll, in this order', async () => {
    const { notifications } = await world.owner.intent.listNotifications({
      pageSize: 50,
      pageToken: '',
      intentId: '',
      channels: [],
    });
    const messages = [...notifications].reverse().map(({ message }) => message);
    expect(messages).toHaveLength(2);
    expect(messages[0]).toMatch(/^The yearly drift is \d+ bps, the limit is 200$/);
    expect(messages[1]).toMatch(/^Rolled into P-BTC-1625-20171015 at a cost of 6 bps/);
  });
});
