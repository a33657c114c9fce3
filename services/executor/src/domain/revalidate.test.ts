import { describe, expect, it } from 'vitest';
import { instant } from '@trimtab/core';
import { decimalOf } from '@trimtab/decimal';
import type { Order } from './order.js';
import { buyOrder, sellOrder } from './order.fixture.js';
import {
  checkAgainstRebalance,
  checkBalance,
  checkExpiry,
  checkPrice,
  type RebalanceView,
} from './revalidate.js';

const shortOf = (direction: Order['direction']): Order => sellOrder({ side: 'SHORT', direction });

const rebalance: RebalanceView = {
  rebalanceId: 'rebalance-1',
  vaultId: 'vault-1',
  h0: 'h0',
  snapshotHash: 'snapshot',
  planHash: 'plan',
  txBundleHash: 'bundle',
  actions: [
    {
      assetId: 'WBTC',
      side: 'LONG',
      releasesCash: true,
      cap: 200_000_000n,
      deltaExposure: 0n,
      deltaCollateral: 0n,
    },
  ],
};

describe('checkAgainstRebalance', () => {
  it('lets the order of the approved plan pass', () => {
    expect(checkAgainstRebalance(sellOrder(), rebalance)).toBeUndefined();
  });

  it.each([
    ['another rebalance', sellOrder({ rebalanceId: 'other' }), 'PLAN_HASH_MISMATCH'],
    ['another vault', sellOrder({ vaultId: 'other' }), 'PLAN_HASH_MISMATCH'],
    ['another snapshot', sellOrder({ snapshotHash: 'other' }), 'PLAN_HASH_MISMATCH'],
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

describe('checkAgainstRebalance, of a buy', () => {
  const buys: RebalanceView = {
    ...rebalance,
    actions: [
      {
        assetId: 'WBTC',
        side: 'LONG',
        releasesCash: false,
        cap: 200_000_000n,
        deltaExposure: 0n,
        deltaCollateral: 0n,
      },
    ],
  };

  it('lets it spend its original amount and no unit more: buys never grow', () => {
    expect(checkAgainstRebalance(buyOrder(), buys)).toBeUndefined();
    expect(checkAgainstRebalance(buyOrder({ amount: 200_000_001n }), buys)?.reason).toBe(
      'PLAN_HASH_MISMATCH',
    );
  });

  it('refuses a sell where the action buys', () => {
    expect(checkAgainstRebalance(sellOrder(), buys)?.reason).toBe('PLAN_HASH_MISMATCH');
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
    expect(
      checkBalance(sellOrder(), { cash: 0n, quantity: 200_000_000n, collateral: 0n }),
    ).toBeUndefined();
    expect(
      checkBalance(sellOrder(), { cash: 0n, quantity: 199_999_999n, collateral: 0n })?.reason,
    ).toBe('INSUFFICIENT_BALANCE');
  });

  it('lets a buy spend the whole cash and no unit more', () => {
    expect(
      checkBalance(buyOrder(), { cash: 200_000_000n, quantity: 0n, collateral: 0n }),
    ).toBeUndefined();
    expect(
      checkBalance(buyOrder(), { cash: 199_999_999n, quantity: 0n, collateral: 0n })?.reason,
    ).toBe('INSUFFICIENT_BALANCE');
  });
});

describe('checkBalance, of a short', () => {
  it('asks for the quantity to buy back, and for nothing to sell it', () => {
    const short = { side: 'SHORT' } as const;
    const none = { cash: 0n, quantity: 0n, collateral: 0n };
    expect(checkBalance(sellOrder(short), none)?.reason).toBe('INSUFFICIENT_BALANCE');
    expect(checkBalance(sellOrder({ ...short, direction: 'INCREASE' }), none)).toBeUndefined();
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
    [
      'buying a short back above 100.5',
      shortOf('DECREASE'),
      decimalOf(101n, 0),
      'SLIPPAGE_EXCEEDED',
    ],
    ['buying a short back far below', shortOf('DECREASE'), decimalOf(50n, 0), undefined],
    ['selling short below 99.5', shortOf('INCREASE'), decimalOf(99n, 0), 'SLIPPAGE_EXCEEDED'],
    ['moving collateral only', shortOf('NONE'), decimalOf(1n, 0), undefined],
  ])('%s gives %s', (_what, order, price, reason) => {
    expect(checkPrice(order, price)?.reason).toBe(reason);
  });
});
