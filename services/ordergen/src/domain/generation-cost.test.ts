import { describe, expect, it } from 'vitest';
import { unwrap } from './fold.fixture.js';
import { generate } from './generate.js';
import { inputOf, long, priced, short, target } from './generate.fixture.js';
import { createPriceBook } from './price-book.js';

/** The cost of generation in reads of what it is given, which no machine and no other load can change. */

/** Counts each read of a property of each of the values. */
function counted<T extends object>(values: readonly T[], count: () => void): readonly T[] {
  return values.map(
    (value) =>
      new Proxy(value, {
        get(from, key, receiver): unknown {
          count();
          return Reflect.get(from, key, receiver);
        },
      }),
  );
}

/** Half of the positions are held, half of them short; all are to be changed, in scattered order. */
function readsOf(size: number): number {
  let reads = 0;
  const count = (): void => {
    reads += 1;
  };
  const scattered = Array.from({ length: size }, (_, index) => (index * 7_919) % size);
  const nameOf = (index: number): string => `A${String(index).padStart(6, '0')}`;
  const positions = scattered.map((index) =>
    index % 2 === 0 ? long(nameOf(index), BigInt(1_000 + index)) : short(nameOf(index), 10n, 900n),
  );
  const targets = scattered.map((index) =>
    index % 2 === 0 ? target(nameOf(index), 0) : target(nameOf(index), 0, '1.5'),
  );
  const prices = scattered.map((index) => priced(nameOf(index), '1'));
  const input = inputOf({
    cash: 1_000n,
    positions: counted(positions, count),
    prices: createPriceBook(0, counted(prices, count)),
    targets: counted(targets, count),
  });
  const { actions } = unwrap(generate(input));
  expect(actions).toHaveLength(size);
  return reads;
}

describe('the cost of generation', () => {
  it('grows with n log n: not with the square of the positions', () => {
    const perUnit = [250, 1_000, 4_000, 16_000].map(
      (size) => readsOf(size) / (size * Math.log2(size)),
    );
    const [first = 0, ...rest] = perUnit;
    expect(first).toBeLessThan(20);
    for (const cost of rest) expect(cost).toBeLessThanOrEqual(first);
  });
});
