import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { canonicalJson, contentHash, TAGS } from '@trimtab/canonical';
import { targetsDocument } from './plan-documents.js';
import { targetsHash } from './plan-hash.js';
import type { Target } from './targets.js';
import { targetsText } from './targets-text.js';

const text = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9-]{1,12}$/),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom('"', '\\', '\u0007', 'é€\u{1F600}', '"},{"assetId":"X'),
);
const targetArbitrary: fc.Arbitrary<Target> = fc
  .record({
    assetId: text,
    side: fc.constantFrom('LONG' as const, 'SHORT' as const),
    weightBps: fc.nat(10_000),
    investible: fc.boolean(),
    kappa: fc.option(fc.constantFrom('1.5', '2'), { nil: undefined }),
    strategyId: fc.option(text, { nil: undefined }),
  })
  .map(({ kappa, strategyId, ...target }) => ({
    ...target,
    ...(kappa === undefined ? {} : { kappa }),
    ...(strategyId === undefined ? {} : { strategyId }),
  }));

describe('the targets document, written at once', () => {
  it('is the canonical JSON of the document, and has its hash', () => {
    fc.assert(
      fc.property(fc.array(targetArbitrary, { maxLength: 6 }), (targets) => {
        expect(targetsText(targets)).toBe(canonicalJson(targetsDocument(targets)));
        expect(targetsHash(targets)).toBe(contentHash(TAGS.targets, targetsDocument(targets)));
      }),
      { seed: 20260718, numRuns: 1000 },
    );
  });

  it('refuses text that is not well-formed Unicode', () => {
    const target = { assetId: '\ud800', side: 'LONG', weightBps: 1, investible: true } as const;
    expect(() => targetsText([target])).toThrow(TypeError);
  });
});
