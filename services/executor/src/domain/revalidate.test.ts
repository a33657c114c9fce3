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
  checkShortFunding,
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
  slippageLimitBps: 50,
  expireTime: undefined,
  actions: [
    {
      assetId: 'WBTC',
      side: 'LONG',
      releasesCash: true,
      cap: 200_000_000n,
      deltaExposure: 0n,
      deltaCollateral: 0n,
      referencePrice: decimalOf(100n, 0),
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
    ['another price', sellOrder({ referencePrice: decimalOf(101n, 0) }), 'PLAN_HASH_MISMATCH'],
    ['another slippage limit', sellOrder({ slippageLimitBps: 51 }), 'PLAN_HASH_MISMATCH'],
    ['another expiry', sellOrder({ expireTime: instant(1) }), 'PLAN_HASH_MISMATCH'],
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
        referencePrice: decimalOf(100n, 0),
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

describe('a short', () => {
  const closes = sellOrder({ side: 'SHORT', amount: 100n, collateralDelta: -300n });
  const view = (changes: Partial<RebalanceView['actions'][number]> = {}): RebalanceView => ({
    ...rebalance,
    actions: [
      {
        assetId: 'WBTC',
        side: 'SHORT',
        releasesCash: true,
        cap: 100n,
        deltaExposure: -200n,
        deltaCollateral: -300n,
        referencePrice: decimalOf(100n, 0),
        ...changes,
      },
    ],
  });
  const moved = (changes: Partial<Order>, action: Parameters<typeof view>[0] = {}) =>
    checkAgainstRebalance({ ...closes, ...changes }, view(action))?.reason;

  it('moves the way of its action, in its leg, and no more collateral than planned', () => {
    expect(moved({})).toBeUndefined();
    expect(moved({ collateralDelta: 0n })).toBeUndefined();
    const wrong: readonly Partial<Order>[] = [
      { direction: 'INCREASE' },
      { direction: 'NONE' },
      { releasesCash: false },
      { collateralDelta: -301n },
      { collateralDelta: 1n },
    ];
    expect(wrong.map((changes) => moved(changes))).toEqual(wrong.map(() => 'PLAN_HASH_MISMATCH'));
  });

  it('that is worth nothing is closed without a planned change of exposure', () => {
    expect(moved({}, { deltaExposure: 0n })).toBeUndefined();
    expect(moved({ direction: 'NONE' }, { deltaExposure: 0n })).toBeUndefined();
    expect(moved({ direction: 'INCREASE' }, { deltaExposure: 0n })).toBe('PLAN_HASH_MISMATCH');
  });

  const one = { price: decimalOf(1n, 0), assetDecimals: 0, underlyingDecimals: 0 };
  const funded = (changes: Partial<Order>, cash: bigint) =>
    checkShortFunding(
      { ...closes, exactIn: { kind: 'QUANTITY', quantity: 200n }, ...changes },
      { cash, quantity: 200n, collateral: 300n },
      one,
    )?.reason;

  it('pays its buy-back before collateral is freed', () => {
    expect([funded({}, 199n), funded({}, 200n)]).toEqual(['INSUFFICIENT_BALANCE', undefined]);
  });

  it('opens with the collateral that its proceeds do not pay, and at most its amount', () => {
    const opens = { direction: 'INCREASE', collateralDelta: 300n, releasesCash: false } as const;
    expect([funded(opens, 99n), funded(opens, 100n)]).toEqual(['INSUFFICIENT_BALANCE', undefined]);
    expect(funded({ ...opens, amount: 0n, collateralDelta: 201n }, 0n)).toBeUndefined();
  });

  it('adds collateral that is at hand', () => {
    const adds = { direction: 'NONE', collateralDelta: 50n, exactIn: undefined } as const;
    expect([funded(adds, 49n), funded(adds, 50n)]).toEqual(['INSUFFICIENT_BALANCE', undefined]);
  });

  it('frees no collateral that is not there', () => {
    const held = { cash: 0n, quantity: 200_000_000n, collateral: 299n };
    expect(checkBalance(closes, held)?.reason).toBe('INSUFFICIENT_BALANCE');
    expect(checkBalance(closes, { ...held, collateral: 300n })).toBeUndefined();
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
