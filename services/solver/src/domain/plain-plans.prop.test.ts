import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { campaignCount } from '@trimtab/testkit';
import { canonicalJson } from '@trimtab/canonical';
import { buildPlan, type RoundsProblem } from './build-plan.js';
import type { MarketData } from './options/market-data.js';
import { inputsDocument, scoresDocument } from './plan-documents.js';
import { problemArbitrary } from './problem.fixture.js';
import { policyOf, roundsProblem, scoring, vaultOf } from './solver.fixture.js';

const SEED = 20260718;

const built = (problem: RoundsProblem) => {
  const result = buildPlan(problem);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};

const marketArbitrary: fc.Arbitrary<MarketData> = fc.record({
  returnHistoryBps: fc.array(fc.integer({ min: -500, max: 500 }), { maxLength: 5 }),
  poolDepth: fc.bigInt({ min: 1n, max: 10n ** 20n }),
  slippageSamplesBps: fc.array(fc.nat(100), { maxLength: 5 }),
});

describe('a plan without options', () => {
  it('has the hashes that it had before there were any', () => {
    const strategies = [
      scoring('a', 600, { exotic: true }),
      scoring('b', 300, { protocol: 'marginfi' }),
      scoring('c', 100),
      scoring('d', 0),
    ];
    const policy = policyOf({ strategyCapBps: 4000 });
    const vault = vaultOf({ weights: [{ assetId: 'A', side: 'LONG', weightBps: 500 }] });
    const { planHash, summary } = built(roundsProblem(strategies, { policy, vault }));
    expect([summary.inputsHash, summary.scoresHash, planHash]).toEqual([
      '11736e43d0ae97203efc51da0a5ca5037c1c1dc708fbc8938e53585978de0d57',
      'b6f3b573d6fd8580ba6b922f241605c37987cd76c9e3803d5dda78a0a180f1a6',
      '9fbec9fd599e6e711072d9a1d5a97d43ec282d3f5a1207ac511e4f9e3c4e34b2',
    ]);
  });

  it('is the same whatever is known of the markets', () => {
    fc.assert(
      fc.property(problemArbitrary, marketArbitrary, (problem, market) => {
        const plain = built(problem);
        const known = built({
          ...problem,
          strategies: problem.strategies.map(({ strategy, snapshot }) =>
            snapshot === undefined ? { strategy } : { strategy, snapshot: { ...snapshot, market } },
          ),
        });
        expect(known).toEqual(plain);
        expect(canonicalJson(inputsDocument(known.inputs))).toContain('"options":{}');
        expect(canonicalJson(scoresDocument(known.scores))).not.toContain('optionHaircuts');
      }),
      { seed: SEED, numRuns: campaignCount(150, 5000) },
    );
  });
});
