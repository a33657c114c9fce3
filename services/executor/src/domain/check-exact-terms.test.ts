import { decimalOf } from '@trimtab/decimal';
import { describe, expect, it } from 'vitest';
import { checkExactTerms, type ExactTermsContext } from './check-exact-terms.js';
import { buyOrder, sellOrder } from './order.fixture.js';
import type { Order } from './order.js';

/** A base unit is worth 50. */
const reference = { price: decimalOf(50n, 0), assetDecimals: 0, underlyingDecimals: 0 };

/** An action of 1 000 with 21 held; limits of 1 %. */
function refused(order: Order, changes: Partial<ExactTermsContext['action']> = {}, lot = 1n) {
  const action = {
    assetId: 'X',
    side: order.side,
    releasesCash: order.releasesCash,
    cap: 1_000n,
    deltaExposure: -1_050n,
    deltaCollateral: -2_050n,
    referencePrice: reference.price,
    ...changes,
  };
  const balance = { cash: 0n, quantity: 21n, collateral: 0n };
  const refusal = checkExactTerms(order, { action, balance, reference, lot });
  if (refusal !== undefined) expect(refusal.reason).toBe('PLAN_HASH_MISMATCH');
  return refusal?.message.split(' ')[0];
}

const quantity = (value: bigint) => ({ kind: 'QUANTITY', quantity: value }) as const;

describe('a sell of a long', () => {
  const sell = (amount: bigint, given: bigint, minimumOut: bigint): Order =>
    sellOrder({ amount, exactIn: quantity(given), minimumOut, slippageLimitBps: 100 });

  it('gives what its amount buys and no unit more', () => {
    expect(refused(sell(999n, 19n, 940n))).toBeUndefined();
    expect(refused(sell(999n, 20n, 990n))).toBe('quantity_in');
  });

  it('gives the whole position at its cap', () => {
    expect(refused(sell(1_000n, 21n, 1_039n))).toBeUndefined();
  });

  it('gets what the limit leaves, rounded down, and no unit less', () => {
    // floor(950 · 0.99) = 940
    expect(refused(sell(999n, 19n, 939n))).toBe('minimum_out');
  });
});

describe('a buy of a long', () => {
  const buy = (minimumOut: bigint): Order =>
    buyOrder({
      amount: 10_049n,
      exactIn: { kind: 'UNDERLYING', underlying: 10_049n },
      minimumOut,
      slippageLimitBps: 100,
    });

  it('gets whole lots less the limit, and no unit less', () => {
    // floor(200 · 0.99) = 198, and with lots of 150, floor(150 · 0.99) = 148
    expect([refused(buy(198n)), refused(buy(197n))]).toEqual([undefined, 'minimum_out']);
    expect([refused(buy(148n), {}, 150n), refused(buy(147n), {}, 150n)]).toEqual([
      undefined,
      'minimum_out',
    ]);
  });
});

describe('a short', () => {
  const short = (fields: Partial<Order>): Order =>
    sellOrder({ side: 'SHORT', slippageLimitBps: 100, collateralDelta: 0n, ...fields });

  it('buys back all that is owed for its whole amount, else its part', () => {
    const whole = { amount: 1_000n, exactIn: quantity(21n), collateralDelta: -2_050n };
    // 2 050 − ceil(1 050 · 1.01) = 989
    expect(refused(short({ ...whole, minimumOut: 989n }))).toBeUndefined();
    expect(refused(short({ ...whole, minimumOut: 988n }))).toBe('minimum_out');
    // floor(1 050 · 500 / 1 000) = 525 buys 10
    const half = { amount: 500n, collateralDelta: -1_025n, minimumOut: 1_025n };
    expect(refused(short({ ...half, exactIn: quantity(10n) }))).toBeUndefined();
    expect(refused(short({ ...half, exactIn: quantity(11n) }))).toBe('quantity_in');
  });

  it('that is reduced by its whole amount leaves the rest', () => {
    const reduces = { amount: 1_000n, collateralDelta: -2_050n, minimumOut: 2_050n };
    const action = { deltaExposure: -1_000n };
    expect(refused(short({ ...reduces, exactIn: quantity(20n) }), action)).toBeUndefined();
    expect(refused(short({ ...reduces, exactIn: quantity(21n) }), action)).toBe('quantity_in');
  });

  it('is opened for proceeds that the limit leaves', () => {
    const opens = { direction: 'INCREASE', releasesCash: false, amount: 1_000n } as const;
    const exactIn = quantity(20n);
    const action = { deltaExposure: 1_000n };
    expect(refused(short({ ...opens, exactIn, minimumOut: 990n }), action)).toBeUndefined();
    expect(refused(short({ ...opens, exactIn, minimumOut: 989n }), action)).toBe('minimum_out');
  });

  it('frees collateral alone for all of it', () => {
    const frees = {
      direction: 'NONE',
      exactIn: undefined,
      amount: 1_000n,
      collateralDelta: -1_000n,
    } as const;
    expect(refused(short({ ...frees, minimumOut: 1_000n }))).toBeUndefined();
    expect(refused(short({ ...frees, minimumOut: 999n }))).toBe('minimum_out');
  });
});
