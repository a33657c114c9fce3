import { describe, expect, it } from 'vitest';
import { drawSlippage, fillBuy, fillSell, type Market, type OrderContext } from './fill-order.js';
import { dec, PLAIN_VENUE } from './world.fixture.js';

/** An asset of 8 decimals at 100, in lots of 10. */
const MARKET: Market = {
  price: dec('100'),
  assetDecimals: 8,
  underlyingDecimals: 6,
  lot: 10n,
  minimumOrder: 1_000n,
  quoted: undefined,
};

function order(change: Partial<OrderContext> = {}): OrderContext {
  return {
    orderId: 'order-1',
    market: MARKET,
    venue: PLAIN_VENUE,
    slippageLimitBps: 50,
    ...change,
  };
}

const quoted = { ...MARKET, quoted: { bid: dec('99.9'), ask: dec('100.1') } };

describe('a sell', () => {
  it('gives whole lots at the price', () => {
    // 1.00000005 is floored to 1 at 100.
    expect(fillSell(100_000_005n, order())).toEqual({
      quantity: 100_000_000n,
      cash: 100_000_000n,
      fee: 0n,
      slippageBps: 0,
    });
  });

  it('of less than a lot is refused', () => {
    expect(fillSell(9n, order())).toBe('BELOW_LOT');
  });

  it('pays the fee out of its proceeds, rounded up', () => {
    const venue = { ...PLAIN_VENUE, feeBps: 10 };
    expect(fillSell(100_000_010n, order({ venue }))).toEqual({
      quantity: 100_000_010n,
      cash: 99_900_009n,
      fee: 100_001n,
      slippageBps: 0,
    });
  });

  it('meets the bid of a maker, without slippage and fee', () => {
    const venue = { seed: 'test', maxSlippageBps: 9, feeBps: 10 };
    expect(fillSell(100_000_000n, order({ market: quoted, venue }))).toEqual({
      quantity: 100_000_000n,
      cash: 99_900_000n,
      fee: 0n,
      slippageBps: 0,
    });
  });

  it.each([
    [10, 'filled'],
    [9, 'SLIPPAGE_EXCEEDED'],
  ])('at 10 bps below the price with a limit of %i bps is %s', (slippageLimitBps, outcome) => {
    const trade = fillSell(100_000_000n, order({ market: quoted, slippageLimitBps }));
    expect(typeof trade === 'string' ? trade : 'filled').toBe(outcome);
  });
});

describe('a buy', () => {
  it('spends at most its amount, fee included', () => {
    const venue = { ...PLAIN_VENUE, feeBps: 10 };
    // The fee of 100.1 is 0.1; 100 buys 1.
    expect(fillBuy(100_100_000n, order({ venue }))).toEqual({
      quantity: 100_000_000n,
      cash: 100_100_000n,
      fee: 100_000n,
      slippageBps: 0,
    });
  });

  it('meets the ask of a maker', () => {
    expect(fillBuy(100_100_000n, order({ market: quoted }))).toEqual({
      quantity: 100_000_000n,
      cash: 100_100_000n,
      fee: 0n,
      slippageBps: 0,
    });
  });

  it('below the minimum order is refused', () => {
    expect(fillBuy(999n, order())).toBe('BELOW_LOT');
    expect(typeof fillBuy(1_000n, order())).toBe('object');
  });

  it('is refused beyond the slippage limit', () => {
    const venue = { ...PLAIN_VENUE, feeBps: 51 };
    expect(fillBuy(100_000_000n, order({ venue }))).toBe('SLIPPAGE_EXCEEDED');
  });
});

describe('the slippage of the venue', () => {
  const drawn = (seed: string): readonly number[] =>
    Array.from({ length: 200 }, (_, index) =>
      drawSlippage(`order-${index}`, { seed, maxSlippageBps: 5 }),
    );

  it('is drawn from 0 to the most, both included, by the seed and the order alone', () => {
    expect(drawn('a')).toEqual(drawn('a'));
    expect(drawn('a')).not.toEqual(drawn('b'));
    expect([...new Set(drawn('a'))].sort()).toEqual([0, 1, 2, 3, 4, 5]);
  });
});
