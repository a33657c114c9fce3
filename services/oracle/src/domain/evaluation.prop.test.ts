import fc from 'fast-check';
import { addSeconds, instant, type Instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import type { Asset } from './asset.js';
import { evaluate, type Evaluation, type Situation } from './evaluation.js';
import type { PriceObservation } from './observation.js';

const SEED = 20260718;
const DAY_SECONDS = 86_400;
const asset: Asset = {
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
  denomination: false,
  version: 1n,
  createTime: instant(0),
  updateTime: instant(0),
};

/** Two publishers see the same price now, after what happened before. */
function look(price: bigint, now: Instant, before: Evaluation | undefined): Evaluation {
  const latest = ['a', 'b'].map((publisher): PriceObservation => ({
    kind: 'PRICE',
    publisher,
    assetId: 'A',
    price: { digits: price, scale: 2 },
    confidence: undefined,
    observeTime: now,
    sequence: BigInt(now),
  }));
  const last = before?.publication;
  const situation: Situation = { asset, latest, last, held: before?.held };
  return evaluate(situation, now, false);
}

describe('an asset after an outage', () => {
  it('of 1 minute to 30 days and any jump is healthy one heartbeat after its publishers are back', () => {
    const prices = fc.bigInt({ min: 1n, max: 10n ** 12n });
    const outages = fc.integer({ min: 60, max: 30 * DAY_SECONDS });
    const cadences = fc.constantFrom(1, 10, 20, 30, 60);
    let haltedCount = 0;
    fc.assert(
      fc.property(prices, prices, outages, cadences, (first, second, outage, cadence) => {
        let state = look(first, instant(0), undefined);
        const back = addSeconds(instant(0), outage);
        for (let seconds = 0; seconds <= asset.heartbeatSeconds; seconds += cadence) {
          state = look(second, addSeconds(back, seconds), state);
          if (state.health === 'HALTED') haltedCount += 1;
        }
        expect(state.health).toBe('HEALTHY');
        expect(state.publication?.price).toEqual({ digits: second, scale: 2 });
      }),
      { seed: SEED, numRuns: 500 },
    );
    expect(haltedCount).toBeGreaterThan(100);
  });
});
