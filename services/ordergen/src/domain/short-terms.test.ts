import { describe, expect, it } from 'vitest';
import { priced } from './generate.fixture.js';
import type { OrderConditions } from './order-terms.js';
import { createPriceBook, type PriceEntry } from './price-book.js';
import { directionOfShort, shortTerms, type ShortDispatch, type ShortLegs } from './short-terms.js';

const conditions = (
  price = '1',
  more: Partial<PriceEntry> = {},
  rest: Partial<OrderConditions> = {},
): OrderConditions => {
  const entry = priced('A', price, more);
  const prices = createPriceBook(0, [entry]);
  return { prices, entry, slippageLimitBps: 100, minimumOrder: 'ENFORCE', ...rest };
};
const legs = (deltaExposure: bigint, deltaCollateral: bigint, held = 0n, heldCollateral = 0n) => ({
  deltaExposure,
  deltaCollateral,
  deltaNet: deltaCollateral - deltaExposure,
  held,
  heldCollateral,
});
/** Dispatches a short for its whole amount, with cash for everything. */
const terms = (
  short: ShortLegs,
  dispatch: Partial<ShortDispatch> = {},
  under: OrderConditions = conditions(),
) => {
  const { deltaNet } = short;
  const amount = deltaNet < 0n ? -deltaNet : deltaNet;
  const whole = { amount, releasesCash: deltaNet < 0n, cash: 1_000_000n };
  return shortTerms(short, { ...whole, ...dispatch }, under);
};

describe('opening or increasing a short', () => {
  const opens = legs(1_000n, 1_500n);

  it('sells the exposure at the reference price and adds the collateral', () => {
    expect(terms(opens, {}, conditions('3'))).toEqual({
      ok: true,
      value: {
        kind: 'SHORT',
        direction: 'INCREASE',
        quantityIn: 333n,
        collateralDelta: 1_500n,
        // 999 less 1 %, floored
        minimumOut: 989n,
      },
    });
  });

  it('scales both legs with its amount', () => {
    expect(terms(opens, { amount: 250n })).toMatchObject({
      value: { quantityIn: 500n, collateralDelta: 750n },
    });
    // floor(1000 · 1 / 500) = 2 and floor(1500 · 1 / 500) = 3
    expect(terms(opens, { amount: 1n })).toMatchObject({
      value: { quantityIn: 2n, collateralDelta: 3n },
    });
  });

  it('with Δ = 0 does not scale and is ordered all the same', () => {
    expect(terms(legs(1_000n, 1_000n))).toMatchObject({
      value: { direction: 'INCREASE', quantityIn: 1_000n, collateralDelta: 1_000n },
    });
  });

  it('needs no cash at hand beyond its net', () => {
    expect(terms(opens, { cash: 0n }).ok).toBe(true);
  });

  it('by more exposure than collateral raises cash, and has to', () => {
    expect(terms(legs(1_000n, 100n))).toMatchObject({
      value: { direction: 'INCREASE', minimumOut: 890n },
    });
  });

  it('is whole lots of at least the minimum order', () => {
    const lots = conditions('1', { lot: 300n });
    expect(terms(opens, {}, lots)).toMatchObject({ value: { quantityIn: 900n } });
    expect(terms(opens, {}, conditions('1', { lot: 1_001n }))).toEqual({
      ok: false,
      error: 'BELOW_LOT',
    });
    expect(terms(opens, {}, conditions('1', { minimumOrder: 1_000n })).ok).toBe(true);
    expect(terms(opens, {}, conditions('1', { minimumOrder: 1_001n })).ok).toBe(false);
  });
});

describe('closing or reducing a short', () => {
  const closes = legs(-1_000n, -1_500n, 1_000n, 1_500n);

  it('buys everything back that is owed, also where the value was floored', () => {
    // 3 base units at 0.5 are worth 1; floor(1 / 0.5) would buy 2 back
    const dust = legs(-1n, -2n, 3n, 2n);
    expect(terms(dust, {}, conditions('0.5'))).toMatchObject({
      value: { direction: 'DECREASE', quantityIn: 3n, collateralDelta: -2n },
    });
  });

  it('of what is worth nothing is a close when all collateral is freed, else a move of collateral', () => {
    const quote = { price: { digits: 1n, scale: 1 }, assetDecimals: 0, underlyingDecimals: 0 };
    expect(directionOfShort(legs(0n, -50n, 3n, 50n), quote)).toBe('DECREASE');
    expect(directionOfShort(legs(0n, -49n, 3n, 50n), quote)).toBe('NONE');
  });

  it('of a part is what the exposure comes to', () => {
    expect(terms(legs(-400n, -600n, 1_000n, 1_500n))).toMatchObject({
      value: { quantityIn: 400n, collateralDelta: -600n },
    });
  });

  it('asks for the net cash less the slippage of the buy-back, which may be below 0', () => {
    expect(terms(closes)).toMatchObject({ value: { minimumOut: 490n } });
    expect(terms(legs(-1_000n, -1_001n, 1_000n, 1_001n))).toMatchObject({
      value: { minimumOut: -9n },
    });
  });

  it('T26: that needs cash may spend it, and buys back less when its leg was scaled down', () => {
    const needs = legs(-1_000n, -600n, 1_000n, 600n);
    expect(terms(needs)).toMatchObject({
      value: { quantityIn: 1_000n, collateralDelta: -600n, minimumOut: 990n },
    });
    expect(terms(needs, { amount: 200n })).toMatchObject({
      value: { quantityIn: 500n, collateralDelta: -300n },
    });
  });

  it.each([
    [999n, false],
    [1_000n, true],
  ])('with cash of %s for a buy-back of 1000 is funded: %s', (cash, funded) => {
    const outcome = terms(closes, { cash });
    expect(outcome.ok).toBe(funded);
    if (!outcome.ok) expect(outcome.error).toBe('INSUFFICIENT_BALANCE');
  });

  it('in a settlement is held to no minimum order', () => {
    const large = { minimumOrder: 1_001n };
    expect(terms(closes, {}, conditions('1', large)).ok).toBe(false);
    const settling = conditions('1', large, { minimumOrder: 'EXEMPT' });
    expect(terms(closes, {}, settling).ok).toBe(true);
  });
});

describe('moving collateral only', () => {
  it('orders no quantity, and is no smaller for a lot', () => {
    const lots = conditions('1', { lot: 1_000n, minimumOrder: 1_000n });
    expect(terms(legs(0n, -70n, 100n, 200n), {}, lots)).toMatchObject({
      value: { direction: 'NONE', quantityIn: 0n, collateralDelta: -70n, minimumOut: 70n },
    });
    expect(terms(legs(0n, 70n, 100n, 200n), {}, lots)).toMatchObject({
      value: { direction: 'NONE', quantityIn: 0n, collateralDelta: 70n, minimumOut: 0n },
    });
  });
});

it('CONSERVATIVE: an opening may spend all its collateral, its proceeds are no part of the amount', () => {
  const conservative = { ...legs(1_000n, 1_500n), deltaNet: 1_500n };
  expect(terms(conservative)).toMatchObject({
    value: { quantityIn: 1_000n, collateralDelta: 1_500n },
  });
  expect(terms(conservative, { amount: 750n })).toMatchObject({
    value: { quantityIn: 500n, collateralDelta: 750n },
  });
});
