import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { conformSolver } from '@trimtab/solver/domain';

interface SolverVectors {
  readonly cases: { readonly name: string; expected: Record<string, unknown> }[];
}

const load = (): SolverVectors =>
  JSON.parse(
    readFileSync(new URL('./vectors/solver.json', import.meta.url), 'utf8'),
  ) as SolverVectors;

describe('solver vectors', () => {
  it.each(load().cases.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
    expect(conformSolver({ cases: [vector] })).toEqual({ passed: 1, failed: 0, differences: [] });
  });

  it('counts every case of the file', () => {
    expect(conformSolver(load())).toEqual({ passed: 69, failed: 0, differences: [] });
  });

  it.each([
    ['reserveBps', -1],
    ['idleBps', -1],
    ['scoresBps', {}],
    ['targetWeightsBps', { nobody: 1 }],
    ['roundsBps', [{ nobody: 1 }]],
    ['expectedBlendedApyBps', -1],
    ['riskBudgetUsageBps', -1],
    ['totalDeltaBps', -1],
    ['noOp', 'maybe'],
    ['unheardOf', 1],
  ])('a wrong %s fails exactly that case and is named', (field, value) => {
    const file = load();
    const [first] = file.cases;
    if (first === undefined) throw new Error('no cases');
    first.expected = { ...first.expected, [field]: value };
    const report = conformSolver(file);
    expect([report.passed, report.failed, report.differences.length]).toEqual([68, 1, 1]);
    expect(report.differences[0]).toContain(`case "random-0": ${field}`);
  });

  it.each(Object.keys(load().cases[0]?.expected ?? {}))(
    'a case that does not state %s fails',
    (field) => {
      const [first] = load().cases;
      const stated = Object.entries(first?.expected ?? {}).filter(([name]) => name !== field);
      expect(
        conformSolver({ cases: [{ ...first, expected: Object.fromEntries(stated) }] }),
      ).toEqual({
        passed: 0,
        failed: 1,
        differences: [`case "random-0": ${field} is not in the vector`],
      });
    },
  );

  it('a case of another shape fails with its place, and the rest still runs', () => {
    const file = load();
    const report = conformSolver({ cases: [...file.cases, { name: 'odd', strategies: 1 }] });
    expect(report).toEqual({
      passed: 69,
      failed: 1,
      differences: ['case "odd": expected must be an object'],
    });
  });

  it('a file without cases fails', () => {
    expect(conformSolver([])).toEqual({
      passed: 0,
      failed: 1,
      differences: ['the file must be an object'],
    });
  });
});
