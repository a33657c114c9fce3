import { describe, expect, it } from 'vitest';
import { instant } from '@trimtab/core';
import { decimalOf } from '@trimtab/decimal';
import { buyOrder, sellOrder } from './order.fixture.js';
import {
  checkAgainstRebalance,
  checkBalance,
  checkExpiry,
  checkPrice,
  type RebalanceView,
} from './revalidate.js';

const rebalance: RebalanceView = {
  h0: 'h0',
  planHash: 'plan',
  txBundleHash: 'bundle',
  actions: [{ assetId: 'WBTC', side: 'LONG', releasesCash: true, cap: 200_000_000n }],
};

describe('checkAgainstRebalance', () => {
  it('lets the order of the approved plan pass', () => {
    expect(checkAgainstRebalance(sellOrder(), rebalance)).toBeUndefined();
  });

  it.each([
    ['another h0', sellOrder({ h0: 'other' }), 'PLAN_HASH_MISMATCH'],
    ['another plan', sellOrder({ planHash: 'other' }), 'PLAN_HASH_MISMATCH'],
    ['another bundle', sellOrder({ txBundleHash: 'other' }), 'BUNDLE_HASH_MISMATCH'],
    ['another asset', sellOrder({ assetId: 'WETH' }), 'PLAN_HASH_MISMATCH'],
    ['another side', sellOrder({ side: 'SHORT' }), 'PLAN_HASH_MISMATCH'],
    ['an index beyond the actions', sellOrder({ index: 1 }), 'PLAN_HASH_MISMATCH'],
    ['a buy where the action sells', buyOrder(), 'PLAN_HASH_MISMATCH'],
    ['one unit above the cap', sellOrder({ amount: 200_000_001n }), 'PLAN_HASH_MISMATCH'],
  ])('refuses %s', (_what, order, reason) => {
    expect(checkAgainstRebalance(order, rebalance)?.reason).toBe(reason);
  });
});

describe('checkExpiry', () => {
  it('refuses at the expire time and not one millisecond before', () => {
    const order = sellOrder({ expireTime: instant(1000) });
    expect(checkExpiry(order, instant(999))).toBeUndefined();
    expect(checkExpiry(order, instant(1000))?.reason).toBe('ORDER_EXPIRED');
  });
});

describe('checkBalance', () => {
  it('lets a sell have the whole quantity and no unit more', () => {
    expect(checkBalance(sellOrder(), { cash: 0n, quantity: 200_000_000n })).toBeUndefined();
    expect(checkBalance(sellOrder(), { cash: 0n, quantity: 199_999_999n })?.reason).toBe(
      'INSUFFICIENT_BALANCE',
    );
  });

  it('lets a buy spend the whole cash and no unit more', () => {
    expect(checkBalance(buyOrder(), { cash: 200_000_000n, quantity: 0n })).toBeUndefined();
    expect(checkBalance(buyOrder(), { cash: 199_999_999n, quantity: 0n })?.reason).toBe(
      'INSUFFICIENT_BALANCE',
    );
  });
});

describe('checkPrice', () => {
  // The limit is 50 bps of 100: a sell goes down to 99.5, a buy up to 100.5.
  it.each([
    ['a sell at 99.5', sellOrder(), decimalOf(995n, 1), undefined],
    ['a sell below 99.5', sellOrder(), decimalOf(99_499n, 3), 'SLIPPAGE_EXCEEDED'],
    ['a sell far above', sellOrder(), decimalOf(150n, 0), undefined],
    ['a buy at 100.5', buyOrder(), decimalOf(1005n, 1), undefined],
    ['a buy above 100.5', buyOrder(), decimalOf(100_501n, 3), 'SLIPPAGE_EXCEEDED'],
    ['a buy far below', buyOrder(), decimalOf(50n, 0), undefined],
  ])('%s gives %s', (_what, order, price, reason) => {
    expect(checkPrice(order, price)?.reason).toBe(reason);
  });
});
