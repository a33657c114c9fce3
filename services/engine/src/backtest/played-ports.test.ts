import { addMillis, DomainFailure } from '@trimtab/core';
import { seriesId, type Series } from '@trimtab/option-index';
import { describe, expect, it } from 'vitest';
import type { RunTrigger } from '../application/ports.js';
import { imbalanceOf } from './books.js';
import { at, claimOne, DAY_MILLIS, dec, specOf, START, startWorld } from './world.fixture.js';
import type { World } from './world.js';

const SERIES: Series = { base: 'BTC', strike: 5_000n, maturity: at('2020-01-31T08:00:00Z') };
const LATER: Series = { base: 'BTC', strike: 4_000n, maturity: at('2020-02-15T08:00:00Z') };

async function publish(world: World, series: Series, price: string): Promise<void> {
  const { oracle } = world.ports;
  await oracle.registerSeries(series, { decimals: 8, lot: 1n, minimumOrder: 1n });
  const assetId = `P-${seriesId(series)}`;
  await oracle.publish([{ kind: 'PRICE', assetId, price: dec(price) }], START);
}

/** Asks for a run under the lease of whatever is due. */
async function run(world: World, trigger: RunTrigger, series?: Series, requestId = 'request-1') {
  const claim = { engineId: 'engine', kinds: [], limit: 1, leaseSeconds: 30 };
  const [work] = await world.ports.intents.claim(claim);
  const leaseToken = work?.leaseToken ?? 0n;
  const wanted = series === undefined ? {} : { series };
  return world.ports.intents.rebalance({
    requestId,
    intentId: 'intent-1',
    trigger,
    leaseToken,
    ...wanted,
  });
}

const reasonOf = async (call: Promise<unknown>): Promise<string> => {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof DomainFailure ? error.error.reason : String(error);
};

describe('a run', () => {
  it('opens the series with all the cash, once for each request id', async () => {
    const world = startWorld();
    await publish(world, SERIES, '4999');
    const opened = await run(world, 'OPENING', SERIES);
    expect([opened.outcome, opened.purpose]).toEqual(['REBALANCE', 'REBALANCE']);
    expect(await run(world, 'OPENING', SERIES)).toEqual(opened);
    const { positions, cash } = world.vault.view();
    // 10 000 / 4 999 = 2.00040008…, floored to a base unit; what is left is less than one costs.
    expect(positions.map(({ assetId, quantity }) => [assetId, quantity])).toEqual([
      ['P-BTC-5000-20200131', 200_040_008n],
    ]);
    expect(cash).toBeLessThan(50n);
  });

  it('rolls: sells the other series at the bid and buys at the ask of the maker', async () => {
    const world = startWorld();
    await publish(world, SERIES, '5000');
    await run(world, 'OPENING', SERIES);
    await publish(world, LATER, '4000');
    const quote = { kind: 'QUOTE', bid: dec('4998'), ask: dec('5002') } as const;
    const next = { kind: 'QUOTE', bid: dec('3998'), ask: dec('4002') } as const;
    await world.ports.marketMaker.publish(
      [
        { ...quote, assetId: 'P-BTC-5000-20200131' },
        { ...next, assetId: 'P-BTC-4000-20200215' },
      ],
      START,
    );
    const rolled = await run(world, 'PRICE', LATER, 'request-2');
    expect(rolled.purpose).toBe('ROLL');
    const rebalance = await world.ports.orderGen.get(rolled.rebalanceId ?? '');
    // 2 sold at 4 998 are 9 996, which buy 2.49775112 at 4 002, worth 4 000
    // each: 9 991.00448; 0.000017 are left.
    expect([rebalance.nav, rebalance.cost]).toEqual([10_000_000_000n, 8_995_503n]);
  });

  it('that has nothing to trade is a no-op', async () => {
    const world = startWorld();
    await publish(world, SERIES, '5000');
    await run(world, 'OPENING', SERIES);
    expect((await run(world, 'OPENING', SERIES, 'request-2')).outcome).toBe('NO_OP');
  });

  it('waits for the price of what it shall buy, and gives up after a minute', async () => {
    const world = startWorld();
    expect(await reasonOf(run(world, 'OPENING', SERIES))).toBe('DEPENDENCY_UNAVAILABLE');
    expect((await world.ports.intents.listSeries('BTC/USDC')).map(seriesId)).toEqual([
      'BTC-5000-20200131',
    ]);
    world.clock.set(addMillis(START, 60_001));
    expect((await run(world, 'OPENING', SERIES)).reason).toBe('ASSET_NOT_HEALTHY');
  });

  it('goes on with the same request once the price is there', async () => {
    const world = startWorld();
    await reasonOf(run(world, 'OPENING', SERIES));
    await publish(world, SERIES, '5000');
    expect((await run(world, 'OPENING', SERIES)).outcome).toBe('REBALANCE');
    expect(await world.ports.intents.lastRuns('intent-1', 5)).toHaveLength(1);
  });

  it('of a series that has matured is refused', async () => {
    const world = startWorld();
    await publish(world, SERIES, '5000');
    world.clock.set(SERIES.maturity);
    expect((await run(world, 'OPENING', SERIES)).reason).toBe('SERIES_MATURED');
  });

  it('within the cooldown is a no-op', async () => {
    const triggers = { ...specOf('treasury').triggers, cooldownSeconds: 60 };
    const world = startWorld({ spec: specOf('treasury', { triggers }) });
    await publish(world, SERIES, '5000');
    await publish(world, LATER, '4000');
    await run(world, 'OPENING', SERIES);
    world.clock.set(addMillis(START, 59_999));
    expect((await run(world, 'PRICE', LATER, 'request-2')).reason).toBe('COOLDOWN');
    world.clock.set(addMillis(START, 60_000));
    expect((await run(world, 'PRICE', LATER, 'request-3')).outcome).toBe('REBALANCE');
  });

  it('needs the current lease of a work', async () => {
    const world = startWorld();
    const request = { requestId: 'r', intentId: 'intent-1', trigger: 'OPENING' } as const;
    const call = world.ports.intents.rebalance({ ...request, leaseToken: 7n });
    expect(await reasonOf(call)).toBe('LEASE_LOST');
  });
});

