import { describe, expect, it } from 'vitest';
import { readIntentFile } from './intent-file.js';

const INTENT = {
  type: 'treasury',
  collateral: { asset: 'USDC', amount: 100_000 },
  ticker: 'BTC/USDC',
  config: {
    strikeRatio: 0.5,
    maturityDays: 30,
    rebalanceThreshold: '1.50',
    autoRoll: true,
    rollStrategy: 'standard',
  },
  constraints: {
    maxAnnualDriftBps: 200,
    maxSlippagePerRollBps: 10,
    maxCapital: 1e9,
    stopLossDriftBps: 500,
  },
  notifications: {
    onRoll: true,
    onThresholdBreach: true,
    onStopLoss: true,
    channels: ['inapp'],
  },
};

function errorsOf(intent: unknown): readonly string[] {
  const read = readIntentFile(typeof intent === 'string' ? intent : JSON.stringify(intent));
  return read.ok ? [] : read.error.map(({ field, message }) => `${field}: ${message}`);
}

describe('an intent file', () => {
  it('may write decimals as numbers or texts, and every digit counts', () => {
    const read = readIntentFile(JSON.stringify(INTENT));
    if (!read.ok) throw new Error(JSON.stringify(read.error));
    const { config, constraints, collateral, allocation } = read.value;
    expect([config.strikeRatio, config.rebalanceThreshold]).toEqual(['0.5', '1.5']);
    expect([constraints.maxCapital, collateral.amount]).toEqual(['1000000000', '100000']);
    expect(allocation).toEqual({ kind: 'index' });
    const exact = JSON.stringify(INTENT).replace('0.5', '0.50000000000000000001');
    expect(errorsOf(exact)).toEqual([
      expect.stringContaining('config.strikeRatio: was "0.50000000000000000001"'),
    ]);
  });

  it('may have triggers', () => {
    const triggers = {
      schedule: { cron: '0 8 * * 1', timeZone: 'Europe/Zurich' },
      cooldownSeconds: 60,
      slippageBudget: { budgetBps: 20, windowSeconds: 86_400 },
    };
    const read = readIntentFile(JSON.stringify({ ...INTENT, triggers }));
    expect(read.ok && read.value.triggers).toEqual({ ...triggers, driftBand: undefined });
  });

  it('is answered with every violation at its path', () => {
    const broken = {
      ...INTENT,
      notifications: undefined,
      type: 'casino',
      collateral: { asset: 'USDC', amount: -1 },
      config: { ...INTENT.config, strikeRatio: 2, maturityDays: '30', extra: 1 },
      triggers: { schedule: { cron: '61 * * * *', timeZone: 'Nowhere/Land' } },
    };
    expect(errorsOf(broken).map((error) => error.split(':')[0])).toEqual([
      'config.extra',
      'config.maturityDays',
      'type',
      'collateral.amount',
      'config.strikeRatio',
      'notifications',
      'triggers.schedule.cron',
      'triggers.schedule.timeZone',
    ]);
  });

  it.each([
    ['{', ': the JSON must have a key in quotes, at character 2'],
    ['{"type":"yield","type":"yield"}', ': the JSON has a key twice, at character 23'],
    ['[]', ': was a list, must be an object'],
  ])('that is no JSON object says why: %s', (text, message) => {
    expect(errorsOf(text)[0]).toBe(message);
  });

  it('plays the option index only', () => {
    expect(errorsOf({ ...INTENT, allocation: { index: {} } })).toEqual([]);
    expect(errorsOf({ ...INTENT, allocation: { solver: {} } })).toEqual([
      'allocation.solver: was an unknown key, must be one of index',
    ]);
  });

  it('has collateral that the recorded prices are of', () => {
    const weth = { ...INTENT, collateral: { asset: 'WETH', amount: 1 } };
    expect(errorsOf(weth)).toEqual([
      'collateral.asset: was "WETH", must be USDC or WBTC, for the prices are of BTC/USDC',
    ]);
    expect(errorsOf({ ...INTENT, collateral: { asset: 'WBTC', amount: 1 } })).toEqual([]);
  });
});
