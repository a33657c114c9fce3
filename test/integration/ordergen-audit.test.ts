import { ExposureDirection } from '@trimtab/contracts/execution';
import { Rebalance_State as RebalanceState } from '@trimtab/contracts/ordergen';
import { Side } from '@trimtab/contracts/portfolio';
import { VaultHold, type Vault } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import { runAudit } from '@trimtab/cli';
import { eventually, SEED, testDatabaseOptions } from '@trimtab/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { auditBooks } from '@trimtab/ordergen';
import {
  createOrderGenWorld,
  exampleTerms,
  fundedVault,
  requestId,
  startExample,
  type OrderGenWorld,
} from './ordergen-world.js';

const CORRUPTIONS = 200;
const INTERVAL_MILLIS = 60_000;

let world: OrderGenWorld;
let vault: Vault;
beforeEach(async () => {
  world = await createOrderGenWorld('in-process', {
    AUDIT_POLL_MILLIS: '10',
    AUDIT_INTERVAL_MILLIS: String(INTERVAL_MILLIS),
  });
  vault = await fundedVault(world);
});
afterEach(() => world.close());

async function sql<Row>(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
  return (await world.database.pool.query(text, [...values])).rows as Row[];
}

async function read(): Promise<Vault> {
  const answer = await world.vaults.getVault({ vaultId: vault.vaultId });
  return present(answer.vault, 'GetVault answers with the vault');
}

const deposit = (amount = '1') =>
  world.vaults.deposit({
    requestId: requestId(),
    vaultId: vault.vaultId,
    assetId: 'USDC',
    amount,
  });

/** Waits until the audit has seen the vault as it is. */
async function audited(): Promise<void> {
  await eventually(
    async () => {
      const rows = await sql(
        `select from vaults v join vault_audits a using (vault_id) where a.vault_version = v.version`,
      );
      return rows.length === 1 ? true : undefined;
    },
    { what: 'an audit of the present version' },
  );
}

/** Waits for the hold and answers what it was put on for. */
async function frozenFor(what: string): Promise<string> {
  await eventually(
    async () => {
      const { holds } = await read();
      return holds.includes(VaultHold.VAULT_HOLD_FROZEN) ? true : undefined;
    },
    { what: `the hold after ${what}` },
  );
  const [entry] = await sql<{ reason: string }>(
    "select reason from audit_entries where verb = 'FREEZE' order by entry_id desc limit 1",
  );
  return entry?.reason ?? '';
}

/** A rebalance with fees and a short, so that the ledger has lines of every kind. */
async function trade(): Promise<void> {
  const terms = exampleTerms(world, vault);
  const planHash = world.plan({
    vaultId: vault.vaultId,
    vaultVersion: Number(vault.version),
    snapshotHash: terms.snapshotHash,
    targets: [
      { assetId: 'A', weightBps: 1000 },
      { assetId: 'B', weightBps: 2000 },
      { assetId: 'C', weightBps: 2000 },
      { assetId: 'D', weightBps: 1000 },
      { assetId: 'E', weightBps: 1000, side: 'SHORT' },
    ],
  });
  const source = { $case: 'planHash' as const, value: planHash };
  const answer = await world.orderGen.createRebalance({
    requestId: requestId(),
    terms: { ...terms, source },
  });
  const { rebalanceId = '', actions = [] } = answer.rebalance ?? {};
  for (const { index } of actions) {
    const order = await world.dispatched(index);
    if (order.side === Side.SIDE_SHORT) {
      const quantity = order.exactIn?.value ?? '0';
      const opens = order.direction === ExposureDirection.EXPOSURE_DIRECTION_INCREASE;
      expect(opens).toBe(true);
      await world.report(order, {
        cumulativeQuantity: quantity,
        cumulativeCollateral: order.collateralDelta,
        cumulativeUnderlying: (BigInt(order.collateralDelta) - BigInt(quantity)).toString(),
      });
    } else await world.report(order, { cumulativeFee: '3' });
  }
  await eventually(async () => {
    const { state } = await world.rebalance(rebalanceId);
    return state === RebalanceState.STATE_COMPLETED ? true : undefined;
  });
}

