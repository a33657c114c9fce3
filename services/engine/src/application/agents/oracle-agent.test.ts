import { instant } from '@trimtab/core';
import { formatDecimal, parseDecimal, type Decimal } from '@trimtab/decimal';
import type { Series } from '@trimtab/option-index';
import { describe, expect, it } from 'vitest';
import type { AssetView, Observation, PriceView } from '../ports.js';
import { createOracleAgent } from './oracle-agent.js';

/** 2018-04-04T08:00:00Z */
const NOW = instant(1_522_828_800_000);
const DAY = 86_400_000;
const BASE: AssetView = { decimals: 8, lot: 10n, minimumOrder: 100n };

function decimal(text: string): Decimal {
  const parsed = parseDecimal(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

function healthy(price: string): PriceView {
  return { price: decimal(price), state: 'HEALTHY', publishTime: NOW };
}

function seriesOf(strike: bigint, days: number): Series {
  return { base: 'BTC', strike, maturity: instant(NOW + days * DAY) };
}

/** An oracle that knows the base, and keeps what it is told. */
function world(options: { readonly spot?: PriceView; readonly series?: readonly Series[] }) {
  const assets = new Map<string, AssetView>([['WBTC', BASE]]);
  const registered: Series[] = [];
  const published: Observation[][] = [];
  const agent = createOracleAgent(
    'BTC/USDC',
    {
      intents: { listSeries: async () => options.series ?? [] },
      oracle: {
        asset: async (assetId) => assets.get(assetId),
        price: async (assetId) => (assetId === 'WBTC' ? options.spot : undefined),
        registerSeries: async (series, base) => {
          registered.push(series);
          const day = new Date(series.maturity).toISOString().slice(0, 10).replaceAll('-', '');
          for (const leg of ['P', 'N']) assets.set(`${leg}-BTC-${series.strike}-${day}`, base);
        },
        publish: async (observations) => void published.push([...observations]),
      },
    },
    { volatilities: new Map([['*', decimal('0.8')]]), oracleIntervalMillis: 15_000 },
  );
  return { agent, registered, published };
}

function lines(observations: readonly Observation[] | undefined): readonly string[] {
  return (observations ?? []).map((one) =>
    one.kind === 'PRICE' ? `${one.assetId} ${formatDecimal(one.price)}` : one.kind,
  );
}

describe('the oracle agent', () => {
  it('publishes both halves of a series, which are worth the base together, and what that is', async () => {
    const { agent, published } = world({
      spot: healthy('7000.5'),
      series: [seriesOf(3_500n, 30)],
    });
    const result = await agent.tick(NOW);
    const [p = '', n = ''] = lines(published[0]);
    expect(p).toMatch(/^P-BTC-3500-20180504 34\d\d\.\d{1,6}$/);
    expect(n).toMatch(/^N-BTC-3500-20180504 35\d\d\.\d{1,6}$/);
    const [pValue, nValue] = (published[0] ?? []).map((one) =>
      one.kind === 'PRICE' ? one.price : decimal('0'),
    );
    expect((pValue?.digits ?? 0n) + (nValue?.digits ?? 0n)).toBe(7_000_500_000n);
    expect(result).toEqual({ nextDueTime: NOW + 15_000, spotPrice: decimal('7000.5') });
  });

  it('registers a new series once, with the terms of its base', async () => {
    const { agent, registered } = world({
      spot: healthy('7000'),
      series: [seriesOf(3_500n, 30)],
    });
    await agent.tick(NOW);
    await agent.tick(NOW);
    expect(registered).toEqual([seriesOf(3_500n, 30)]);
  });

  it('publishes by series id, whatever the order of the list', async () => {
    const series = [seriesOf(3_600n, 30), seriesOf(3_500n, 60), seriesOf(3_500n, 30)];
    const { agent, published } = world({ spot: healthy('7000'), series });
    await agent.tick(NOW);
    expect(lines(published[0]).map((line) => line.split(' ')[0])).toEqual([
      'P-BTC-3500-20180504',
      'N-BTC-3500-20180504',
      'P-BTC-3500-20180603',
      'N-BTC-3500-20180603',
      'P-BTC-3600-20180504',
      'N-BTC-3600-20180504',
    ]);
  });

  it('leaves a mature series alone: it is paid by the price of its base', async () => {
    const { agent, registered, published } = world({
      spot: healthy('7000'),
      series: [seriesOf(3_500n, 0), seriesOf(3_600n, 1)],
    });
    await agent.tick(NOW);
    expect(registered.map(({ strike }) => strike)).toEqual([3_600n]);
    expect(lines(published[0])).toHaveLength(2);
  });

  it.each([
    ['is stale', { ...healthy('7000'), state: 'STALE' as const }],
    ['is held back', { ...healthy('7000'), state: 'HALTED' as const }],
    ['was never published', { ...healthy('7000'), price: undefined }],
    ['is of no asset', undefined],
  ])('publishes nothing while the price of the base %s, and looks again', async (_why, spot) => {
    const { agent, registered, published } = world({
      ...(spot === undefined ? {} : { spot }),
      series: [seriesOf(3_500n, 30)],
    });
    expect(await agent.tick(NOW)).toEqual({ nextDueTime: NOW + 15_000 });
    expect([...registered, ...published]).toEqual([]);
  });

  it('tells what the base is worth also while nobody holds a series', async () => {
    const { agent, published } = world({ spot: healthy('7000') });
    expect(await agent.tick(NOW)).toMatchObject({ spotPrice: decimal('7000') });
    expect(published).toEqual([]);
  });

  it('publishes a half that is worth nothing at the last digit, as no price is 0', async () => {
    // A day before its maturity a call at ten times the price is worth nothing.
    const { agent, published } = world({
      spot: healthy('700'),
      series: [seriesOf(7_000n, 1)],
    });
    await agent.tick(NOW);
    expect(lines(published[0])).toEqual([
      'P-BTC-7000-20180405 700',
      'N-BTC-7000-20180405 0.000001',
    ]);
  });
});
