import { addMillis, present, type Instant } from '@trimtab/core';
import { decimalOf, formatDecimal, valueOf, type Decimal } from '@trimtab/decimal';
import { parseSeriesAssetId, payoutOf } from '@trimtab/option-index';
import {
  ROLL_STRATEGIES,
  STRATEGY_TYPES,
  type Config,
  type Constraints,
  type IntentSpec,
} from '@trimtab/strategy';
import { campaignCount, SEED } from '@trimtab/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerLine } from '../application/ports.js';
import { halfPrice } from '../domain/half-price.js';
import { inputOf, play } from './backtest.fixture.js';
import { imbalanceOf } from './books.js';
import type { BacktestOutcome, OwnerFlow } from './run-backtest.js';
import { DAY_MILLIS, dec, specOf, START, startWorld } from './world.fixture.js';

const RUNS = { seed: SEED, numRuns: campaignCount(25, 400) };
const HOUR_MILLIS = 3_600_000;

/** Days of a base that moves between −40 % and +60 % from one to the next. */
const prices: fc.Arbitrary<readonly Decimal[]> = fc
  .array(fc.integer({ min: 6_000, max: 16_000 }), { minLength: 2, maxLength: 40 })
  .map((moves) => {
    let cents = 1_000_000n;
    return moves.map((move) => {
      cents = (cents * BigInt(move)) / 10_000n;
      if (cents < 10_000n) cents = 10_000n;
      return decimalOf(cents, 2);
    });
  });

const hundredths = (min: number, max: number): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map((value) => formatDecimal(decimalOf(BigInt(value), 2)));

const config: fc.Arbitrary<Config> = fc.record({
  strikeRatio: hundredths(10, 100),
  maturityDays: fc.integer({ min: 1, max: 40 }),
  rebalanceThreshold: hundredths(100, 250),
  autoRoll: fc.boolean(),
  rollStrategy: fc.constantFrom(...ROLL_STRATEGIES),
});

const constraints: fc.Arbitrary<Constraints> = fc.record({
  maxAnnualDriftBps: fc.integer({ min: 0, max: 10_000 }),
  maxSlippagePerRollBps: fc.integer({ min: 0, max: 100 }),
  maxCapital: fc.constant('1000000'),
  stopLossDriftBps: fc.integer({ min: 0, max: 10_000 }),
});

const spec: fc.Arbitrary<IntentSpec> = fc
  .record({ type: fc.constantFrom(...STRATEGY_TYPES), config, constraints })
  .map(({ type, ...terms }) => specOf(type, terms));

/**
 * Deposits of a tenth to all of the first capital and withdrawals of a twentieth to a half, at the first
 * hour of a third of a day each: the agents account for one before the next comes.
 */
const flows: fc.Arbitrary<readonly OwnerFlow[]> = fc
  .uniqueArray(
    fc.oneof(
      fc.record({
        kind: fc.constant('DEPOSIT' as const),
        third: fc.integer({ min: 0, max: 110 }),
        amount: fc.bigInt({ min: 1_000_000_000n, max: 10_000_000_000n }),
      }),
      fc.record({
        kind: fc.constant('WITHDRAWAL' as const),
        third: fc.integer({ min: 0, max: 110 }),
        partBps: fc.integer({ min: 500, max: 5_000 }),
      }),
    ),
    { maxLength: 4, selector: ({ third }) => third },
  )
  .map((all) =>
    all
      .toSorted((left, right) => left.third - right.third)
      .map(({ third, ...flow }): OwnerFlow => {
        const time = addMillis(START, (8 * third + 1) * HOUR_MILLIS);
        return flow.kind === 'DEPOSIT' ? { ...flow, time, assetId: 'USDC' } : { ...flow, time };
      }),
  );

function byTransaction(lines: readonly LedgerLine[]): readonly (readonly LedgerLine[])[] {
  const groups = new Map<string, LedgerLine[]>();
  for (const line of lines) {
    groups.set(line.transactionId, [...(groups.get(line.transactionId) ?? []), line]);
  }
  return [...groups.values()];
}

/** What the vault holds of each asset, from its lines alone. */
function heldOf(lines: readonly LedgerLine[]): ReadonlyMap<string, bigint> {
  const held = new Map<string, bigint>();
  for (const { account, assetId, amount } of lines) {
    if (account !== 'CASH' && account !== 'POSITION') continue;
    held.set(assetId, (held.get(assetId) ?? 0n) + amount);
  }
  return held;
}

