import { instant } from '@trimtab/core';
import { formatDecimal, parseDecimal } from '@trimtab/decimal';
import { describe, expect, it } from 'vitest';
import type { AssetTerms } from './asset.js';
import { reachConsensus } from './consensus.js';
import type { PriceObservation } from './observation.js';

const NOW = instant(1_000_000);
const terms: AssetTerms = {
  assetId: 'A',
  decimals: 0,
  lot: 1n,
  minimumOrder: 0n,
  maxAgeSeconds: 60,
  heartbeatSeconds: 60,
  deviationBps: 10,
  quorumCount: 2,
  outlierBps: 200,
  breakerBps: 1000,
  publishers: [],
};

/** `a 100` is publisher a with a price of 100, seen now; `a 100 61` the same, seen 61 s ago. */
function seen(...texts: readonly string[]): readonly PriceObservation[] {
  return texts.map((text) => {
    const [publisher = '', price = '', age = '0'] = text.split(' ');
    const parsed = parseDecimal(price);
    if (!parsed.ok) throw new Error(parsed.error);
    return {
      kind: 'PRICE',
      publisher,
      assetId: 'A',
      price: parsed.value,
      confidence: undefined,
      observeTime: instant(NOW - Math.round(parseFloat(age) * 1000)),
      sequence: 1n,
    };
  });
}

/** The outcome in one line: kind, price ± confidence, publishers used, publishers dropped. */
function outcome(limits: Partial<AssetTerms>, ...texts: readonly string[]): string {
  const result = reachConsensus({ ...terms, ...limits }, seen(...texts), NOW);
  const price =
    result.kind === 'PRICE'
      ? `${formatDecimal(result.price)} ± ${formatDecimal(result.confidence)}`
      : result.kind;
  const dropped = result.dropped.map(({ publisher, reason }) => `${publisher}:${reason}`);
  return [price, result.publishers.join(','), dropped.join(',')].join(' | ');
}

describe('the consensus price', () => {
  it('is the upper of two prices, an observed one, without rounding', () => {
    // floor(2/2) = 1: the second. Confidence: floor(2/4) = 0 is 1 away, floor(6/4) = 1 is 0 away.
    expect(outcome({}, 'a 100', 'b 101')).toBe('101 ± 1 | a,b | ');
  });

  it('is the middle of three', () => {
    // Elements at floor(3/4) = 0 and floor(9/4) = 2: |100 − 101| = 1 and |102.5 − 101| = 1.5.
    expect(outcome({}, 'b 102.5', 'c 100', 'a 101')).toBe('101 ± 1.5 | a,b,c | ');
  });

  it('has the larger distance to the quarter elements as confidence, not to the ends', () => {
    // Of 5 the elements at floor(5/4) = 1 and floor(15/4) = 3: |99 − 100| = 1 and |103 − 100| = 3.
    const wide = { outlierBps: 10_000 };
    const ends = ['a 90', 'b 99', 'c 100'];
    expect(outcome(wide, ...ends, 'd 103', 'e 120')).toBe('100 ± 3 | a,b,c,d,e | ');
    // And the lower one when it is further: |97 − 100| = 3 and |101 − 100| = 1.
    expect(outcome(wide, 'a 80', 'b 97', 'c 100', 'd 101', 'e 120')).toBe('100 ± 3 | a,b,c,d,e | ');
    // Of 4 those at 1 and 3: |100 − 101| = 1 and |103 − 101| = 2.
    expect(outcome(wide, 'a 90', 'b 100', 'c 101', 'd 103')).toBe('101 ± 2 | a,b,c,d | ');
  });

  it('of three is the second median: 3 publishers are too few for one of them to lie', () => {
    // The median is 100; 90 goes; of 100 and 101 the element at floor(2/2) = 1.
    expect(outcome({}, 'a 90', 'b 100', 'c 101')).toBe('101 ± 1 | b,c | a:OUTLIER');
  });

  it('of one publisher stands when the quorum is 1', () => {
    expect(outcome({ quorumCount: 1 }, 'a 100')).toBe('100 ± 0 | a | ');
  });

  it('compares prices as numbers, not as text', () => {
    expect(outcome({ outlierBps: 10_000 }, 'a 9', 'b 10', 'c 11')).toBe('10 ± 1 | a,b,c | ');
  });

  it('keeps an observation exactly outlierBps away and drops one further, on both sides', () => {
    expect(outcome({}, 'a 98', 'b 100', 'c 102')).toBe('100 ± 2 | a,b,c | ');
    expect(outcome({}, 'a 97.99', 'b 100', 'c 100')).toBe('100 ± 0 | b,c | a:OUTLIER');
    expect(outcome({}, 'a 100', 'b 100', 'c 102.01')).toBe('100 ± 0 | a,b | c:OUTLIER');
  });

  it('takes the median once more over the rest', () => {
    // Median of 99, 100, 101, 150, 160 is 101; 150 and 160 go; the median of the rest is 100.
    expect(outcome({}, 'a 99', 'b 100', 'c 101', 'd 150', 'e 160')).toBe(
      '100 ± 1 | a,b,c | d:OUTLIER,e:OUTLIER',
    );
  });

  it('keeps the first median when so few remain that liars could be half of them', () => {
    // n = 4 allows f = 1 liar (d). Median 103; 100 and 100 go; of 103 and 103.5 the upper is the liar's.
    expect(outcome({ outlierBps: 60 }, 'a 100', 'b 100', 'c 103', 'd 103.5')).toBe(
      '103 ± 0.5 | c,d | a:OUTLIER,b:OUTLIER',
    );
  });

  it('is not there below the quorum', () => {
    expect(outcome({ quorumCount: 3 }, 'a 100', 'b 100')).toBe('NO_QUORUM | a,b | ');
    expect(outcome({ quorumCount: 3 }, 'a 100', 'b 100', 'c 100')).toBe('100 ± 0 | a,b,c | ');
    expect(outcome({})).toBe('NO_QUORUM |  | ');
  });

  it('is not there when the outliers leave fewer than the quorum', () => {
    expect(outcome({}, 'a 100', 'b 200')).toBe('NO_QUORUM | b | a:OUTLIER');
  });

  it('counts an observation exactly maxAge old and no older one', () => {
    expect(outcome({}, 'a 100 60', 'b 100')).toBe('100 ± 0 | a,b | ');
    expect(outcome({}, 'a 100 60.001', 'b 100')).toBe('NO_QUORUM | b | a:EXPIRED');
  });

  it('is stale when every publisher ever heard has expired', () => {
    expect(outcome({}, 'b 100 61', 'a 100 61')).toBe('STALE |  | a:EXPIRED,b:EXPIRED');
  });

  it('leaves out a publisher that the asset does not allow', () => {
    const publishers = ['a', 'b'];
    expect(outcome({ publishers }, 'a 100', 'b 100', 'x 102')).toBe('100 ± 0 | a,b | ');
  });
});
