import { describe, expect, it } from 'vitest';
import type { Policy, Strategy } from './plan-inputs.js';
import { allocate } from './rounds.js';
import type { Assessed } from './scores.js';
import { checkStated } from './stated-weights.js';

const POLICY: Policy = {
  ...{
    id: 'p',
    version: 1,
    reserve: 1_000,
    strategyCap: 6_000,
    protocolCaps: new Map([['x', 7_000]]),
  },
  ...{ defaultProtocolCap: 10_000, exoticCap: 2_000, marginFiCap: 500, leastDelta: 0 },
};
const assessed = (
  strategyId: string,
  score: number,
  fields: Partial<Strategy> = {},
  failed?: string,
): Assessed => ({
  strategy: {
    ...{ strategyId, assetId: strategyId, protocol: 'y', state: 'ACTIVE', adapter: 'STATIC' },
    ...{ exotic: false, canary: false, cap: 5_000 },
    ...fields,
  },
  score: {
    ...{ netApy: score, risk: 0, liquidity: 0, fee: 0, concentration: 0, operational: 0, score },
  },
  ...(failed !== undefined && { failed }),
});
const ALL = [
  assessed('a', 500, { protocol: 'x' }),
  assessed('b', 400, { protocol: 'x', cap: 8_000 }),
  assessed('c', 300, { exotic: true }),
  assessed('d', 200, { protocol: 'marginfi' }),
  assessed('e', 100),
  assessed('f', 900, {}, 'NOT_ACTIVE'),
];

function verdictOf(stated: Readonly<Record<string, number>>): string {
  const rounds = allocate(POLICY, ALL);
  try {
    const weights = new Map(Object.entries(stated));
    checkStated('targets', POLICY, ALL, { stated: weights, rounds });
    return 'holds';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('weights of an optimum', () => {
  it('hold up to every cap and the reserve', () => {
    expect(verdictOf({ a: 5_000, b: 2_000, c: 2_000 })).toBe('holds');
  });

  it.each([
    ['the cap of a strategy', { a: 5_001, b: 1_999, c: 2_000 }, 'a with 5001'],
    ['the cap of the policy on any one', { b: 6_001, a: 900, c: 2_000 }, 'b with 6001'],
    ['the cap of a protocol', { a: 5_000, b: 2_001, c: 1_999 }, 'keep every cap'],
    ['the cap of exotic ones', { a: 5_000, b: 2_000, c: 2_001 }, 'c with 2001'],
    ['the cap of marginfi', { a: 5_000, b: 2_000, c: 1_499, d: 501 }, 'd with 501'],
    ['the reserve', { a: 5_000, b: 2_000, c: 2_000, e: 1 }, 'at most 9000 in sum'],
    ['the filters', { f: 1 }, 'weights of candidates only'],
  ])('break %s by one', (_what, stated, message) => {
    expect(verdictOf(stated)).toContain(message);
  });

  it('earn at least what the rounds do', () => {
    const { weights } = allocate(POLICY, ALL);
    const ofRounds = Object.fromEntries(weights);
    expect(verdictOf(ofRounds)).toBe('holds');
    const [first] = weights.keys();
    const less = { ...ofRounds, [first ?? '']: (ofRounds[first ?? ''] ?? 0) - 1 };
    expect(verdictOf(less)).toContain('earn at least');
  });
});