describe('a settlement', () => {
  async function matured() {
    const world = startWorld();
    await publish(world, SERIES, '5000');
    await run(world, 'OPENING', SERIES);
    world.clock.set(addMillis(SERIES.maturity, -1));
    world.oracle.play(dec('4500.5'));
    world.clock.set(SERIES.maturity);
    world.oracle.play(dec('9000'));
    return world;
  }
  const request = (world: World) => ({
    requestId: 'settle-1',
    vaultId: world.vault.vaultId,
    series: SERIES,
  });

  it('waits for the delay after the maturity', async () => {
    const world = await matured();
    world.clock.set(addMillis(SERIES.maturity, 3_599_999));
    const call = world.ports.vaults.settleSeries(request(world));
    expect(await reasonOf(call)).toBe('SERIES_NOT_MATURED');
  });

  it('pays by the last price before the maturity, once', async () => {
    const world = await matured();
    world.clock.set(addMillis(SERIES.maturity, 3_600_000));
    await world.ports.vaults.settleSeries(request(world));
    await world.ports.vaults.settleSeries(request(world));
    // 2 P of strike 5 000 at 4 500.5.
    expect(world.vault.view()).toMatchObject({ cash: 9_001_000_000n, positions: [] });
    expect(world.vault.settlements()).toHaveLength(1);
    expect(imbalanceOf(world.books.lines())).toBeUndefined();
  });
});

describe('merging', () => {
  it('makes equal halves the base asset again, and not more than is held', async () => {
    const world = startWorld();
    for (const half of ['P-BTC-5000-20200131', 'N-BTC-5000-20200131'])
      world.vault.deposit(half, 5n);
    const request = { vaultId: world.vault.vaultId, series: SERIES };
    await world.ports.vaults.mergeSeries({ ...request, requestId: 'm1', amount: 3n });
    expect(
      world.vault.view().positions.map(({ assetId, quantity }) => [assetId, quantity]),
    ).toEqual([
      ['N-BTC-5000-20200131', 2n],
      ['P-BTC-5000-20200131', 2n],
      ['WBTC', 3n],
    ]);
    const more = world.ports.vaults.mergeSeries({ ...request, requestId: 'm2', amount: 3n });
    expect(await reasonOf(more.then((value) => value))).toBe('INSUFFICIENT_BALANCE');
  });
});

describe('the end of an intent', () => {
  it('sells what is not mature, pays the owner and closes the vault', async () => {
    const world = startWorld();
    await publish(world, SERIES, '5000');
    await run(world, 'OPENING', SERIES);
    const { leaseToken } = await claimOne(world, 'REBALANCE');
    const end = { requestId: 'end', intentId: 'intent-1', leaseToken, reason: 'stopped' };
    await world.ports.intents.complete(end);
    expect(world.intent.current().state).toBe('ACTIVE');
    await world.end.advance();
    expect(world.vault.view()).toMatchObject({ mode: 'CLOSED', cash: 0n, positions: [] });
    expect(world.intent.current()).toMatchObject({ state: 'COMPLETED', stateReason: 'stopped' });
    const again = world.ports.intents.fail({ ...end, requestId: 'fail' });
    expect(await reasonOf(again)).toBe('INTENT_TERMINAL');
  });

  it('waits until what is mature may be settled', async () => {
    const world = startWorld();
    await publish(world, SERIES, '5000');
    await run(world, 'OPENING', SERIES);
    const { leaseToken } = await claimOne(world, 'REBALANCE');
    world.clock.set(SERIES.maturity);
    const end = { requestId: 'end', intentId: 'intent-1', leaseToken, reason: 'stopped' };
    await world.ports.intents.complete(end);
    await world.end.advance();
    expect(world.intent.current().state).toBe('ACTIVE');
    expect(world.end.nextTime()).toBe(SERIES.maturity + 3_600_000);
    world.clock.set(addMillis(SERIES.maturity, 3_600_000));
    await world.end.advance();
    expect(world.intent.current().state).toBe('COMPLETED');
    expect(world.vault.settlements()).toHaveLength(1);
  });
});

describe('the oracle', () => {
  it('answers with what stood at a time', async () => {
    const world = startWorld();
    world.clock.set(addMillis(START, DAY_MILLIS));
    world.oracle.play(dec('11000'));
    const { oracle } = world.ports;
    expect((await oracle.priceAt('WBTC', addMillis(START, DAY_MILLIS - 1)))?.price).toEqual(
      dec('10000'),
    );
    expect((await oracle.price('WBTC'))?.price).toEqual(dec('11000'));
    expect(await oracle.priceAt('WBTC', addMillis(START, -1))).toBeUndefined();
    expect(await oracle.price('P-BTC-1-20200101')).toBeUndefined();
  });
});
