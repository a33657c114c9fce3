import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimalOf } from '@trimtab/decimal';
import type { Order } from './order.js';
import { sellOrder } from './order.fixture.js';
import { fillOnPaper } from './paper-fill.js';
import type { PaperFill, PaperMarket } from './paper-trade.js';

/** One base unit of the asset is worth one of the underlying. */
const market: PaperMarket = {
  price: decimalOf(1n, 0),
  assetDecimals: 0,
  underlyingDecimals: 0,
  lot: 1n,
  minimumOrder: 0n,
};
const exact = { seed: 's', maxSlippageBps: 0, feeBps: 0 };
const costly = { ...exact, feeBps: 100 };

const quantityIn = (quantity: bigint): Order['exactIn'] => ({ kind: 'QUANTITY', quantity });
const short = (changes: Partial<Order>): Order =>
  sellOrder({ side: 'SHORT', releasesCash: false, minimumOut: 0n, ...changes });
/** Sells 1000 short behind collateral of 1500: needs 500. */
const opening = (changes: Partial<Order> = {}): Order =>
  short({
    direction: 'INCREASE',
    amount: 500n,
    exactIn: quantityIn(1_000n),
    collateralDelta: 1_500n,
    ...changes,
  });
/** Buys 1000 back and frees 1500: releases 500. */
const closing = (changes: Partial<Order> = {}): Order =>
  short({
    direction: 'DECREASE',
    releasesCash: true,
    amount: 500n,
    exactIn: quantityIn(1_000n),
    collateralDelta: -1_500n,
    ...changes,
  });
const fill = (order: Order, changes: Partial<PaperFill> = {}) =>
  fillOnPaper({ order, market, model: exact, fillBps: 10_000, ...changes });
const executed = (order: Order, changes: Partial<PaperFill> = {}) =>
  fill(order, changes).at(-1)?.executed;

describe('opening a short', () => {
  it('sells first and adds the collateral after: only the net is spent', () => {
    expect(executed(opening())).toEqual({
      quantity: 1_000n,
      underlying: 500n,
      collateral: 1_500n,
      fee: 0n,
    });
  });

  it('never spends more than its amount: what the fee costs, the collateral is short of', () => {
    expect(executed(opening(), { model: costly })).toEqual({
      quantity: 1_000n,
      underlying: 500n,
      collateral: 1_490n,
      fee: 10n,
    });
  });

  it('with an amount that covers all collateral gives the proceeds back', () => {
    // CONSERVATIVE: the proceeds were not planned with.
    expect(executed(opening({ amount: 1_500n }))).toMatchObject({ underlying: 500n });
    expect(executed(opening({ amount: 0n, collateralDelta: 0n }))).toMatchObject({
      underlying: -1_000n,
    });
  });

  it('for no net cash is executed all the same', () => {
    const even = opening({ amount: 0n, collateralDelta: 1_000n });
    expect(executed(even, { model: costly })).toEqual({
      quantity: 1_000n,
      underlying: 0n,
      collateral: 990n,
      fee: 10n,
    });
  });

  it('by more exposure than collateral releases cash', () => {
    const more = opening({ releasesCash: true, amount: 900n, collateralDelta: 100n });
    expect(executed(more, { model: costly })).toMatchObject({ underlying: 900n, collateral: 90n });
    const bare = opening({ releasesCash: true, amount: 1_000n, collateralDelta: 0n });
    expect(executed(bare, { model: costly })).toMatchObject({ underlying: 990n, collateral: 0n });
  });

  it('below the minimum order fails, and at a worse price than its minimum too', () => {
    const large = { market: { ...market, minimumOrder: 1_001n } };
    expect(fill(opening(), large).at(-1)?.failureReason).toBe('BELOW_LOT');
    expect(fill(opening({ minimumOut: 990n }), { model: costly })[0]?.execType).toBe('FILL');
    expect(fill(opening({ minimumOut: 991n }), { model: costly })[0]?.failureReason).toBe(
      'SLIPPAGE_EXCEEDED',
    );
  });
});

