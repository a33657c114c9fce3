import { describe, expect, it } from 'vitest';
import { amountOf } from './amount-of.js';
import { apply } from './apply.js';
import { eventDocument } from './event-document.js';
import { canonicalJson } from '@trimtab/canonical';
import { programOf, resultAt, started, unwrap } from './fold.fixture.js';
import type { RebalanceProgram } from './program.js';

/** The cost of a result in operations, which no machine and no other load can change. */

/** Failing sells whose caps are reached one after the other, and as many buys. */
function longProgram(sellCount: number): RebalanceProgram {
  const sells = Array.from({ length: sellCount }, (_, index) => {
    const amount = 1_000n + BigInt((index * 7_919) % 997);
    // Cap ratios from 1 to 1.5, scattered over the indices.
    return [amount, amount + (amount * BigInt((index * 104_729) % 500)) / 1_000n] as const;
  });
  return programOf({ sells, buys: sells.map(([amount]) => amount) });
}

/** Counts each read of one action's data. */
function counted<T extends readonly unknown[]>(list: T, count: () => void): T {
  return new Proxy(list, {
    get(target, key, receiver): unknown {
      if (typeof key === 'string' && /^\d+$/.test(key)) count();
      return Reflect.get(target, key, receiver);
    },
  });
}

interface Cost {
  readonly readsPerResult: number;
  readonly pins: number;
  readonly longestEvent: number;
}

/** Every second sell fails; the reads of action data, per result. */
function costOf(sellCount: number): Cost {
  const plain = longProgram(sellCount);
  let reads = 0;
  const count = (): void => {
    reads += 1;
  };
  const program: RebalanceProgram = {
    ...plain,
    amounts: counted(plain.amounts, count),
    caps: counted(plain.caps, count),
    pinOrder: counted(plain.pinOrder, count),
    pinRanks: counted(plain.pinRanks, count),
  };
  let state = started(program);
  let [pins, longestEvent, results] = [0, 0, 0];
  while (state.state === 'EXECUTING') {
    const filled = results % 2 === 0 ? 0n : amountOf(program, state);
    const input = { kind: 'RESULT', result: resultAt(state.nextIndex, filled) } as const;
    const step = unwrap(apply(program, state, input));
    pins += step.recalibration?.pins.length ?? 0;
    if (step.recalibration?.pins.length === 0) {
      const event = eventDocument({ previous: 'h'.repeat(64), sequence: 1 }, input, step);
      longestEvent = Math.max(longestEvent, canonicalJson(event).length);
    }
    state = step.state;
    results += 1;
  }
  return { readsPerResult: reads / results, pins, longestEvent };
}

describe('the cost of a result', () => {
  const [small, large] = [costOf(50), costOf(5_000)];

  it('does not grow with the number of actions, though thousands of sells are pinned', () => {
    expect(large.pins).toBeGreaterThan(1_000);
    expect(large.readsPerResult).toBeLessThan(small.readsPerResult + 5);
    expect(large.readsPerResult).toBeLessThan(25);
  });

  it('is stored in events of one size: four integers for a leg, whatever its length', () => {
    expect(large.longestEvent).toBeLessThan(small.longestEvent + 100);
  });

  it('holds for a single failure that pins every sell at once', () => {
    const sells = Array.from({ length: 1_000 }, () => [10n ** 9n, 10n ** 9n] as const);
    const plain = programOf({ sells, buys: [10n ** 12n] });
    const first = { kind: 'RESULT', result: resultAt(0, 0n) } as const;
    const step = unwrap(apply(plain, started(plain), first));
    expect(step.recalibration?.pins).toHaveLength(999);
    const second = { kind: 'RESULT', result: resultAt(1, 0n) } as const;
    expect(unwrap(apply(plain, step.state, second)).recalibration?.pins).toEqual([]);
  });
});
