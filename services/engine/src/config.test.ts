import { formatDecimal } from '@trimtab/decimal';
import { ConfigError } from '@trimtab/lifecycle';
import { describe, expect, it } from 'vitest';
import { agentSettings, engineConfig } from './config.js';

function volatilities(text?: string): readonly string[] {
  const config = engineConfig(text === undefined ? {} : { VOLATILITIES: text });
  return [...agentSettings(config).volatilities].map(
    ([base, value]) => `${base} ${formatDecimal(value)}`,
  );
}

function refusals(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    engineConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('the configuration of the engine', () => {
  it('needs nothing but what the process signs with', () => {
    expect(engineConfig({})).toMatchObject({
      GRPC_ADDRESS: '127.0.0.1:50056',
      INTENT_ADDRESS: '127.0.0.1:50051',
      TICK_CONCURRENCY: 16,
      LEASE_SECONDS: 30,
    });
  });

  it('gives the agents their figures in milliseconds and bps', () => {
    expect(agentSettings(engineConfig({ ORACLE_INTERVAL_SECONDS: '20', SPREAD_BPS: '8' }))).toEqual(
      {
        volatilities: new Map([['*', { digits: 8n, scale: 1 }]]),
        spreadBps: 8,
        minimumRollIntervalMillis: 3_600_000,
        settlementDelayMillis: 3_600_000,
        oracleIntervalMillis: 20_000,
        quoteIntervalMillis: 10_000,
        quoteMaxAgeMillis: 30_000,
        monitorIntervalMillis: 300_000,
        driftIntervalMillis: 3_600_000,
        driftMoveBps: 100,
        pollMillis: 1_000,
        idleMillis: 3_600_000,
        firstDeferralMillis: 60_000,
        maxDeferralMillis: 3_600_000,
        idleCashBps: 100,
      },
    );
  });

  it('reads a volatility for each base, with a default for all others', () => {
    expect(volatilities()).toEqual(['* 0.8']);
    expect(volatilities('{"BTC":"0.65","*":"1"}')).toEqual(['BTC 0.65', '* 1']);
  });

  it.each([
    ['is no JSON', 'BTC'],
    ['has no default', '{"BTC":"0.65"}'],
    ['holds a number, which JSON reads as binary', '{"*":0.8}'],
    ['is not canonical', '{"*":"0.80"}'],
    ['is 0', '{"*":"0"}'],
    ['is below 0', '{"*":"-1"}'],
    ['is of no ticker', '{"btc":"0.65","*":"1"}'],
  ])('refuses volatilities of which one %s', (_why, text) => {
    expect(refusals({ VOLATILITIES: text })).toEqual([
      expect.stringContaining('VOLATILITIES must be a JSON object of canonical decimals above 0'),
    ]);
  });

  it('refuses to publish prices later than they expire', () => {
    expect(refusals({ ORACLE_INTERVAL_SECONDS: '51' })).toEqual([
      'ORACLE_INTERVAL_SECONDS must be a whole number from 1 to 50',
    ]);
    expect(refusals({ ORACLE_INTERVAL_SECONDS: '50' })).toEqual([]);
  });

  it('names every bad variable at once', () => {
    const bad = { GRPC_ADDRESS: 'nowhere', TICK_CONCURRENCY: '0', ENGINE_ID: 'a b' };
    expect(refusals(bad).map((problem) => problem.split(' ')[0])).toEqual([
      'GRPC_ADDRESS',
      'ENGINE_ID',
      'TICK_CONCURRENCY',
    ]);
  });
});
