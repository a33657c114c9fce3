import { addMillis } from '@trimtab/core';
import { abs } from '@trimtab/decimal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_UNITS, unitsAfter, type Units } from './units.js';
import { at } from './values.fixture.js';

const START = at('2026-07-02T00:00:00Z');
const LATER = addMillis(START, 1);
const units = (count: bigint): Units => ({ count, firstTime: START });

describe('units', () => {
  it('are issued one for each base unit of the first deposit', () => {
    const first = { navBefore: 0n, navAfter: 50_000_000n, time: START };
    expect(unitsAfter(NO_UNITS, first)).toEqual(units(50_000_000n));
  });

  it.each([
    // A unit is worth 2: a deposit of 100 buys 50, one of 101 buys 50 as well (floor).
    ['deposit of 100', 2_000n, 2_100n, 1_050n],
    ['deposit of 101', 2_000n, 2_101n, 1_050n],
    // A withdrawal of 100 redeems 50, one of 101 redeems 51 (ceiling).
    ['withdrawal of 100', 2_000n, 1_900n, 950n],
    ['withdrawal of 101', 2_000n, 1_899n, 949n],
  ])('move at NAV per unit: %s', (_name, navBefore, navAfter, count) => {
    expect(unitsAfter(units(1_000n), { navBefore, navAfter, time: LATER })).toEqual(units(count));
  });

  it('are gone when everything is withdrawn, and start anew with the next deposit', () => {
    const emptied = unitsAfter(units(1_000n), { navBefore: 2_000n, navAfter: 0n, time: LATER });
    expect(emptied).toEqual(NO_UNITS);
    const again = unitsAfter(emptied, { navBefore: 0n, navAfter: 300n, time: LATER });
    expect(again).toEqual({ count: 300n, firstTime: LATER });
  });

  it.each([0n, -500n])(
    'of a vault that is worth %i are worth nothing: a deposit starts anew',
    (nav) => {
      const flow = { navBefore: nav, navAfter: nav + 2_000n, time: LATER };
      expect(unitsAfter(units(1_000n), flow)).toEqual({ count: nav + 2_000n, firstTime: LATER });
    },
  );

  it('are none while a deposit does not lift the vault above 0', () => {
    const flow = { navBefore: -500n, navAfter: -100n, time: LATER };
    expect(unitsAfter(units(1_000n), flow)).toEqual(NO_UNITS);
  });

  it('keep the value of a unit through any flows, which never lower it', () => {
    const cases = fc.record({
      count: fc.bigInt(1n, 10n ** 15n),
      navBefore: fc.bigInt(1n, 10n ** 15n),
      navAfter: fc.bigInt(1n, 10n ** 15n),
    });
    fc.assert(
      fc.property(cases, ({ count, navBefore, navAfter }) => {
        const after = unitsAfter(units(count), { navBefore, navAfter, time: LATER });
        if (after.count === 0n) return;
        // V after ≥ V before, in whole numbers …
        const difference = navAfter * count - navBefore * after.count;
        expect(difference >= 0n).toBe(true);
        // … by less than the part of one unit.
        expect(abs(difference) < navBefore).toBe(true);
      }),
      { seed: 20260718, numRuns: 2_000 },
    );
  });
});
