import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { amountOf } from './amount-of.js';
import { apply } from './apply.js';
import {
  fill,
  programOf,
  remainingAmounts,
  started,
  step,
  unwrap,
  type Orders,
} from './fold.fixture.js';
import { generate } from './generate.js';
import { inputOf, long, target } from './generate.fixture.js';
import {
  buysOf,
  naiveResult,
  naiveStart,
  OURS,
  sellsOf,
  sumOf,
  type NaiveReading,
  type NaiveState,
} from './naive-fold.fixture.js';

/** Where the source contradicts itself, what we do, and that its literal reading breaks a promise. */

const LITERAL: NaiveReading = { factor: 'LITERAL', caps: 'KEPT' };
const UNCAPPED: NaiveReading = { factor: 'REMAINING', caps: 'IGNORED' };
const SEED = 20260718;

/** Sells with room to grow, buys of the same total, and the filled part in 1/4 of each action. */
const balanced = fc
  .record({
    sells: fc.array(fc.tuple(fc.bigInt(8n, 1_000n), fc.bigInt(0n, 2_000n)), {
      minLength: 2,
      maxLength: 6,
    }),
    filled: fc.array(fc.bigInt(0n, 4n), { minLength: 6, maxLength: 6 }),
  })
  .map(({ sells, filled }) => ({
    orders: {
      sells: sells.map(([amount, room]) => [amount, amount + room] as const),
      buys: [sells.reduce((sum, [amount]) => sum + amount, 0n)],
    } satisfies Orders,
    filled,
  }));

/** Runs the sells of a reading and looks at the state after each. */
function runSells(
  orders: Orders,
  filled: readonly bigint[],
  reading: NaiveReading,
  look: (state: NaiveState) => void,
): void {
  const state = naiveStart(orders);
  look(state);
  for (const index of orders.sells.keys()) {
    const part = ((state.open[0]?.amount ?? 0n) * (filled[index] ?? 4n)) / 4n;
    naiveResult(state, { filled: part, cashMoved: part }, 0n, reading);
    look(state);
  }
}

/** cash + open sells − open buys = target cash + toUnderlying − residual; the target here is 0. */
function isConserved(state: NaiveState): boolean {
  const projected = state.cash + sumOf(sellsOf(state)) - sumOf(buysOf(state));
  return projected === state.toUnderlying - state.residual;
}

const isWithinCaps = (state: NaiveState): boolean =>
  sellsOf(state).every(({ amount, cap }) => amount <= (cap ?? 0n));

/** Whether a promise holds in every state of random rebalances under a reading. */
function holds(reading: NaiveReading, promise: (state: NaiveState) => boolean): boolean {
  const outcome = fc.check(
    fc.property(balanced, ({ orders, filled }) => {
      runSells(orders, filled, reading, (state) => {
        if (!promise(state)) throw new Error('the promise is broken');
      });
    }),
    { seed: SEED, numRuns: 500 },
  );
  return !outcome.failed;
}

describe('T1: the factor divides by what remains, the failed sell excluded', () => {
  const AMPLE = 9_999n;
  const source: Orders = {
    sells: [
      [100n, AMPLE],
      [60n, AMPLE],
      [40n, AMPLE],
    ],
    buys: [120n, 80n],
  };

  it.each([
    [
      'counting the failed sell leaves the buys 25 above the sells',
      LITERAL,
      [75n, 50n],
      [90n, 60n],
    ],
    ['excluding it keeps both legs equal', OURS, [79n, 54n], [79n, 54n]],
  ])('%s', (_name, reading, sells, buys) => {
    const state = naiveStart(source);
    naiveResult(state, { filled: 0n, cashMoved: 0n }, 0n, reading);
    expect(sellsOf(state).map(({ amount }) => amount)).toEqual(sells);
    expect(buysOf(state).map(({ amount }) => amount)).toEqual(buys);
  });

  it('the fold keeps both legs equal', () => {
    const program = programOf(source);
    const { state } = step(program, started(program), 0n);
    const [first = 0n, second = 0n, third = 0n, fourth = 0n] = remainingAmounts(program, state);
    expect(first + second).toBe(third + fourth);
  });

  it('conservation holds for our reading and fails for the literal one', () => {
    expect([holds(OURS, isConserved), holds(LITERAL, isConserved)]).toEqual([true, false]);
  });
});

