import { Rebalance_State as RebalanceState, type Rebalance } from '@trimtab/contracts/ordergen';
import type { Vault } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import { campaignCount, eventually } from '@trimtab/testkit';
import { afterEach, describe, expect, it } from 'vitest';
import {
  createOrderGenWorld,
  exampleTerms,
  FAILED,
  newVault,
  requestId,
  type OrderGenWorld,
} from './ordergen-world.js';

const LARGE = 10_000;
/** How many of the large one's results are given. */
const MORE = campaignCount(100, LARGE - 1);
/** Every asset is held at or bought for a few thousand, at a price of 1. */
const HELD = 10_000;

const assetOf = (index: number): string => `A${String(index).padStart(5, '0')}`;

/** A vault that holds the first half of so many assets; entered in bulk, by ledger lines too. */
async function largeVault(world: OrderGenWorld, size: number): Promise<Vault> {
  const created = await world.vaults.createVault({ requestId: requestId(), vault: newVault() });
  const { vaultId } = present(created.vault, 'CreateVault answers with a vault');
  // One statement: the audit may look at any moment.
  await world.database.pool.query(
    `with held as (
       insert into vault_positions (vault_id, asset_id, side, quantity)
       select $1, 'A' || lpad(i::text, 5, '0'), 'LONG', $3::numeric
       from generate_series(0, $2::integer - 1) i
     ), booked as (
       insert into ledger_entries (vault_id, sequence, transaction_id, kind, account, asset_id,
         position_asset_id, side, amount, book_time)
       select $1, 2 * i + line, 'seed-' || i, 'DEPOSIT',
         case line when 1 then 'POSITION' else 'OWNER' end, 'A' || lpad(i::text, 5, '0'),
         case line when 1 then 'A' || lpad(i::text, 5, '0') end,
         case line when 1 then 'LONG' end,
         case line when 1 then $3::numeric else -$3::numeric end, now()
       from generate_series(0, $2::integer - 1) i, generate_series(1, 2) line
     )
     update vaults set ledger_sequence = 2 * $2::integer, deposited = $2 * $3::numeric,
       version = version + $2::integer
     where vault_id = $1`,
    [vaultId, size / 2, HELD],
  );
  return present((await world.vaults.getVault({ vaultId })).vault, 'GetVault answers');
}

/** Sells half of every asset that is held, and buys as much of every other. */
async function startLarge(world: OrderGenWorld, size: number): Promise<Rebalance> {
  const vault = await largeVault(world, size);
  const assets = Array.from({ length: size }, (_, index) => assetOf(index));
  const snapshotHash = world.snapshot(assets.map((assetId) => ({ assetId })));
  const planHash = world.plan({
    vaultId: vault.vaultId,
    vaultVersion: Number(vault.version),
    snapshotHash,
    targets: assets.map((assetId) => ({ assetId, weightBps: Math.floor(10_000 / size) })),
  });
  const terms = exampleTerms(world, vault, {
    source: { $case: 'planHash', value: planHash },
    snapshotHash,
  });
  const answer = await world.orderGen.createRebalance({ requestId: requestId(), terms });
  return present(answer.rebalance, 'CreateRebalance answers with a rebalance');
}

/** What one result wrote: rows by table, and bytes of everything that grows with text. */
interface Written {
  readonly rows: Readonly<Record<string, number>>;
  readonly bytes: number;
}

const TABLES = [
  'inbox',
  'ledger_entries',
  'outbox',
  'rebalance_actions',
  'rebalance_events',
  'rebalance_feed',
  'rebalance_pins',
  'rebalances',
  'vault_positions',
  'vaults',
] as const;

function dispatched(world: OrderGenWorld, rebalanceId: string, index: number) {
  return eventually(() =>
    world.dispatches.find((one) => one.rebalanceId === rebalanceId && one.index === index),
  );
}

/** Applies one result and looks at every row that its transaction wrote. */
async function writtenBy(
  world: OrderGenWorld,
  rebalanceId: string,
  index: number,
  fields: Parameters<OrderGenWorld['report']>[1],
): Promise<Written> {
  const order = await dispatched(world, rebalanceId, index);
  // The relay marks the dispatch as sent in a transaction of its own.
  await eventually(async () => (await count(world, 'outbox', 'not sent')) === 0 || undefined);
  const { rows } = await world.database.pool.query<{ id: string }>(
    'select pg_current_xact_id()::text as id',
  );
  const since = present(rows[0], 'there is a transaction id').id;
  await world.report(order, fields);
  await dispatched(world, rebalanceId, index + 1);
  await eventually(async () => (await count(world, 'outbox', 'not sent')) === 0 || undefined);
  const written = `xmin::text::bigint > ${since}`;
  const counted = await Promise.all(
    TABLES.map(async (table) => [table, await count(world, table, written)] as const),
  );
  const bytes = await world.database.pool.query<{ bytes: string }>(
    `select (
       (select coalesce(sum(octet_length(document)), 0) from rebalance_events where ${written}) +
       (select coalesce(sum(octet_length(data)), 0) from rebalance_feed where ${written}) +
       (select coalesce(sum(octet_length(payload)), 0) from outbox where ${written}) +
       (select octet_length(fold) from rebalances where rebalance_id = $1))::text as bytes`,
    [rebalanceId],
  );
  return { rows: Object.fromEntries(counted), bytes: Number(bytes.rows[0]?.bytes) };
}

async function count(world: OrderGenWorld, table: string, condition: string): Promise<number> {
  const { rows } = await world.database.pool.query<{ count: string }>(
    `select count(*)::text as count from ${table} where ${condition}`,
  );
  return Number(rows[0]?.count);
}

describe('a rebalance of 10 000 positions', () => {
  let world: OrderGenWorld;
  afterEach(() => world.close());

  it('is created, recalibrates, and writes no more per result than one of 10', async () => {
    world = await createOrderGenWorld();
    const seen: Written[][] = [];
    for (const size of [10, LARGE]) {
      const { rebalanceId, actions } = await startLarge(world, size);
      expect(actions).toHaveLength(size);
      seen.push([
        await writtenBy(world, rebalanceId, 0, {}),
        await writtenBy(world, rebalanceId, 1, FAILED),
        await writtenBy(world, rebalanceId, 2, {}),
      ]);
      const after = await world.rebalance(rebalanceId);
      expect(after).toMatchObject({ nextIndex: 3, residual: '0' });
      expect(after.recalibrations).toHaveLength(1);
      const last = size === LARGE ? MORE : 3;
      for (let index = 3; index < last; index += 1) {
        await world.report(await dispatched(world, rebalanceId, index), {});
      }
      await dispatched(world, rebalanceId, last);
      // All 10 000 actions are answered; a machine that is busy elsewhere takes its time.
      const deadline = new Date(Date.now() + 60_000);
      const cancel = { requestId: requestId(), rebalanceId, reason: '' };
      await world.orderGen.cancelRebalance(cancel, { deadline });
      await world.report(await dispatched(world, rebalanceId, last), {});
      await world.reaches(rebalanceId, RebalanceState.STATE_CANCELLED);
      const replay = await world.orderGen.replayRebalance({ rebalanceId });
      expect(replay).toMatchObject({ equal: true });
    }
    const [small = [], large = []] = seen;
    expect(large.map(({ rows }) => rows)).toEqual(small.map(({ rows }) => rows));
    for (const [place, { bytes }] of large.entries()) {
      // Indices and totals have a few digits more.
      expect(bytes).toBeLessThan((small[place]?.bytes ?? 0) + 200);
    }
  }, 1_200_000);
});
