import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { conformHash } from '@trimtab/solver/domain';

interface HashVectors {
  readonly cases: Record<string, unknown>[];
}

const load = (): HashVectors =>
  JSON.parse(
    readFileSync(new URL('./vectors/content-hash.json', import.meta.url), 'utf8'),
  ) as HashVectors;

describe('content hash vectors', () => {
  it('every case has its canonical form and its hash', () => {
    const file = load();
    expect(conformHash(file)).toEqual({ passed: file.cases.length, failed: 0, differences: [] });
    expect(file.cases.length).toBe(5);
  });

  it.each([
    ['canonical', '[ ]', 'case 0: canonical was [], expected [ ]'],
    ['sha256', 'no', 'case 0: sha256 was 09a6'],
    ['tag', 'trimtab/other/v1', 'case 0: sha256 was '],
  ])('a wrong %s fails that case', (field, value, difference) => {
    const [first, ...others] = load().cases;
    const report = conformHash({ cases: [{ ...first, [field]: value }, ...others] });
    expect([report.passed, report.failed]).toEqual([4, 1]);
    expect(report.differences.join()).toContain(difference);
  });

  it.each(['canonical', 'sha256', 'tag'])('a case that does not state %s fails', (field) => {
    const [first] = load().cases;
    const report = conformHash({ cases: [{ ...first, [field]: undefined }] });
    expect(report).toEqual({
      passed: 0,
      failed: 1,
      differences: [`case 0: ${field} must be text`],
    });
  });

  it('a document that has no canonical form fails without stopping the run', () => {
    const report = conformHash({ cases: [{ tag: 't', document: '\ud800' }, ...load().cases] });
    expect([report.passed, report.failed]).toEqual([5, 1]);
    expect(report.differences[0]).toContain('well-formed Unicode');
  });
});