const TABLES = ['vault_positions', 'ledger_entries'] as const;

async function keepCopies(): Promise<void> {
  for (const table of [...TABLES, 'vaults']) {
    await sql(`create table kept_${table} as select * from ${table}`);
  }
}

/** Puts back what was there, all at once, so that no audit sees a part of it. */
async function restore(): Promise<void> {
  const statements = TABLES.map(
    (table) => `delete from ${table}; insert into ${table} select * from kept_${table};`,
  );
  await world.database.pool.query(
    `begin; ${statements.join(' ')}
     update vaults v set cash = k.cash, ledger_sequence = k.ledger_sequence, version = v.version + 1,
       frozen = false, deposited = k.deposited
     from kept_vaults k where k.vault_id = v.vault_id; commit`,
  );
}

/** A small generator of its own: the corruptions must be the same for ever. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

type Next = (below: number) => number;

const PLANTS: readonly (readonly [string, (next: Next) => Promise<unknown>])[] = [
  ['cash', (next) => sql('update vaults set cash = cash + $1', [drift(next)])],
  ['quantity', (next) => changePosition('quantity', next)],
  ['collateral', (next) => changePosition('collateral', next)],
  ['amount of a line', (next) => changeLine('set amount = amount + $2', next, [drift(next)])],
  ['a deleted line', (next) => atLine('delete from ledger_entries', next)],
  ['a duplicated line', (next) => duplicateLine(next)],
  ['a deleted position', (next) => atPosition('delete from vault_positions', next)],
  ['the account of a line', (next) => changeLine(`set account = ${OTHER_ACCOUNT}`, next)],
  ['the asset of a line', (next) => changeLine("set asset_id = 'Z'", next)],
];

const OTHER_ACCOUNT =
  "case when account in ('CASH', 'POSITION', 'COLLATERAL') then 'VENUE' else 'CASH' end";

/** One unit half of the time. */
function drift(next: Next): number {
  const size = next(2) === 0 ? 1 : 1 + next(5000);
  return next(2) === 0 ? size : -size;
}

async function linesCount(): Promise<number> {
  const [row] = await sql<{ count: string }>('select count(*) as count from ledger_entries');
  return parseInt(row?.count ?? '0', 10);
}

async function atLine(change: string, next: Next, values: readonly unknown[] = []) {
  return sql(`${change} where sequence = $1`, [1 + next(await linesCount()), ...values]);
}

function changeLine(change: string, next: Next, values: readonly unknown[] = []) {
  return atLine(`update ledger_entries ${change}`, next, values);
}

async function duplicateLine(next: Next) {
  const count = await linesCount();
  // The very next number collides with the next booking, which is refused then.
  const place = count + (next(2) === 0 ? 1 : 1 + next(1000));
  return sql(
    `insert into ledger_entries select vault_id, $2, transaction_id, kind, account,
       asset_id, position_asset_id, side, amount, rebalance_id, order_id, event_id, book_time
     from ledger_entries where sequence = $1`,
    [1 + next(count), place],
  );
}

async function atPosition(change: string, next: Next, values: readonly unknown[] = []) {
  const rows = await sql<{ asset_id: string }>(
    'select asset_id from vault_positions where quantity <> 0 order by asset_id',
  );
  const { asset_id: assetId } = present(rows[next(rows.length)], 'the vault holds something');
  return sql(`${change} where asset_id = $1`, [assetId, ...values]);
}

function changePosition(column: string, next: Next) {
  const change = `update vault_positions set ${column} = ${column} + $2`;
  return atPosition(change, next, [drift(next)]);
}

