import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { abs } from '@trimtab/decimal';
import { bandedTarget, type DriftBand } from './drift-band.js';
import { generate } from './generate.js';
import { inputOf, long, target } from './generate.fixture.js';

const band = (kind: DriftBand['kind'], widthBps: number, goal: DriftBand['goal']): DriftBand => ({
  kind,
  widthBps,
  goal,
});
/** δexposure of A at NAV 10 000, or undefined when it is not traded. */
const traded = (held: bigint, weightBps: number, given: DriftBand): bigint | undefined => {
  const result = generate(
    inputOf({
      cash: 10_000n - held,
      positions: [long('A', held)],
      targets: [target('A', weightBps)],
      band: given,
    }),
  );
  return result.ok ? result.value.actions[0]?.deltaExposure : undefined;
};

describe('a drift band', () => {
  it('leaves a position at its very edge alone and trades the next unit', () => {
    const centre = band('ABSOLUTE', 500, 'CENTRE'); // 500 of NAV 10 000
    expect([traded(2_500n, 2_000, centre), traded(2_501n, 2_000, centre)]).toEqual([
      undefined,
      -501n,
    ]);
    expect([traded(1_500n, 2_000, centre), traded(1_499n, 2_000, centre)]).toEqual([
      undefined,
      501n,
    ]);
  });

  it('relative to the target is as many bps of it', () => {
    const centre = band('RELATIVE', 500, 'CENTRE'); // 100 of the target 2000
    expect([traded(2_100n, 2_000, centre), traded(2_101n, 2_000, centre)]).toEqual([
      undefined,
      -101n,
    ]);
  });

  it('to the edge trades what is beyond it', () => {
    const edge = band('ABSOLUTE', 500, 'EDGE');
    expect([traded(2_501n, 2_000, edge), traded(1_400n, 2_000, edge)]).toEqual([-1n, 100n]);
  });

  it('to the edge never trades more than to the centre, in exposure and in collateral', () => {
    const amount = fc.bigInt(0n, 20_000n);
    fc.assert(
      fc.property(
        fc.constantFrom('ABSOLUTE' as const, 'RELATIVE' as const),
        fc.integer({ min: 0, max: 20_000 }),
        fc.record({ exposure: amount, collateral: amount }),
        fc.record({ exposure: amount, collateral: amount }),
        (kind, widthBps, held, wanted) => {
          const aim = { assetId: 'A', side: 'SHORT' as const, ...wanted };
          const edge = bandedTarget(band(kind, widthBps, 'EDGE'), 20_000n, held, aim);
          const centre = bandedTarget(band(kind, widthBps, 'CENTRE'), 20_000n, held, aim);
          expect(edge === undefined).toBe(centre === undefined);
          if (edge === undefined || centre === undefined) return;
          for (const part of ['exposure', 'collateral'] as const) {
            expect(abs(edge[part] - held[part]) <= abs(centre[part] - held[part])).toBe(true);
          }
        },
      ),
      { seed: 20260718, numRuns: 2_000 },
    );
  });
});
