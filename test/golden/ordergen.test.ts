import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { conformGenerate, conformRecalibrate } from '@trimtab/ordergen/domain';

interface Vectors {
  readonly cases: { readonly name: string; [field: string]: unknown }[];
}

const load = (name: string): Vectors =>
  JSON.parse(readFileSync(new URL(`./vectors/${name}`, import.meta.url), 'utf8')) as Vectors;

describe.each([
  ['ordergen-generate.json', conformGenerate, 59],
  ['ordergen-recalibrate.json', conformRecalibrate, 135],
] as const)('%s', (name, conform, count) => {
  it.each(load(name).cases.map((vector) => [vector.name, vector] as const))(
    '%s',
    (_name, vector) => {
      expect(conform({ cases: [vector] })).toEqual({ passed: 1, failed: 0, differences: [] });
    },
  );

  it('counts every case of the file', () => {
    expect(conform(load(name))).toEqual({ passed: count, failed: 0, differences: [] });
  });

  it('a file without cases fails', () => {
    expect(conform([])).toEqual({
      passed: 0,
      failed: 1,
      differences: ['the file must be an object'],
    });
  });

  it('a case of another shape fails with its place, and the rest still runs', () => {
    const report = conform({ cases: [...load(name).cases, { name: 'odd' }] });
    expect([report.passed, report.failed]).toEqual([count, 1]);
    expect(report.differences[0]).toMatch(/^case "odd": .* must be/);
  });

  it('every expected field is needed: a case without any one of them fails', () => {
    for (const vector of load(name).cases.slice(0, 25)) {
      for (const shorter of withoutOneField(vector)) {
        const { failed, differences } = conform({ cases: [shorter] });
        expect([failed, differences.length]).toEqual([1, 1]);
      }
    }
  });

  it('every single expected number counts: changing any one of a case fails it', () => {
    for (const vector of load(name).cases.slice(0, 25)) {
      for (const changed of changedExpectations(vector)) {
        expect(conform({ cases: [changed] }).failed).toBe(1);
      }
    }
  });
});

/** The case without one expected field, for each of them. */
function withoutOneField(vector: Vectors['cases'][number]): Vectors['cases'] {
  const shorter: Vectors['cases'] = [];
  const walk = (value: unknown, put: (value: unknown) => Vectors['cases'][number]): void => {
    if (Array.isArray(value)) {
      value.forEach((item, index) => walk(item, (next) => put(value.with(index, next))));
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) {
        const others = Object.entries(value).filter(([other]) => other !== key);
        shorter.push(put(Object.fromEntries(others)));
        walk(item, (next) => put({ ...value, [key]: next }));
      }
    }
  };
  for (const field of ['expected', 'expectedStart', 'expectedSteps']) {
    if (vector[field] !== undefined) walk(vector[field], (next) => ({ ...vector, [field]: next }));
  }
  return shorter;
}

/** The case with one expected amount raised by 1, for each of them. */
function changedExpectations(vector: Vectors['cases'][number]): Vectors['cases'] {
  const changed: Vectors['cases'] = [];
  const walk = (value: unknown, put: (value: unknown) => Vectors['cases'][number]): void => {
    if (typeof value === 'string' && /^-?\d+$/.test(value)) {
      changed.push(put(String(BigInt(value) + 1n)));
    } else if (Array.isArray(value)) {
      value.forEach((item, index) => walk(item, (next) => put(value.with(index, next))));
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) {
        walk(item, (next) => put({ ...value, [key]: next }));
      }
    }
  };
  for (const field of ['expected', 'expectedStart', 'expectedSteps']) {
    if (vector[field] !== undefined) walk(vector[field], (next) => ({ ...vector, [field]: next }));
  }
  return changed;
}