describe('the conservation audit', () => {
  it(`catches each of ${CORRUPTIONS} corruptions (seed ${SEED}) within one event or one run`, async () => {
    await trade();
    await audited();
    expect((await read()).holds).toEqual([]);
    await keepCopies();
    const next = generator(SEED);
    const caught = new Map<string, number>();
    for (let round = 0; round < CORRUPTIONS; round += 1) {
      const [what, plant] = present(PLANTS[round % PLANTS.length], 'there are plants');
      await plant(next);
      const byEvent = round % 2 === 0;
      // The event may come second, when the audit was faster, and is refused then.
      if (byEvent) await deposit().catch(() => undefined);
      else world.clock.advanceMillis(INTERVAL_MILLIS);
      const reason = await frozenFor(`${what}, round ${round}`);
      expect(reason).toMatch(/ of .+: ledger -?\d+, balance -?\d+/);
      caught.set(what, (caught.get(what) ?? 0) + 1);
      await restore();
      await audited();
    }
    expect([...caught.values()].reduce((sum, count) => sum + count, 0)).toBe(CORRUPTIONS);
    expect(caught.size).toBe(PLANTS.length);
    // And no run froze books that agree.
    world.clock.advanceMillis(INTERVAL_MILLIS);
    await deposit();
    await audited();
    expect((await read()).holds).toEqual([]);
  });

  it('names asset, sum of the ledger and balance for one unit, and stops dispatch', async () => {
    const { rebalanceId } = await startExample(world, vault);
    const order = await world.dispatched(0);
    await sql("update vault_positions set quantity = quantity - 1 where asset_id = 'B'");
    world.clock.advanceMillis(INTERVAL_MILLIS);
    const reason = 'quantity of B LONG: ledger 30000, balance 29999';
    expect(await frozenFor('one unit')).toBe(reason);
    expect((await read()).freezeReason).toBe(reason);
    await world.report(order, {});
    await eventually(async () => {
      return (await world.rebalance(rebalanceId)).nextIndex === 1 ? true : undefined;
    });
    expect((await world.rebalance(rebalanceId)).state).toBe(RebalanceState.STATE_EXECUTING);
    expect(new Set(world.dispatches.map(({ index }) => index))).toEqual(new Set([0]));
  });

  it('leaves a frozen vault as it is, and says so once', async () => {
    await sql('update vaults set cash = cash + 1');
    // The audit may be faster than the deposit, which is refused then.
    await deposit().catch(() => undefined);
    await frozenFor('cash');
    for (let run = 0; run < 3; run += 1) {
      world.clock.advanceMillis(INTERVAL_MILLIS);
      await eventually(async () => {
        const rows = await sql('select from vault_audits where audit_time = $1', [
          new Date(world.clock.now()),
        ]);
        return rows.length === 1 ? true : undefined;
      });
    }
    expect(await sql("select from audit_entries where verb = 'FREEZE'")).toHaveLength(1);
  });
});

describe('auditBooks', () => {
  it('reports every vault by itself, and changes nothing', async () => {
    const clean = await auditBooks(world.database);
    expect(clean).toEqual({ vaultCount: 1, drifts: [] });
    expect(await sql('select from vault_audits where drift <> $1', [''])).toEqual([]);
    await world.database.pool.query('update vaults set version = version, cash = cash + 2');
    const lines: string[] = [];
    const output = { json: true, line: (text: string) => lines.push(text) };
    const { connectionString: databaseUrl } = testDatabaseOptions('ordergen');
    const target = { databaseUrl, schema: world.database.schema, dataFolder: '.trimtab' };
    expect(await runAudit(target, output)).toBe(1);
    expect(JSON.parse(lines.join('\n'))).toMatchObject({
      conserved: false,
      vaultCount: 1,
      drifts: [{ what: 'cash', subject: 'USDC', ledger: '10000', balance: '10002' }],
    });
    const found = await auditBooks(world.database);
    expect(found.drifts).toEqual([
      {
        vaultId: vault.vaultId,
        what: 'cash',
        subject: 'USDC',
        ledger: '10000',
        balance: '10002',
      },
    ]);
  });
});
