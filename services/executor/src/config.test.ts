import { describe, expect, it } from 'vitest';
import { executorConfig } from './config.js';

const DATABASE_URL = 'postgres://trimtab@127.0.0.1:5432/trimtab';
const read = (env: Record<string, string>) => executorConfig({ DATABASE_URL, ...env });
const script = (...lines: readonly unknown[]) =>
  read({ PAPER_SCRIPT: JSON.stringify(lines) }).PAPER_SCRIPT;

describe('the configuration of the executor', () => {
  it('fills on paper, unscripted, by default', () => {
    expect(read({})).toMatchObject({
      GRPC_ADDRESS: '127.0.0.1:50055',
      VENUE: 'paper',
      PAPER_SEED: 'trimtab',
      PAPER_MAX_SLIPPAGE_BPS: 5,
      PAPER_FEE_BPS: 10,
      PAPER_SCRIPT: [],
      ORDER_CONCURRENCY: 16,
    });
  });

  it('reads every outcome, for an asset, an index, a direction or all', () => {
    const lines = [
      { assetId: 'WBTC', outcome: { kind: 'FAIL', reason: 'VENUE_REJECTED' } },
      { index: 0, outcome: { kind: 'FILL_PART', fillBps: 5000 } },
      { direction: 'INCREASE', outcome: { kind: 'TIME_OUT', afterMillis: 0 } },
      { assetId: 'WETH', index: 2, outcome: { kind: 'ANSWER_TWICE' } },
      { outcome: { kind: 'ANSWER_LATE', afterMillis: 60_000 } },
      { outcome: { kind: 'FILL' } },
    ];
    expect(script(...lines)).toEqual(lines);
  });

  it.each([
    ['text that is no JSON', 'fail the first sell'],
    ['no list', '{"outcome":{"kind":"FILL"}}'],
    ['a line without outcome', '[{"index":0}]'],
    ['an unknown outcome', '[{"outcome":{"kind":"EXPLODE"}}]'],
    ['an unknown reason', '[{"outcome":{"kind":"FAIL","reason":"BAD_LUCK"}}]'],
    ['a failure without reason', '[{"outcome":{"kind":"FAIL"}}]'],
    ['a part of nothing', '[{"outcome":{"kind":"FILL_PART","fillBps":0}}]'],
    ['a part that is all', '[{"outcome":{"kind":"FILL_PART","fillBps":10000}}]'],
    ['a part in fractions', '[{"outcome":{"kind":"FILL_PART","fillBps":0.5}}]'],
    ['a negative delay', '[{"outcome":{"kind":"ANSWER_LATE","afterMillis":-1}}]'],
    ['a delay above a minute', '[{"outcome":{"kind":"TIME_OUT","afterMillis":60001}}]'],
    ['a negative index', '[{"index":-1,"outcome":{"kind":"FILL"}}]'],
    ['an unknown direction', '[{"direction":"UP","outcome":{"kind":"FILL"}}]'],
    ['a misspelt field', '[{"asset":"WBTC","outcome":{"kind":"FILL"}}]'],
  ])('refuses a script with %s, naming the variable', (_what, text) => {
    expect(() => read({ PAPER_SCRIPT: text })).toThrow(/PAPER_SCRIPT/);
  });

  it.each([
    ['VENUE', 'binance'],
    ['PAPER_MAX_SLIPPAGE_BPS', '10001'],
    ['PAPER_FEE_BPS', '-1'],
    ['ORDER_CONCURRENCY', '0'],
    ['ORDER_CONCURRENCY', '257'],
  ])('refuses %s=%s', (name, value) => {
    expect(() => read({ [name]: value })).toThrow(new RegExp(name));
  });
});
