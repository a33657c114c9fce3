import { describe, expect, it } from 'vitest';
import { decimal } from './generate.fixture.js';
import { programOf, started } from './fold.fixture.js';
import {
  filledOfSell,
  resolveReport,
  type FillMeasure,
  type FinalReport,
} from './resolve-report.js';

const report = (given: Partial<FinalReport>): FinalReport => ({
  execType: 'FILL',
  cumulativeQuantity: 0n,
  cumulativeUnderlying: 0n,
  cumulativeFee: 0n,
  ...given,
});
const longAt = (price: string, tolerance: bigint, assetDecimals = 0): FillMeasure => ({
  kind: 'LONG',
  quote: { price: decimal(price), assetDecimals, underlyingDecimals: 0 },
  tolerance,
});

describe('what a sell of a long filled', () => {
  it('is the value of what was executed', () => {
    const half = report({ cumulativeQuantity: 50n });
    expect(filledOfSell(1_000n, half, longAt('10', 0n))).toBe(500n);
  });

  it('is the whole amount when less than the price of one base unit is missing, within ε', () => {
    // 333 · 3 = 999 of 1000: one more unit would be too much
    const all = report({ cumulativeQuantity: 333n });
    expect(filledOfSell(1_000n, all, longAt('3', 1n))).toBe(1_000n);
    expect(filledOfSell(1_000n, all, longAt('3', 0n))).toBe(999n);
  });

  it('is not the whole amount when one unit more would have fitted, whatever ε', () => {
    const oneLess = report({ cumulativeQuantity: 332n });
    expect(filledOfSell(1_000n, oneLess, longAt('3', 10n))).toBe(996n);
  });

  it('counts flooring to the underlying as a remainder, also where a unit costs less than 1', () => {
    // 18 decimals: floor(1000 / 3e-18) units are worth 999.99…, floored 999
    const units = report({ cumulativeQuantity: 333_333_333_333_333_333_333n });
    expect(filledOfSell(1_000n, units, longAt('3', 1n, 18))).toBe(1_000n);
  });
});

describe("what a short's sell-leg action filled", () => {
  it('is by quantity, or by collateral when no quantity was ordered', () => {
    const ordered = { kind: 'SHORT', orderedQuantity: 3n, orderedCollateral: 30n } as const;
    expect(filledOfSell(100n, report({ cumulativeQuantity: 2n }), ordered)).toBe(66n);
    const collateral = { ...ordered, orderedQuantity: 0n };
    expect(filledOfSell(100n, report({ cumulativeCollateral: -20n }), collateral)).toBe(66n);
  });
});

describe('a report', () => {
  const program = programOf({ sells: [[100n, 200n]], buys: [100n] });

  it('becomes a result with everything the chain records', () => {
    const given = report({
      execType: 'CANCELED',
      reason: 'INSUFFICIENT_LIQUIDITY',
      cumulativeQuantity: 4n,
      cumulativeUnderlying: 38n,
      cumulativeFee: 1n,
    });
    expect(resolveReport(program, started(program), given, longAt('10', 0n))).toEqual({
      result: {
        index: 0,
        filled: 40n,
        cashMoved: 38n,
        cumulativeQuantity: 4n,
        fee: 1n,
        execType: 'CANCELED',
        reason: 'INSUFFICIENT_LIQUIDITY',
      },
      correction: 0n,
    });
  });

  it('of more than was ordered is clipped, and the rest is a correction', () => {
    const over = report({ cumulativeQuantity: 12n, cumulativeUnderlying: 120n });
    expect(resolveReport(program, started(program), over, longAt('10', 0n))).toMatchObject({
      result: { filled: 100n, cashMoved: 100n },
      correction: 20n,
    });
  });

  it('of a buy has filled what it spent', () => {
    const buying = programOf({ cash: 100n, sells: [], buys: [100n] });
    const spent = report({ cumulativeQuantity: 9n, cumulativeUnderlying: 90n });
    expect(resolveReport(buying, started(buying), spent, longAt('10', 0n))).toMatchObject({
      result: { filled: 90n, cashMoved: 90n },
      correction: 0n,
    });
  });
});