describe('over any prices, terms and flows', () => {
  it('the books conserve: every transaction balances, and nothing is held below 0', async () => {
    await fc.assert(
      fc.asyncProperty(spec, prices, flows, async (terms, path, moves) => {
        const { world } = await play({ spec: terms, prices: path, flows: moves });
        const lines = world.books.lines();
        const transactions = byTransaction(lines);
        expect(transactions.length).toBeGreaterThan(0);
        for (const transaction of transactions) {
          expect(imbalanceOf(transaction)).toBeUndefined();
        }
        const held = heldOf(lines);
        for (const quantity of held.values()) expect(quantity >= 0n).toBe(true);
        const { cash, positions } = world.vault.view();
        expect(held.get('USDC')).toBe(cash);
        for (const { assetId, quantity } of positions) expect(held.get(assetId)).toBe(quantity);
      }),
      RUNS,
    );
  });

  it('there is at most one roll in the minimum interval, and none beyond its limit', async () => {
    await fc.assert(
      fc.asyncProperty(spec, prices, async (terms, path) => {
        const { world } = await play({ spec: terms, prices: path });
        const rolls = world.journal.runs.filter(
          ({ purpose, rebalance }) => purpose === 'ROLL' && rebalance?.traded === true,
        );
        const times = rolls.map(({ createTime }) => createTime);
        const gaps = times.slice(1).map((time, place) => time - (times[place] ?? START));
        expect(gaps.filter((gap) => gap < HOUR_MILLIS)).toEqual([]);
        expect(world.intent.current().runtime.totalRolls).toBe(rolls.length);
      }),
      RUNS,
    );
  });

  it('a terminal state stays, and nothing is held or moved after it', async () => {
    await fc.assert(
      fc.asyncProperty(spec, prices, flows, async (terms, path, moves) => {
        const outcome = await play({ spec: terms, prices: path, flows: moves });
        const { world } = outcome;
        const { states } = world.journal;
        const ends = states.filter(({ state }) => state !== 'ACTIVE');
        expect(ends.length).toBeLessThanOrEqual(1);
        if (ends.length === 0) return;
        expect(states.at(-1)).toEqual(ends[0]);
        expect(world.vault.view()).toMatchObject({ mode: 'CLOSED', cash: 0n, positions: [] });
        await expectRefused(outcome);
      }),
      RUNS,
    );
  });

  it('the same seed gives the same journal', async () => {
    await fc.assert(
      fc.asyncProperty(spec, prices, flows, fc.string(), async (terms, path, moves, seed) => {
        const played = { spec: terms, prices: path, flows: moves, choices: { seed } };
        const [one, other] = [await play(played), await play(played)];
        expect(other.world.journal).toEqual(one.world.journal);
        expect(other.samples).toEqual(one.samples);
      }),
      { ...RUNS, numRuns: campaignCount(10, 100) },
    );
  });
});

/** Every write is refused, and the state is as it was. */
async function expectRefused({ world }: BacktestOutcome): Promise<void> {
  const { intents } = world.ports;
  const before = world.intent.current();
  const end = { requestId: 'late', intentId: before.id, leaseToken: 1n, reason: 'late' };
  await expect(intents.complete(end)).rejects.toThrow();
  await expect(intents.fail(end)).rejects.toThrow();
  await expect(intents.rebalance({ ...end, trigger: 'OPENING' })).rejects.toThrow();
  expect(() => world.intent.patch({ totalRolls: 99 }, START)).toThrow('cannot be modified');
  expect(world.intent.current()).toEqual(before);
}

describe('a deposit or a withdrawal', () => {
  it('moves the value of a unit by less than the part of one unit a transaction, and never down', async () => {
    let flowCount = 0;
    await fc.assert(
      fc.asyncProperty(spec, prices, flows, async (terms, path, moves) => {
        const outcome = await play({ spec: terms, prices: path, flows: moves });
        for (const step of unitStepsOf(outcome, path)) {
          flowCount += 1;
          const { navBefore, unitsBefore, navAfter, unitsAfter, transactionCount } = step;
          // What the value of a unit rose by, times both counts of units.
          const rise = navAfter * unitsBefore - navBefore * unitsAfter;
          const limit = navBefore * BigInt(transactionCount);
          expect(rise >= 0n && rise < limit, JSON.stringify(step, asText)).toBe(true);
        }
      }),
      RUNS,
    );
    expect(flowCount).toBeGreaterThan(RUNS.numRuns / 10);
  });
});

