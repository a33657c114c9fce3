import type { DriftBand, Target } from '@trimtab/strategy';
import { describe, expect, it } from 'vitest';
import { driftedPosition } from './drift-band.js';
import { holding, long, prices, short } from './values.fixture.js';

/** 1 base unit of an asset is worth 1 base unit of the underlying. */
const BOOK = prices({ WBTC: '0.000001', WETH: '0.000001', GONE: '0.000001' });

const band = (kind: DriftBand['kind'], widthBps: number): DriftBand => ({
  kind,
  widthBps,
  goal: 'CENTRE',
});
const target = (assetId: string, weightBps: number, change: Partial<Target> = {}): Target => ({
  assetId,
  side: 'LONG',
  weightBps,
  kappa: undefined,
  investible: true,
  ...change,
});

/** What drifted in a vault of 1 000 000 that holds so much WBTC. */
function drifted(held: bigint, targets: readonly Target[], given: DriftBand): string | undefined {
  const vault = holding(1_000_000n - held, long('WBTC', held));
  const found = driftedPosition(given, vault, targets, BOOK);
  return found && `${found.assetId} ${found.value} of ${found.target} ± ${found.width}`;
}

describe('a drift band', () => {
  it.each([
    [250_000n, undefined],
    [250_001n, 'WBTC 250001 of 200000 ± 50000'],
    [150_000n, undefined],
    [149_999n, 'WBTC 149999 of 200000 ± 50000'],
  ])('of 500 bps of NAV around 20 %%, strict, with %i held: %s', (held, found) => {
    expect(drifted(held, [target('WBTC', 2_000)], band('ABSOLUTE', 500))).toBe(found);
  });

  it.each([
    [210_000n, undefined],
    [210_001n, 'WBTC 210001 of 200000 ± 10000'],
    [190_000n, undefined],
    [189_999n, 'WBTC 189999 of 200000 ± 10000'],
  ])('of 500 bps of the target, strict, with %i held: %s', (held, found) => {
    expect(drifted(held, [target('WBTC', 2_000)], band('RELATIVE', 500))).toBe(found);
  });

  it('counts what should be held and is not', () => {
    const targets = [target('ETH', 3_000)];
    expect(drifted(0n, targets, band('ABSOLUTE', 500))).toBe('WETH 0 of 300000 ± 50000');
  });

  it('counts what is held and should not be, unless it is too small to trade', () => {
    const relative = band('RELATIVE', 500);
    // 1e-5 of 1 000 000
    expect(drifted(10n, [], relative)).toBeUndefined();
    expect(drifted(11n, [], relative)).toBe('WBTC 11 of 0 ± 0');
  });

  it('names the first position by asset and side', () => {
    const vault = holding(800_000n, long('WBTC', 100_000n), long('WETH', 100_000n));
    const found = driftedPosition(band('ABSOLUTE', 100), vault, [target('ETH', 5_000)], BOOK);
    expect(found).toMatchObject({ assetId: 'WBTC' });
  });

  it('spreads the weight of a target that is not investible over the others', () => {
    // D = 4 000 + 2 000 of cash: 4 000 / 6 000 of NAV
    const targets = [target('BTC', 4_000), target('GONE', 4_000, { investible: false })];
    expect(drifted(666_666n, targets, band('ABSOLUTE', 1))).toBeUndefined();
    expect(drifted(400_000n, targets, band('ABSOLUTE', 1))).toBe('WBTC 400000 of 666666 ± 100');
  });

  it('measures a short by its exposure, with its collateral in D', () => {
    // D = 1.5 · 2 000 + 8 000 = 11 000: 2 000 / 11 000 of 1 000 000
    const targets = [target('WETH', 2_000, { side: 'SHORT', kappa: '1.5' })];
    const vault = (owed: bigint) =>
      holding(1_000_000n - 300_000n + owed, short('WETH', owed, 300_000n));
    expect(driftedPosition(band('ABSOLUTE', 10), vault(181_818n), targets, BOOK)).toBeUndefined();
    expect(driftedPosition(band('ABSOLUTE', 10), vault(190_000n), targets, BOOK)).toMatchObject({
      side: 'SHORT',
      value: 190_000n,
      target: 181_818n,
    });
  });

  it('starts nothing in a vault that is worth nothing', () => {
    const targets = [target('WBTC', 5_000)];
    expect(driftedPosition(band('ABSOLUTE', 0), holding(0n), targets, BOOK)).toBeUndefined();
  });
});
