import { instant } from '@trimtab/core';
import { decimalOf } from '@trimtab/decimal';
import { describe, expect, it } from 'vitest';
import { bestQuote, quotedPrice, type MakerQuote } from './maker-quote.js';
import { buyOrder, sellOrder } from './order.fixture.js';

const terms = { maxAgeMillis: 60_000, publishers: [] };
const NOW = instant(100_000);
const quote = (publisher: string, bid: bigint, ask: bigint, age = 0): MakerQuote => ({
  publisher,
  bid: decimalOf(bid, 0),
  ask: decimalOf(ask, 0),
  observeTime: instant(NOW - age),
});

describe('the best quote', () => {
  it('is the highest bid and the lowest ask, of different makers too', () => {
    const quotes = [quote('a', 98n, 101n), quote('b', 99n, 103n), quote('c', 97n, 102n)];
    expect(bestQuote(quotes, terms, NOW)).toEqual({
      bid: decimalOf(99n, 0),
      ask: decimalOf(101n, 0),
    });
  });

  it('may be crossed between makers: each side stands for itself', () => {
    const crossed = bestQuote([quote('a', 98n, 99n), quote('b', 101n, 102n)], terms, NOW);
    expect(quotedPrice(sellOrder(), crossed)).toEqual(decimalOf(101n, 0));
    expect(quotedPrice(buyOrder(), crossed)).toEqual(decimalOf(99n, 0));
  });

  it('counts a quote of exactly maxAge, and none that is a millisecond older', () => {
    const at = (age: number) => bestQuote([quote('a', 98n, 101n, age)], terms, NOW).bid;
    expect(at(60_000)).toEqual(decimalOf(98n, 0));
    expect(at(60_001)).toBeUndefined();
  });

  it('is of nobody who may not price the asset', () => {
    const quotes = [quote('a', 98n, 101n), quote('stranger', 99n, 100n)];
    const allowed = { ...terms, publishers: ['a'] };
    expect(bestQuote(quotes, allowed, NOW)).toEqual({
      bid: decimalOf(98n, 0),
      ask: decimalOf(101n, 0),
    });
  });

  it('is absent where nobody quotes', () => {
    expect(quotedPrice(sellOrder(), bestQuote([], terms, NOW))).toBeUndefined();
  });
});

describe('an order', () => {
  const quoted = { bid: decimalOf(98n, 0), ask: decimalOf(101n, 0) };

  it.each([
    ['LONG', 'INCREASE', 101n],
    ['LONG', 'DECREASE', 98n],
    ['SHORT', 'INCREASE', 98n],
    ['SHORT', 'DECREASE', 101n],
  ] as const)('that makes a %s %s meets a price of %i', (side, direction, price) => {
    expect(quotedPrice(sellOrder({ side, direction }), quoted)).toEqual(decimalOf(price, 0));
  });

  it('that moves collateral only meets none', () => {
    const only = sellOrder({ side: 'SHORT', direction: 'NONE' });
    expect(quotedPrice(only, quoted)).toBeUndefined();
  });
});