interface UnitStep {
  readonly navBefore: bigint;
  readonly unitsBefore: bigint;
  readonly navAfter: bigint;
  readonly unitsAfter: bigint;
  /** A withdrawal in kind is one for each asset. */
  readonly transactionCount: number;
}

/** Each report of units after the first, with the value of the vault just before and after its flow. */
function unitStepsOf({ world }: BacktestOutcome, path: readonly Decimal[]): readonly UnitStep[] {
  const { volatilities } = inputOf({ spec: specOf('treasury'), prices: path }).settings.agents;
  const valueAt = (lines: readonly LedgerLine[], time: Instant): bigint => {
    const spot = present(path[Math.floor((time - START) / DAY_MILLIS)], 'the day has a price');
    return [...heldOf(lines)].reduce((nav, [assetId, quantity]) => {
      if (assetId === 'USDC') return nav + quantity;
      const half = parseSeriesAssetId(assetId);
      if (!half.ok) throw new Error(assetId);
      const { leg, series } = half.value;
      const price = halfPrice(leg, series, { spot, time, volatilities });
      return nav + valueOf(quantity, { price, assetDecimals: 8, underlyingDecimals: 6 });
    }, 0n);
  };
  return world.journal.reports.flatMap(({ before, after }): UnitStep[] => {
    const [unitsBefore, unitsAfter] = [before.index?.issuedUnits, after.index?.issuedUnits];
    if (!unitsBefore || !unitsAfter || unitsBefore === unitsAfter) return [];
    const lines = world.books.lines().slice(0, after.index?.ledgerSequence);
    const last = present(
      lines.findLast(({ account }) => account === 'OWNER'),
      'units follow a flow',
    );
    const flow = lines.filter(
      ({ kind, bookTime }) => kind === last.kind && bookTime === last.bookTime,
    );
    const first = present(flow[0], 'a flow has lines').sequence;
    const navBefore = valueAt(lines.slice(0, first - 1), last.bookTime);
    const navAfter = valueAt(lines.slice(0, last.sequence), last.bookTime);
    const transactionCount = new Set(flow.map(({ transactionId }) => transactionId)).size;
    return navBefore <= 0n
      ? []
      : [{ navBefore, unitsBefore, navAfter, unitsAfter, transactionCount }];
  });
}

function asText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

describe('a split series', () => {
  it('is one unit in its two halves: merged or settled, both give what a unit is worth', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.bigInt({ min: 1n, max: 10n ** 12n }),
        fc.bigInt({ min: 1n, max: 10n ** 6n }),
        fc.integer({ min: 1, max: 10_000_000 }),
        async (amount, strike, cents) => {
          const world = startWorld();
          const maturity = addMillis(START, 30 * DAY_MILLIS + 8 * HOUR_MILLIS);
          const series = { base: 'BTC', strike, maturity };
          const halves = ['P', 'N'].map((leg) => `${leg}-BTC-${strike}-20200131`);
          for (const half of halves) world.vault.deposit(half, amount);
          const { vaultId } = world.vault;
          await world.ports.vaults.mergeSeries({ requestId: 'm', vaultId, series, amount });
          expect(world.vault.view().positions.map((one) => [one.assetId, one.quantity])).toEqual([
            ['WBTC', amount],
          ]);
          const price = decimalOf(BigInt(cents), 2);
          const quote = { price, assetDecimals: 8, underlyingDecimals: 6 };
          const paid =
            payoutOf('P', amount, { strike, quote }) + payoutOf('N', amount, { strike, quote });
          expect(paid).toBe((amount * BigInt(cents)) / 10_000n);
        },
      ),
      RUNS,
    );
  });
});

it('inputs of a test are one price a day', () => {
  const { prices: played } = inputOf({ spec: specOf('yield'), prices: [dec('1'), dec('2')] });
  expect(played.map(({ time }) => time - START)).toEqual([0, DAY_MILLIS]);
});
