import fc from 'fast-check';
import { instant } from '@trimtab/core';
import { compareDecimals, type Decimal } from '@trimtab/decimal';
import { campaignCount } from '@trimtab/testkit';
import { describe, expect, it } from 'vitest';
import type { AssetTerms } from './asset.js';
import { reachConsensus } from './consensus.js';
import { compareToBand } from './distance.js';
import type { PriceObservation } from './observation.js';

const SEED = 20260718;
const NOW = instant(0);
const terms: AssetTerms = {
  assetId: 'A',
  decimals: 0,
  lot: 1n,
  minimumOrder: 0n,
  maxAgeSeconds: 60,
  heartbeatSeconds: 60,
  deviationBps: 10,
  quorumCount: 1,
  outlierBps: 200,
  breakerBps: 1000,
  publishers: [],
};

function observed(publisher: string, price: Decimal): PriceObservation {
  const rest = { assetId: 'A', confidence: undefined, observeTime: NOW, sequence: 0n } as const;
  return { kind: 'PRICE', publisher, price, ...rest };
}

/** Prices close together and far apart: both the kept and the dropped case must be common. */
const prices = fc.oneof(
  fc.bigInt({ min: 9_700n, max: 10_300n }).map((digits) => ({ digits, scale: 2 })),
  fc.bigInt({ min: 1n, max: 10n ** 9n }).map((digits) => ({ digits, scale: 3 })),
);
const limits = fc.record({
  quorumCount: fc.integer({ min: 1, max: 5 }),
  outlierBps: fc.integer({ min: 1, max: 10_000 }),
});

describe('the consensus over any observations', () => {
  const cases = campaignCount(3_000, 100_000);
  it(`never leaves the range of the honest ones with f of at least 3f + 1 lying, ${cases} cases`, () => {
    const world = fc.integer({ min: 0, max: 4 }).chain((liarCount) =>
      fc.record({
        limits,
        honest: fc.array(prices, { minLength: 2 * liarCount + 1, maxLength: 2 * liarCount + 4 }),
        liars: fc.array(prices, { minLength: liarCount, maxLength: liarCount }),
        liarsSortFirst: fc.boolean(),
      }),
    );
    let priceCount = 0;
    fc.assert(
      fc.property(world, ({ limits: some, honest, liars, liarsSortFirst }) => {
        const latest = [
          ...honest.map((price, index) => observed(`h${index}`, price)),
          ...liars.map((price, index) => observed(`${liarsSortFirst ? 'a' : 'z'}${index}`, price)),
        ];
        const result = reachConsensus({ ...terms, ...some }, latest, NOW);
        if (result.kind !== 'PRICE') return;
        priceCount += 1;
        expect(honest.some((price) => compareDecimals(price, result.price) <= 0)).toBe(true);
        expect(honest.some((price) => compareDecimals(price, result.price) >= 0)).toBe(true);
      }),
      { seed: SEED, numRuns: cases },
    );
    expect(priceCount).toBeGreaterThan(cases / 5);
  }, 600_000);

  it('does not depend on the order in which they arrive', () => {
    const shuffled = fc
      .array(prices, { maxLength: 9 })
      .map((list) => list.map((price, index) => observed(`p${index}`, price)))
      .chain((latest) =>
        fc.tuple(
          fc.constant(latest),
          fc.shuffledSubarray(latest, { minLength: latest.length, maxLength: latest.length }),
          limits,
        ),
      );
    fc.assert(
      fc.property(shuffled, ([latest, other, some]) => {
        const all = { ...terms, ...some };
        expect(reachConsensus(all, other, NOW)).toEqual(reachConsensus(all, latest, NOW));
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });

  it('is a price that a used publisher saw, and accounts for every publisher once', () => {
    fc.assert(
      fc.property(fc.array(prices, { minLength: 1, maxLength: 9 }), limits, (list, some) => {
        const latest = list.map((price, index) => observed(`p${index}`, price));
        const result = reachConsensus({ ...terms, ...some }, latest, NOW);
        const everyone = [...result.publishers, ...result.dropped.map((one) => one.publisher)];
        expect(everyone.sort()).toEqual(latest.map(({ publisher }) => publisher));
        if (result.kind !== 'PRICE') return;
        const used = latest.filter(({ publisher }) => result.publishers.includes(publisher));
        expect(used.length).toBeGreaterThanOrEqual(some.quorumCount);
        expect(used.some(({ price }) => compareDecimals(price, result.price) === 0)).toBe(true);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });

  it('measures the band exactly: the distance from a price to itself is 0 bps', () => {
    fc.assert(
      fc.property(prices, (price) => {
        expect(compareToBand(price, price, 0n)).toBe(0);
      }),
      { seed: SEED, numRuns: 100 },
    );
  });
});