describe('closing a short', () => {
  it('buys back first and frees the collateral after: the net is received', () => {
    expect(executed(closing())).toEqual({
      quantity: 1_000n,
      underlying: 500n,
      collateral: -1_500n,
      fee: 0n,
    });
  });

  it('pays its fee from what it frees, which may be more than that', () => {
    expect(executed(closing(), { model: costly })).toMatchObject({ underlying: 490n, fee: 10n });
    const thin = closing({ collateralDelta: -1_001n, amount: 1n, minimumOut: -9n });
    expect(executed(thin, { model: costly })).toMatchObject({ underlying: -9n });
    expect(fill({ ...thin, minimumOut: -8n }, { model: costly })[0]?.failureReason).toBe(
      'SLIPPAGE_EXCEEDED',
    );
  });

  it('that needs cash buys back what its amount pays for', () => {
    const needy = closing({ releasesCash: false, collateralDelta: -600n, amount: 400n });
    expect(executed(needy)).toMatchObject({ quantity: 1_000n, underlying: 400n });
    const charged = executed(needy, { model: costly });
    expect(charged?.quantity).toBe(987n);
    expect((charged?.underlying ?? 0n) <= 400n).toBe(true);
    expect(charged?.collateral).toBe(-600n);
  });

  it('for no net cash is executed all the same', () => {
    const even = closing({ releasesCash: false, collateralDelta: -1_000n, amount: 0n });
    const charged = executed(even, { model: costly });
    expect((charged?.quantity ?? 0n) > 980n).toBe(true);
    expect((charged?.underlying ?? 1n) <= 0n).toBe(true);
  });

  it('in part frees collateral in proportion', () => {
    const reports = fill(closing(), { fillBps: 5_001 });
    expect(reports.map(({ execType }) => execType)).toEqual(['PARTIAL_FILL', 'CANCELED']);
    expect(reports.at(-1)?.executed).toMatchObject({ quantity: 500n, collateral: -750n });
  });

  it('is held to no minimum order', () => {
    const large = { market: { ...market, minimumOrder: 1_001n } };
    expect(fill(closing(), large)[0]?.execType).toBe('FILL');
  });
});

describe('moving collateral only', () => {
  const only = { direction: 'NONE', exactIn: undefined } as const;

  it('frees or adds exactly what is ordered, or a part', () => {
    const frees = closing({ ...only, collateralDelta: -70n, amount: 70n, minimumOut: 70n });
    expect(executed(frees)).toMatchObject({ quantity: 0n, underlying: 70n, collateral: -70n });
    const adds = opening({ ...only, collateralDelta: 70n, amount: 70n });
    expect(executed(adds)).toMatchObject({ quantity: 0n, underlying: 70n, collateral: 70n });
    const part = fill(adds, { fillBps: 5_000 });
    expect(part.map(({ execType }) => execType)).toEqual(['PARTIAL_FILL', 'CANCELED']);
    expect(part.at(-1)?.executed).toMatchObject({ underlying: 35n, collateral: 35n });
  });

  it('of nothing is below any lot', () => {
    const nothing = opening({ ...only, collateralDelta: 0n });
    expect(fill(nothing)[0]?.failureReason).toBe('BELOW_LOT');
  });
});

it('a short that needs cash never takes more than its amount, for any model and part', () => {
  fc.assert(
    fc.property(
      fc.record({
        quantity: fc.bigInt(1n, 10n ** 12n),
        collateral: fc.bigInt(0n, 10n ** 12n),
        price: fc.bigInt(1n, 10n ** 6n),
        scale: fc.integer({ min: 0, max: 9 }),
        lot: fc.bigInt(1n, 1_000n),
        maxSlippageBps: fc.integer({ min: 0, max: 500 }),
        feeBps: fc.integer({ min: 0, max: 500 }),
        fillBps: fc.integer({ min: 1, max: 10_000 }),
        direction: fc.constantFrom('INCREASE', 'DECREASE'),
        amount: fc.bigInt(0n, 10n ** 12n),
      }),
      (given) => {
        const { quantity, direction, amount, lot, fillBps } = given;
        const collateralDelta = direction === 'INCREASE' ? given.collateral : -given.collateral;
        const order = short({ direction, amount, collateralDelta, exactIn: quantityIn(quantity) });
        const priced = { ...market, price: decimalOf(given.price, given.scale), lot };
        const { maxSlippageBps, feeBps } = given;
        const model = { seed: String(quantity), maxSlippageBps, feeBps };
        const got = executed(order, { market: priced, model, fillBps });
        expect((got?.underlying ?? 0n) <= amount).toBe(true);
        expect((got?.quantity ?? 0n) <= quantity).toBe(true);
        expect((got?.quantity ?? 0n) % lot).toBe(0n);
        const moved = got?.collateral ?? 0n;
        expect(direction === 'INCREASE' ? moved >= 0n : moved >= collateralDelta).toBe(true);
      },
    ),
    { seed: 20260718, numRuns: 1_000 },
  );
});
