import type { IntentSpec } from '@trimtab/strategy';
import { describe, expect, it } from 'vitest';
import { halfOf, heldSeries, indexPurpose, indexTarget, indexWeights } from './index-run.js';
import { RUN_TRIGGERS } from './run.js';

const SERIES = 'BTC-30000-20180504';
const spec = (type: IntentSpec['type'], maxSlippagePerRollBps = 10) =>
  ({ type, constraints: { maxSlippagePerRollBps } }) as IntentSpec;

describe('the half that an intent holds', () => {
  it.each([
    ['treasury', 'P'],
    ['hedge', 'P'],
    ['leverage', 'N'],
    ['yield', 'P'],
    ['custom', 'P'],
  ] as const)('of %s is %s', (type, half) => {
    expect(halfOf(SERIES, { type })).toBe(`${half}-${SERIES}`);
  });

  it('is of a series that was read before', () => {
    expect(() => halfOf('BTC', { type: 'hedge' })).toThrow('BTC');
  });
});

describe('the series that a vault holds', () => {
  it('are those of its halves, each once, by id; other assets are none', () => {
    const held = ['WBTC', `N-${SERIES}`, `P-${SERIES}`, 'P-BTC-20000-20180410', 'P-BTC'];
    expect(heldSeries(held)).toEqual(['BTC-20000-20180410', SERIES]);
    expect(heldSeries([])).toEqual([]);
  });
});

describe('the purpose of a run of the option index', () => {
  it.each(RUN_TRIGGERS)('started by %s is a roll if it leaves another series', (trigger) => {
    expect(indexPurpose(trigger, SERIES, ['P-BTC-20000-20180410'])).toBe('ROLL');
    expect(indexPurpose(trigger, SERIES, [`P-${SERIES}`, 'P-BTC-20000-20180410'])).toBe('ROLL');
  });

  it.each(RUN_TRIGGERS)('started by %s is one else only for price and maturity', (trigger) => {
    const isRoll = trigger === 'PRICE' || trigger === 'MATURITY';
    for (const held of [[], ['WBTC'], [`P-${SERIES}`]]) {
      expect(indexPurpose(trigger, SERIES, held)).toBe(isRoll ? 'ROLL' : 'REBALANCE');
    }
  });

  it('is no roll when everything goes to cash', () => {
    expect(indexPurpose('COLLATERAL', undefined, [`P-${SERIES}`])).toBe('REBALANCE');
  });
});

describe('what a run of the option index buys', () => {
  it('is one half with the whole vault, under the limit of the intent if it is a roll', () => {
    const roll = indexTarget(SERIES, 'ROLL', spec('hedge', 15));
    const assetId = `P-${SERIES}`;
    expect(roll).toEqual({ seriesId: SERIES, assetId, slippageLimitBps: 15 });
    expect(indexWeights(roll)).toEqual([
      { assetId, side: 'LONG', weightBps: 10_000, kappa: undefined, investible: true },
    ]);
    expect(indexTarget(SERIES, 'REBALANCE', spec('hedge'))).toEqual({ seriesId: SERIES, assetId });
  });

  it('has a limit of 0 where the intent allows nothing', () => {
    expect(indexTarget(SERIES, 'ROLL', spec('hedge', 0))).toHaveProperty('slippageLimitBps', 0);
  });

  it('is nothing without a series', () => {
    const target = indexTarget(undefined, 'REBALANCE', spec('hedge'));
    expect(target).toEqual({});
    expect(indexWeights(target)).toEqual([]);
  });
});