describe('T2: no sell is scaled above what is held', () => {
  it('caps hold for our reading and fail without them', () => {
    expect([holds(OURS, isWithinCaps), holds(UNCAPPED, isWithinCaps)]).toEqual([true, false]);
  });

  it('a full exit never grows: the buys take the whole failure', () => {
    const program = programOf({
      sells: [
        [100n, 100n],
        [60n, 60n],
      ],
      buys: [160n],
    });
    const { state } = step(program, started(program), 0n);
    expect(remainingAmounts(program, state)).toEqual([60n, 60n]);
  });
});

describe('T3: an index is the place in the order of execution', () => {
  it('is fixed at planning: names do not matter, sells come before every buy', () => {
    const input = inputOf({
      cash: 0n,
      positions: [long('E', 60n), long('B', 40n)],
      targets: [target('A', 9_000), target('B', 1_000)],
    });
    const { actions } = unwrap(generate(input));
    expect(actions.map(({ index, assetId, deltaNet }) => [index, assetId, deltaNet])).toEqual([
      [0, 'E', -60n],
      [1, 'B', -30n],
      [2, 'A', 90n],
    ]);
  });

  it('and is processed once: a result for another index is refused', () => {
    const program = programOf({ sells: [[10n, 10n]], buys: [10n] });
    for (const index of [1, 2, -1]) {
      const result = { index, filled: 0n, cashMoved: 0n, execType: 'REJECTED' } as const;
      const refused = apply(program, started(program), { kind: 'RESULT', result });
      expect(refused.ok ? 'applied' : refused.error.reason).toBe('RESULT_OUT_OF_ORDER');
    }
  });
});

describe('T4: the underlying is outside the order', () => {
  it('what a failed buy does not spend stays there, and no other action changes', () => {
    const program = programOf({ sells: [[300n, 300n]], buys: [100n, 100n, 100n] });
    const sold = fill(program, started(program)).state;
    const failed = step(program, sold, 0n);
    expect(failed.recalibration).toBeUndefined();
    expect(failed.settled?.actionState).toBe('LOCKED');
    expect(failed.state).toMatchObject({ toUnderlying: 100n, cash: 300n });
    expect(remainingAmounts(program, failed.state)).toEqual([100n, 100n]);
  });
});

describe('T5: the unfilled part is the failure', () => {
  const program = programOf({
    sells: [
      [100n, 100n],
      [100n, 500n],
    ],
    buys: [200n],
  });

  it.each([
    [0n, 133n, 133n], // F = 100: floor(100·100/300) = 33 up, 67 down
    [1n, 133n, 134n], // F = 99: 33 up, 66 down
    [99n, 100n, 199n], // F = 1: 0 up, 1 down
    [100n, 100n, 200n],
  ])('filling %s of 100 leaves a sell of %s and a buy of %s', (filled, sell, buy) => {
    const { state } = step(program, started(program), filled);
    expect(remainingAmounts(program, state)).toEqual([sell, buy]);
  });

  it('a bust is booked against the underlying and touches no processed index', () => {
    const sold = fill(program, started(program)).state;
    const busted = unwrap(
      apply(program, sold, { kind: 'CORRECTION', correction: { index: 0, cash: -30n } }),
    ).state;
    expect(busted).toMatchObject({ nextIndex: 1, cash: 70n, corrections: -30n, toUnderlying: 30n });
    expect(remainingAmounts(program, busted)).toEqual([100n, 170n]); // the buys give 30
    expect(amountOf(program, busted)).toBe(100n);
  });
});
