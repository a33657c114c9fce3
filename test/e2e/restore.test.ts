import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAudit } from '@trimtab/cli';
import { present } from '@trimtab/core';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  startArchivingPostgres,
  startRecovered,
  systemPostgres,
  type ArchivingPostgres,
} from '../topology/system-postgres.js';
import type { Run } from './crash-run.js';
import { LONGS } from './crash-stories.js';
import { startUpgradeWorld, type UpgradeWorld } from './upgrade-world.js';

const PREFIX = 'restore';
const POINT = 'before_the_mistake';

const programs = systemPostgres();
if (programs === undefined) {
  console.log(
    'restore: skipped, no PostgreSQL of the machine has pg_basebackup (Debian: apt-get install postgresql)',
  );
}

describe.skipIf(programs === undefined)('a database that is restored', () => {
  let folder: string;
  let original: ArchivingPostgres;
  let world: UpgradeWorld;
  let dumped: Run;
  let halfway: Run;
  let undisturbed: string;
  const ending: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trimtab-restore-'));
    // The server runs as another user, who must be able to enter.
    await chmod(folder, 0o777);
    await mkdir(join(folder, 'original'));
    original = await startArchivingPostgres(programs ?? '', join(folder, 'original'));
    ending.push(() => original.stop());
    const { connectionString } = original;
    world = await startUpgradeWorld({ connectionString, prefix: PREFIX, restored: false });
    await world.startOrderGen(0, '.');
    dumped = await world.start(LONGS);
    undisturbed = await dumped.digest();
    await original.dump(join(folder, 'dump'));
    await original.baseBackup(join(folder, 'backup'));

    halfway = await world.start(LONGS);
    await halfway.reaches({ index: 1, what: 'dispatched' });
    const client = new pg.Client({ connectionString });
    await client.connect();
    await client.query(`select pg_create_restore_point('${POINT}')`);
    await halfway.digest();
    // The mistake, and what has been archived up to it.
    await client.query(`truncate ${PREFIX}_ordergen.rebalances cascade`);
    await client.query('select pg_switch_wal()');
    await client.end();
    await world.end();
  }, 240_000);
  afterAll(async () => {
    for (const end of ending.reverse()) await end();
    await rm(folder, { recursive: true, force: true });
  });

  async function openOn(connectionString: string): Promise<UpgradeWorld> {
    const restored = await startUpgradeWorld({ connectionString, prefix: PREFIX, restored: true });
    ending.push(() => restored.end());
    await restored.startOrderGen(0, '.');
    return restored;
  }

  const auditOf = (databaseUrl: string): Promise<number> =>
    runAudit(
      { databaseUrl, schema: `${PREFIX}_ordergen`, dataFolder: folder },
      { json: true, line: () => undefined },
    );

  it('from a point in time has what was, replays it, and goes on with what ran then', async () => {
    const target = join(folder, 'backup');
    const archive = join(folder, 'original', 'archive');
    const recovered = await startRecovered(programs ?? '', target, { archive, point: POINT });
    ending.push(() => recovered.stop());
    const after = await openOn(recovered.connectionString);
    expect(await after.replays(dumped.rebalanceId)).toBe(true);
    // It was between its first and second action; nothing of it is done twice.
    const again = after.look(halfway.rebalanceId, halfway.vaultId);
    expect(await again.digest()).toBe(undisturbed);
    expect(await after.replays(halfway.rebalanceId)).toBe(true);
    expect(await auditOf(recovered.connectionString)).toBe(0);
  }, 180_000);

  it('from a dump has what was dumped, replays it, and takes new rebalances', async () => {
    const connectionString = await present(original, 'it runs').restoreDump(
      join(folder, 'dump'),
      'restored',
    );
    const after = await openOn(connectionString);
    expect(await after.replays(dumped.rebalanceId)).toBe(true);
    const same = after.look(dumped.rebalanceId, dumped.vaultId);
    expect(await same.digest()).toBe(undisturbed);
    expect(await auditOf(connectionString)).toBe(0);
    expect(await (await after.start(LONGS)).digest()).toBe(undisturbed);
  }, 180_000);
});
