import {
  LedgerEntry_Account as Account,
  LedgerEntry_Kind as Kind,
  VaultHold,
  VaultMode,
  type LedgerEntry,
  type Vault,
} from '@trimtab/contracts/vault';
import { addMillis, formatInstant, instant, parseInstant, present } from '@trimtab/core';
import { eventually } from '@trimtab/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createOrderGenWorld,
  exampleTerms,
  newVault,
  refusal,
  requestId,
  START,
  type OrderGenWorld,
} from './ordergen-world.js';

const SERIES = 'BTC-6000-20180405';
const P = `P-${SERIES}`;
const N = `N-${SERIES}`;
const MATURITY = time('2018-04-05T08:00:00Z');
const HOUR = 3_600_000;
/** Of 8 decimals: one whole unit of the base asset. */
const UNIT = 100_000_000n;

function time(text: string) {
  const parsed = parseInstant(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

let world: OrderGenWorld;
let engine: OrderGenWorld['vaults'];
let vaultId: string;
beforeEach(async () => {
  world = await createOrderGenWorld('in-process', { AUDIT_POLL_MILLIS: '10' });
  engine = (await world.clients('engine', ['engine'])).vaults;
  world.snapshot([{ assetId: 'WBTC' }, { assetId: P }]);
  for (const assetId of ['WBTC', P, N]) world.series.register(assetId, 8);
  const { vault } = await world.vaults.createVault({ requestId: requestId(), vault: newVault() });
  ({ vaultId } = present(vault, 'CreateVault answers with a vault'));
  await deposit('WBTC', 10n * UNIT);
});
afterEach(() => world.close());

const deposit = (assetId: string, amount: bigint) =>
  world.vaults.deposit({ requestId: requestId(), vaultId, assetId, amount: String(amount) });
const exchange = (amount: bigint | string, seriesId = SERIES) => ({
  requestId: requestId(),
  vaultId,
  seriesId,
  amount: String(amount),
});
const settling = (seriesId = SERIES) => ({ requestId: requestId(), vaultId, seriesId });
const split = (amount: bigint | string = UNIT, seriesId = SERIES) =>
  engine.splitSeries(exchange(amount, seriesId));
const merge = (amount: bigint | string = UNIT) => engine.mergeSeries(exchange(amount));
const settle = () => engine.settleSeries(settling());

const holdings = (vault: Vault | undefined) =>
  Object.fromEntries([
    ['cash', vault?.cash],
    ...(vault?.positions ?? []).map(({ assetId, quantity }) => [assetId, quantity] as const),
  ]);
const linesOf = (entries: readonly LedgerEntry[]) =>
  entries.map(({ kind, account, assetId, amount }) => [kind, account, assetId, amount]);
const { ACCOUNT_CASH, ACCOUNT_POSITION, ACCOUNT_SERIES, ACCOUNT_VENUE } = Account;

async function sql<Row>(text: string, values: readonly unknown[] = []): Promise<readonly Row[]> {
  return (await world.database.pool.query(text, [...values])).rows as Row[];
}
const audits = () =>
  sql<{ verb: string; subject: string; details: string }>(
    'select verb, subject, details from audit_entries order by entry_id',
  );

/** Waits until the audit has seen the vault as it is; answers what it found. */
async function drift(): Promise<string> {
  const found = await eventually(
    async () => {
      const [row] = await sql<{ drift: string }>(
        `select a.drift from vaults v join vault_audits a using (vault_id)
         where a.vault_version = v.version and a.audit_time >= $1`,
        [new Date(world.clock.now())],
      );
      return row;
    },
    { what: 'an audit of the present version' },
  );
  return found.drift;
}

describe('SplitSeries', () => {
  it('makes equal quantities of both legs, once per request, balanced, and audited', async () => {
    const request = exchange(4n * UNIT);
    const [one, two] = await Promise.all([
      engine.splitSeries(request),
      engine.splitSeries(request),
    ]);
    expect(two).toEqual(one);
    const { KIND_SPLIT } = Kind;
    expect(linesOf(one.entries)).toEqual([
      [KIND_SPLIT, ACCOUNT_POSITION, 'WBTC', '-400000000'],
      [KIND_SPLIT, ACCOUNT_SERIES, 'WBTC', '400000000'],
      [KIND_SPLIT, ACCOUNT_POSITION, P, '400000000'],
      [KIND_SPLIT, ACCOUNT_SERIES, P, '-400000000'],
      [KIND_SPLIT, ACCOUNT_POSITION, N, '400000000'],
      [KIND_SPLIT, ACCOUNT_SERIES, N, '-400000000'],
    ]);
    expect(one.vault?.version).toBe(3n);
    expect(holdings(one.vault)).toEqual({
      cash: '0',
      WBTC: '600000000',
      [P]: '400000000',
      [N]: '400000000',
    });
    const page = { pageSize: 0, pageToken: '', afterSequence: 0n };
    const list = { ...page, vaultId, rebalanceId: '', assetId: P };
    const { entries } = await world.vaults.listLedgerEntries(list);
    expect(entries).toEqual(one.entries.filter(({ assetId }) => assetId === P));
    expect(await audits()).toEqual([
      {
        verb: 'SPLIT_SERIES',
        subject: 'engine',
        details: `{"amount":"400000000","seriesId":"${SERIES}"}`,
      },
    ]);
    expect(await drift()).toBe('');
  });

  it('is refused by name', async () => {
    expect((await refusal(split(10n * UNIT + 1n))).reason).toBe('INSUFFICIENT_BALANCE');
    expect((await refusal(split('1.5'))).reason).toBe('DECIMAL_NOT_CANONICAL');
    expect((await refusal(split('0'))).reason).toBe('AMOUNT_OUT_OF_RANGE');
    expect((await refusal(split(UNIT, 'BTC-7000-20180405'))).reason).toBe('ASSET_NOT_FOUND');
    expect((await refusal(split(UNIT, 'XRP-1-20180405'))).reason).toBe('ASSET_NOT_FOUND');
    for (const seriesId of ['BTC-6000-20180230', P, 'BTC', '']) {
      const { violations } = await refusal(split(UNIT, seriesId));
      expect(violations.map(({ field }) => field)).toEqual(['series_id']);
    }
    const asOwner = world.vaults.splitSeries(exchange(UNIT));
    expect((await refusal(asOwner)).reason).toBe('PERMISSION_DENIED');
    const nowhere = engine.splitSeries({ ...exchange(UNIT), vaultId: 'none' });
    expect((await refusal(nowhere)).reason).toBe('VAULT_NOT_FOUND');
    const request = exchange(UNIT);
    await engine.splitSeries(request);
    const other = engine.splitSeries({ ...request, amount: '2' });
    expect((await refusal(other)).reason).toBe('REQUEST_ID_REUSED');
  });

  it('needs legs that have the decimals of the base asset', async () => {
    world.series.register(N, 6);
    const error = await refusal(split());
    expect(error).toMatchObject({ reason: 'ASSET_NOT_FOUND', metadata: { asset_id: N } });
  });

  it('ends with the millisecond before the maturity', async () => {
    world.clock.set(addMillis(MATURITY, -1));
    await split();
    world.clock.set(MATURITY);
    expect((await refusal(split())).reason).toBe('SERIES_MATURED');
  });
});

describe('MergeSeries', () => {
  it('gives the base asset back', async () => {
    await split(4n * UNIT);
    const { vault, entries } = await merge(3n * UNIT);
    expect(holdings(vault)).toEqual({
      cash: '0',
      WBTC: '900000000',
      [P]: '100000000',
      [N]: '100000000',
    });
    const { KIND_MERGE } = Kind;
    expect(linesOf(entries)).toContainEqual([KIND_MERGE, ACCOUNT_SERIES, P, '300000000']);
    expect(linesOf(entries)).toContainEqual([KIND_MERGE, ACCOUNT_SERIES, 'WBTC', '-300000000']);
    const last = await merge(UNIT);
    expect(holdings(last.vault)).toEqual({ cash: '0', WBTC: '1000000000' });
    expect(await drift()).toBe('');
  });

  it('is refused by name', async () => {
    await split();
    await engine.withdraw({ requestId: requestId(), vaultId, assetId: N, amount: '1' });
    const error = await refusal(merge());
    expect(error).toMatchObject({ reason: 'INSUFFICIENT_BALANCE', metadata: { asset_id: N } });
    expect((await refusal(merge('01'))).reason).toBe('DECIMAL_NOT_CANONICAL');
    const unknown = engine.mergeSeries(exchange(UNIT, 'BTC-1-20180405'));
    expect((await refusal(unknown)).reason).toBe('ASSET_NOT_FOUND');
    const request = exchange(1n);
    await engine.mergeSeries(request);
    const other = engine.mergeSeries({ ...request, amount: '2' });
    expect((await refusal(other)).reason).toBe('REQUEST_ID_REUSED');
  });
});

describe('SettleSeries', () => {
  beforeEach(async () => {
    world.series.publish('WBTC', '6500', addMillis(MATURITY, -60_000));
    // 6 800.75: P is worth the strike of 6 000, N the rest of 800.75.
    world.series.publish('WBTC', '6800.75', addMillis(MATURITY, -1));
    world.series.publish('WBTC', '9999', MATURITY);
    await split(4n * UNIT);
    await engine.withdraw({
      requestId: requestId(),
      vaultId,
      assetId: N,
      amount: String(3n * UNIT),
    });
  });

  it('pays both legs by the last price before the maturity, once per request', async () => {
    world.clock.set(addMillis(MATURITY, HOUR));
    const request = settling();
    const [one, two] = await Promise.all([
      engine.settleSeries(request),
      engine.settleSeries(request),
    ]);
    expect(two).toEqual(one);
    // 4 of P for 6 000 each and 1 of N for 800.75, in USDC of 6 decimals.
    expect(holdings(one.vault)).toEqual({ cash: '24800750000', WBTC: '600000000' });
    const { KIND_SETTLE } = Kind;
    expect(linesOf(one.entries)).toEqual([
      [KIND_SETTLE, ACCOUNT_POSITION, P, '-400000000'],
      [KIND_SETTLE, ACCOUNT_SERIES, P, '400000000'],
      [KIND_SETTLE, ACCOUNT_POSITION, N, '-100000000'],
      [KIND_SETTLE, ACCOUNT_SERIES, N, '100000000'],
      [KIND_SETTLE, ACCOUNT_CASH, 'USDC', '24800750000'],
      [KIND_SETTLE, ACCOUNT_VENUE, 'USDC', '-24800750000'],
    ]);
    expect(one.settlementPriceDecimal).toBe('6800.75');
    expect(one.settlementPriceTime?.getTime()).toBe(MATURITY - 1);
    expect(await drift()).toBe('');
    expect((await audits()).at(-1)).toEqual({
      verb: 'SETTLE_SERIES',
      subject: 'engine',
      details:
        `{"n":"100000000","p":"400000000","price":"6800.75",` +
        `"priceTime":"${formatInstant(instant(MATURITY - 1))}","seriesId":"${SERIES}"}`,
    });
    const again = await settle();
    expect(again).toMatchObject({ entries: [], settlementPriceDecimal: '6800.75' });
    expect(again.vault?.version).toBe(one.vault?.version);
    const other = engine.settleSeries({ ...request, seriesId: 'BTC-1-20180405' });
    expect((await refusal(other)).reason).toBe('REQUEST_ID_REUSED');
  });

  it('waits for the maturity and the delay, and says until when', async () => {
    for (const now of [START, MATURITY, addMillis(MATURITY, HOUR - 1)]) {
      if (now > START) world.clock.set(now);
      expect(await refusal(settle())).toMatchObject({
        reason: 'SERIES_NOT_MATURED',
        metadata: { series_id: SERIES, settle_time: '2018-04-05T09:00:00.000Z' },
      });
    }
    world.clock.set(addMillis(MATURITY, HOUR));
    expect((await settle()).entries).toHaveLength(6);
  });

  it('is refused without a price, or a series', async () => {
    for (const assetId of ['WETH', 'P-ETH-400-20180405', 'N-ETH-400-20180405']) {
      world.series.register(assetId, 8);
    }
    world.clock.set(addMillis(MATURITY, HOUR));
    const unpriced = engine.settleSeries(settling('ETH-400-20180405'));
    expect((await refusal(unpriced)).reason).toBe('PRICE_MISSING');
    const unknown = engine.settleSeries(settling('ETH-401-20180405'));
    expect((await refusal(unknown)).reason).toBe('ASSET_NOT_FOUND');
  });
});

describe('a vault', () => {
  const attempts = { split: () => split(1n), merge: () => merge(1n), settle };
  /** What each of the three is refused with. */
  async function reasons(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const attempt of Object.values(attempts)) found.push((await refusal(attempt())).reason);
    return found;
  }
  const mode = (wanted: VaultMode) =>
    world.vaults.setVaultMode({
      requestId: requestId(),
      vaultId,
      mode: wanted,
      fence: undefined,
      reason: '',
    });

  beforeEach(async () => {
    await split(4n);
    world.clock.set(addMillis(MATURITY, HOUR));
    world.series.publish('WBTC', '6500', addMillis(MATURITY, -1));
  });

  it('does nothing with series while a rebalance runs', async () => {
    const { vault } = await deposit('USDC', 10_000n);
    const snapshotHash = world.snapshot([...['WBTC', 'A', P, N].map((assetId) => ({ assetId }))]);
    const held = present(vault, 'Deposit answers with the vault');
    const vaultVersion = Number(held.version);
    const targets = [{ assetId: 'A', weightBps: 100 }];
    const planHash = world.plan({ vaultId, vaultVersion, snapshotHash, targets });
    const terms = exampleTerms(world, held, {
      snapshotHash,
      source: { $case: 'planHash', value: planHash },
    });
    await world.orderGen.createRebalance({ requestId: requestId(), terms });
    expect(await reasons()).toEqual(['VAULT_BUSY', 'VAULT_BUSY', 'VAULT_BUSY']);
  });

  it('that is not open takes no split, and gives what it holds', async () => {
    await mode(VaultMode.VAULT_MODE_PAUSED);
    expect((await refusal(split(1n))).reason).toBe('VAULT_NOT_OPEN');
    expect(holdings((await merge(1n)).vault)[P]).toBe('3');
    await mode(VaultMode.VAULT_MODE_CLOSING);
    expect((await refusal(split(1n))).reason).toBe('VAULT_NOT_OPEN');
    expect(holdings((await settle()).vault)[P]).toBeUndefined();
  });

  it('that is closed does nothing', async () => {
    await sql("update vaults set mode = 'CLOSED'");
    expect(await reasons()).toEqual(['VAULT_NOT_OPEN', 'VAULT_CLOSED', 'VAULT_CLOSED']);
  });

  it('that is frozen does nothing', async () => {
    await sql('update vaults set frozen = true');
    expect(await reasons()).toEqual(['VAULT_FROZEN', 'VAULT_FROZEN', 'VAULT_FROZEN']);
  });

  it('in deficit is paid, and does nothing else', async () => {
    await drift();
    await sql('update vaults set cash = -1');
    expect((await refusal(split(1n))).reason).toBe('VAULT_IN_DEFICIT');
    expect((await refusal(merge(1n))).reason).toBe('VAULT_IN_DEFICIT');
    expect((await settle()).entries).toHaveLength(6);
  });

  it('whose halves are not equal is frozen, though every balance agrees', async () => {
    expect(await drift()).toBe('');
    await sql(`update ledger_entries set amount = amount * 2 where asset_id = $1`, [N]);
    await sql('update vault_positions set quantity = 8 where asset_id = $1', [N]);
    world.clock.advanceMillis(60_000);
    const { vault } = await eventually(
      async () => {
        const answer = await world.vaults.getVault({ vaultId });
        return answer.vault?.holds.includes(VaultHold.VAULT_HOLD_FROZEN) === true
          ? answer
          : undefined;
      },
      { what: 'the hold' },
    );
    expect(holdings(vault)[N]).toBe('8');
    const [entry] = await sql<{ reason: string }>(
      "select reason from audit_entries where verb = 'FREEZE'",
    );
    expect(entry?.reason).toBe(`series of ${SERIES}: ledger 4, balance 8`);
  });
});
