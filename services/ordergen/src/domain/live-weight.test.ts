import { describe, expect, it } from 'vitest';
import { decimalOf } from '@trimtab/decimal';
import { DEFAULT_TOLERANCES, createPriceBook, generate } from './index.js';
import { liveWeightBps } from './live-weight.js';

describe('liveWeightBps', () => {
  it('floors the part of NAV in bps and is 0 without NAV', () => {
    expect(liveWeightBps(1n, 3n)).toBe(3333);
    expect(liveWeightBps(5n, 0n)).toBe(0);
    expect(liveWeightBps(5n, -1n)).toBe(0);
  });

  it('stays inside the field of the contract', () => {
    expect(liveWeightBps(214_749n, 1n)).toBe(2_147_483_647);
    expect(liveWeightBps(214_748n, 1n)).toBe(2_147_480_000);
  });
});

describe('generation', () => {
  it('exits a position that is worth many orders of magnitude more than NAV', () => {
    const prices = createPriceBook(6, [
      { assetId: 'A', decimals: 6, price: decimalOf(1n, 0), lot: 1n, minimumOrder: 0n },
    ]);
    const generated = generate({
      cash: -900_719_925_474n,
      positions: [{ assetId: 'A', side: 'LONG', quantity: 900_719_925_475n, collateral: 0n }],
      prices,
      goal: { kind: 'WEIGHTS', targets: [] },
      tolerances: DEFAULT_TOLERANCES,
      netMode: 'STANDARD',
      sequencing: { kind: 'GUIDELINE' },
      underlyingFloor: 0n,
    });
    expect(generated.ok && generated.value.valuation.nav).toBe(1n);
    expect(generated.ok && generated.value.actions.map(({ deltaNet }) => deltaNet)).toEqual([
      -900_719_925_475n,
    ]);
  });
});
