import { describe, expect, it } from 'vitest';
import { isMature, mergeable, seriesIn } from './matured.js';
import { holding, long, plus, SERIES } from './values.fixture.js';

const LATER = { ...SERIES, maturity: plus(SERIES.maturity, 86_400_000) };

describe('the series in a vault', () => {
  it('are those of its halves, each once, the first to mature first', () => {
    const vault = holding(
      0n,
      long('N-BTC-30000-20260801', 1n),
      long('P-BTC-30000-20260801', 2n),
      long('P-BTC-30000-20260802', 3n),
      long('WBTC', 4n),
    );
    expect(seriesIn(vault)).toEqual([SERIES, LATER]);
  });

  it('can be merged as far as both halves go', () => {
    const vault = holding(0n, long('N-BTC-30000-20260801', 5n), long('P-BTC-30000-20260801', 2n));
    expect(mergeable(vault, SERIES)).toBe(2n);
    expect(mergeable(vault, LATER)).toBe(0n);
  });

  it.each([
    [-1, false],
    [0, true],
  ])('is mature from its maturity on: %i ms after it, %s', (offset, mature) => {
    expect(isMature(SERIES, plus(SERIES.maturity, offset))).toBe(mature);
  });
});
