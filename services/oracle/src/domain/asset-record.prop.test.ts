import fc from 'fast-check';
import { instant } from '@trimtab/core';
import { campaignCount, SEED } from '@trimtab/testkit';
import { describe, expect, it } from 'vitest';
import { lookAt, nextLookTime, type AssetRecord } from './asset-record.js';

const limits = fc.record({
  maxAgeSeconds: fc.integer({ min: 1, max: 200 }),
  heartbeatSeconds: fc.integer({ min: 1, max: 200 }),
  quorumCount: fc.integer({ min: 1, max: 3 }),
  breakerBps: fc.integer({ min: 1, max: 2_000 }),
});
const observations = fc.array(
  fc.record({
    price: fc.bigInt({ min: 9_000n, max: 13_000n }),
    observeTime: fc.integer({ min: 0, max: 100_000 }),
  }),
  { maxLength: 4 },
);

function recordOf(
  terms: typeof limits extends fc.Arbitrary<infer T> ? T : never,
  seen: readonly { readonly price: bigint; readonly observeTime: number }[],
): AssetRecord {
  return {
    asset: {
      assetId: 'A',
      decimals: 0,
      lot: 1n,
      minimumOrder: 0n,
      deviationBps: 10,
      outlierBps: 200,
      publishers: [],
      denomination: false,
      version: 1n,
      createTime: instant(0),
      updateTime: instant(0),
      ...terms,
    },
    latest: seen.map(({ price, observeTime }, index) => ({
      kind: 'PRICE',
      publisher: `p${index}`,
      assetId: 'A',
      price: { digits: price, scale: 2 },
      confidence: undefined,
      observeTime: instant(observeTime),
      sequence: 1n,
    })),
    quotes: [],
    last: {
      price: { digits: 10_000n, scale: 2 },
      confidence: { digits: 0n, scale: 0 },
      publishers: ['p0'],
      dropped: [],
      publishTime: instant(0),
      evidence: [],
    },
    held: undefined,
    state: 'HEALTHY',
    stateReason: '',
    sequence: 1n,
    change: 1n,
  };
}

/** The record after a look has been stored. */
function stored(record: AssetRecord, now: number): AssetRecord {
  const { evaluation } = lookAt(record, instant(now), false);
  const { health: state, reason: stateReason, publication: last, held } = evaluation;
  return { ...record, state, stateReason, last, held };
}

describe('the time of the next look', () => {
  it('is never after something is due by time alone', () => {
    const runs = campaignCount(2_000, 100_000);
    let dueCount = 0;
    const times = fc.array(fc.integer({ min: 0, max: 500_000 }), { minLength: 20, maxLength: 20 });
    const start = fc.integer({ min: 100_000, max: 150_000 });
    fc.assert(
      fc.property(limits, observations, start, times, (terms, seen, now, later) => {
        const record = stored(recordOf(terms, seen), now);
        expect(lookAt(record, instant(now), false).isDue).toBe(false);
        const next = nextLookTime(record, instant(now)) ?? Number.POSITIVE_INFINITY;
        expect(next).toBeGreaterThan(now);
        for (const time of later.map((one) => now + one)) {
          if (time >= next) continue;
          expect(lookAt(record, instant(time), false).isDue).toBe(false);
        }
        if (next !== Number.POSITIVE_INFINITY && lookAt(record, instant(next), false).isDue) {
          dueCount += 1;
          // One millisecond before, it was not.
          expect(lookAt(record, instant(next - 1), false).isDue).toBe(false);
        }
      }),
      { seed: SEED, numRuns: runs },
    );
    expect(dueCount).toBeGreaterThan(runs / 10);
  }, 600_000);
});

describe('the second quorum of a jump', () => {
  it('is looked for one heartbeat after the first, between two steps of the band', () => {
    const terms = { maxAgeSeconds: 90, heartbeatSeconds: 60, quorumCount: 1, breakerBps: 1_000 };
    const jump = { price: 13_000n, observeTime: 10_000 };
    // Held from 10 s on; what was seen at 20 s agrees. The band grows at 60 s, too little, and at 120 s.
    const halted = stored(recordOf(terms, [jump]), 10_000);
    const { latest } = recordOf(terms, [{ ...jump, observeTime: 20_000 }]);
    const record = stored({ ...halted, latest }, 60_000);
    expect([halted.state, record.state, nextLookTime(record, instant(60_000))]).toEqual([
      'HALTED',
      'HALTED',
      70_000,
    ]);
    expect(lookAt(record, instant(69_999), false).isDue).toBe(false);
    expect(lookAt(record, instant(70_000), false).cause).toBe('RESEED');
  });
});

describe('an asset after an outage', () => {
  const cases = campaignCount(500, 20_000);
  it(`of 1 minute to 30 days, of any jump and with any limits, recovers by rule, ${cases} cases`, () => {
    const prices = fc.bigInt({ min: 1n, max: 10n ** 9n });
    const outages = fc.integer({ min: 60, max: 30 * 86_400 });
    let haltedCount = 0;
    fc.assert(
      fc.property(limits, prices, prices, outages, (terms, before, after, outage) => {
        // Before: three publishers agree on one price. Then silence, then they agree on another one.
        const at = (price: bigint, time: number) =>
          recordOf(
            terms,
            [0, 1, 2].map(() => ({ price, observeTime: time })),
          ).latest;
        let record: AssetRecord = { ...recordOf(terms, []), last: undefined, state: 'NO_QUORUM' };
        record = stored({ ...record, latest: at(before, 0) }, 0);
        expect(record.state).toBe('HEALTHY');
        const back = outage * 1000;
        record = stored(record, back - 1);
        expect(record.state).toBe(back - 1 > terms.maxAgeSeconds * 1000 ? 'STALE' : 'HEALTHY');
        const step = Math.min(terms.maxAgeSeconds, terms.heartbeatSeconds) * 1000;
        const end = back + terms.heartbeatSeconds * 1000 + step;
        for (let time = back; time <= end; time += step) {
          record = stored({ ...record, latest: at(after, time) }, time);
          if (record.state === 'HALTED') haltedCount += 1;
        }
        expect(record.state).toBe('HEALTHY');
        expect(record.last?.price).toEqual({ digits: after, scale: 2 });
      }),
      { seed: SEED, numRuns: cases },
    );
    expect(haltedCount).toBeGreaterThan(cases / 10);
  }, 600_000);
});
