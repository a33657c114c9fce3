import { DomainFailure, parseInstant, type Instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { backtestFiles, playBacktest } from './play-backtest.js';

const INTENT = {
  type: 'custom',
  collateral: { asset: 'USDC', amount: '1000' },
  ticker: 'BTC/USDC',
  config: {
    strikeRatio: '0.5',
    maturityDays: 2,
    rebalanceThreshold: '1.5',
    autoRoll: true,
    rollStrategy: 'standard',
  },
  constraints: {
    maxAnnualDriftBps: 10_000,
    maxSlippagePerRollBps: 10,
    maxCapital: '1000',
    stopLossDriftBps: 10_000,
  },
  notifications: { onRoll: true, onThresholdBreach: true, onStopLoss: true, channels: ['inapp'] },
};
const PRICES = ['date,close', '2020-01-01,100', '2020-01-02,100', '2020-01-03,100'].join('\n');
const REQUEST = { intentText: JSON.stringify(INTENT), pricesText: PRICES, seed: 'seed' };

function at(text: string): Instant {
  const parsed = parseInstant(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

async function refusalOf(request: Parameters<typeof playBacktest>[0]) {
  const error: unknown = await playBacktest(request).catch((thrown: unknown) => thrown);
  if (!(error instanceof DomainFailure)) throw new Error(`was ${String(error)}`);
  return error.error;
}

describe('a backtest', () => {
  it('goes from the first price to a minute after the last', async () => {
    const { period, values } = await playBacktest(REQUEST);
    expect([period.from, period.to, period.priceCount]).toEqual([
      '2020-01-02T00:00:00.000Z',
      '2020-01-04T00:01:00.000Z',
      3,
    ]);
    expect(values).toHaveLength(4);
  });

  it('may begin and end inside the recording', async () => {
    const inside = { from: at('2020-01-02T12:00:00Z'), to: at('2020-01-03T00:00:00Z') };
    const { period } = await playBacktest({ ...REQUEST, ...inside });
    expect([period.from, period.to]).toEqual([
      '2020-01-03T00:00:00.000Z',
      '2020-01-03T00:01:00.000Z',
    ]);
  });

  it('is refused when the prices end before the activation', async () => {
    const late = playBacktest({ ...REQUEST, from: at('2020-01-05T00:00:00Z') });
    await expect(late).rejects.toThrow(
      'the prices cannot be played: they are of 2020-01-02T00:00:00.000Z to 2020-01-04T00:00:00.000Z, must have one from 2020-01-05T00:00:00.000Z to any time, for the activation',
    );
  });

  it('is refused with every violation of the intent', async () => {
    const { reason, violations } = await refusalOf({ ...REQUEST, intentText: '{"type":"yield"}' });
    expect(reason).toBe('INTENT_INVALID');
    expect(violations.map(({ field }) => field)).toEqual([
      'collateral',
      'ticker',
      'config',
      'constraints',
      'notifications',
    ]);
  });

  it('is refused with the line that cannot be read', async () => {
    const pricesText = PRICES.replace('2020-01-02,100', '2020-01-02,one');
    await expect(playBacktest({ ...REQUEST, pricesText })).rejects.toThrow(
      'the prices cannot be played: line 3: close was "one", must be a plain decimal above 0',
    );
  });

  it('becomes a report, a text and a drawing', async () => {
    const files = await backtestFiles(await playBacktest(REQUEST));
    expect([...files.keys()]).toEqual(['report.json', 'report.md', 'chart.svg']);
    expect(files.get('report.md')).toContain('# Backtest: custom over BTC/USDC');
    expect(files.get('chart.svg')).toMatch(/^<svg[^]*value per unit[^]*<\/svg>\n$/);
  });
});
