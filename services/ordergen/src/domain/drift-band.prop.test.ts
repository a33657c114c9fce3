import { abs } from '@trimtab/decimal';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Action } from './action.js';
import type { DriftBand } from './drift-band.js';
import { unwrap } from './fold.fixture.js';
import { generate } from './generate.js';
import { inputOf, long, short, target } from './generate.fixture.js';
import { positionText } from './position.js';

const ASSETS = ['A', 'B', 'C', 'D', 'E'] as const;
const KAPPA = '1.5';

/** A vault of longs and shorts with targets and tolerances; cash keeps NAV positive. */
const vault = fc.record({
  cash: fc.bigInt(100_000n, 1_000_000n),
  longs: fc.array(fc.bigInt(0n, 50_000n), { minLength: 5, maxLength: 5 }),
  shorts: fc.array(fc.bigInt(0n, 5_000n), { minLength: 5, maxLength: 5 }),
  weights: fc.array(fc.nat({ max: 1_000 }), { minLength: 10, maxLength: 10 }),
  tolerance: fc.bigInt(0n, 2_000n),
  kind: fc.constantFrom('ABSOLUTE' as const, 'RELATIVE' as const),
  widthBps: fc.nat({ max: 3_000 }),
});

describe('generation with a drift band', () => {
  it('to the edge never trades more than to the centre, position by position and in all', () => {
    let narrower = 0;
    fc.assert(
      fc.property(vault, (given) => {
        const tradesTo = (goal: DriftBand['goal']): ReadonlyMap<string, Action> => {
          const { actions } = unwrap(
            generate(
              inputOf({
                cash: given.cash,
                positions: [
                  ...given.longs.map((quantity, place) => long(ASSETS[place] ?? 'A', quantity)),
                  ...given.shorts.map((quantity, place) =>
                    short(ASSETS[place] ?? 'A', quantity, quantity * 2n),
                  ),
                ],
                targets: given.weights.map((weightBps, place) =>
                  target(ASSETS[place % 5] ?? 'A', weightBps, place < 5 ? undefined : KAPPA),
                ),
                tolerances: {
                  kind: 'ABSOLUTE',
                  exposure: given.tolerance,
                  collateral: given.tolerance,
                  net: given.tolerance,
                },
                band: { kind: given.kind, widthBps: given.widthBps, goal },
              }),
            ),
          );
          return new Map(actions.map((action) => [positionText(action), action]));
        };
        const centre = tradesTo('CENTRE');
        const edge = tradesTo('EDGE');
        for (const [key, { side, deltaExposure, deltaCollateral, deltaNet }] of edge) {
          const whole = centre.get(key);
          if (whole === undefined) {
            // The cash of a short is the difference of two moves, either of which may be the smaller one.
            expect(side).toBe('SHORT');
            continue;
          }
          expect(abs(deltaExposure) <= abs(whole.deltaExposure)).toBe(true);
          expect(abs(deltaCollateral) <= abs(whole.deltaCollateral)).toBe(true);
          if (side === 'LONG') expect(abs(deltaNet) <= abs(whole.deltaNet)).toBe(true);
          if (abs(deltaExposure) < abs(whole.deltaExposure)) narrower += 1;
        }
        const turnover = (trades: ReadonlyMap<string, Action>): bigint =>
          [...trades.values()].reduce((sum, { deltaExposure }) => sum + abs(deltaExposure), 0n);
        expect(turnover(edge) <= turnover(centre)).toBe(true);
      }),
      { seed: 20260718, numRuns: 2_000 },
    );
    expect(narrower).toBeGreaterThan(1_000);
  });
});
