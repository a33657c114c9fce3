import { parseInstant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { heldAssetId, heldLeg } from './held-leg.js';

describe('the half that a strategy holds', () => {
  it.each([
    ['treasury', 'P'],
    ['hedge', 'P'],
    ['yield', 'P'],
    ['custom', 'P'],
    ['leverage', 'N'],
  ] as const)('of type %s is %s', (type, leg) => {
    expect(heldLeg(type)).toBe(leg);
  });

  it('is an asset of the series', () => {
    const maturity = parseInstant('2026-08-01T08:00:00Z');
    if (!maturity.ok) throw new Error(maturity.error);
    const series = { base: 'BTC', strike: 30_000n, maturity: maturity.value };
    expect(heldAssetId('leverage', series)).toBe('N-BTC-30000-20260801');
    expect(heldAssetId('yield', series)).toBe('P-BTC-30000-20260801');
  });
});
