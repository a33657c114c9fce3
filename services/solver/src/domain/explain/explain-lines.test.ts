import { describe, expect, it } from 'vitest';
import { buildPlan } from '../build-plan.js';
import type { Plan } from '../plan.js';
import { policyOf, roundsProblem, scoring } from '../solver.fixture.js';
import { explainLines } from './explain-lines.js';

const { vault, snapshotHash, generateTime } = roundsProblem([]);
const shared = { vault, snapshotHash, generateTime };

const linesOf = (problem: Parameters<typeof buildPlan>[0]) => {
  const built = buildPlan(problem);
  if (!built.ok) throw new Error(built.error.message);
  return textsOf(built.value);
};

const textsOf = (plan: Plan) =>
  explainLines(plan).map(({ kind, weightBps, text }) => [kind, weightBps, text]);

const KEPT = 'the policy keeps at least 1000 bps liquid';
const RAISED = `${KEPT}; unhealthy strategies add 100 each, up to 3000`;
const FULL = 'no strategy had room left for it';

describe('the lines of an explanation', () => {
  it.each(['ROUNDS', 'EXACT'] as const)('of mode %s without a candidate: all is idle', (mode) => {
    expect(linesOf({ ...roundsProblem([scoring('a', 0)]), mode })).toEqual([
      ['RESERVE', 1000, RAISED],
      ['IDLE', 9000, FULL],
    ]);
  });

  it('name every round of a strategy, and what clipped it', () => {
    const policy = policyOf({ strategyCapBps: 4000 });
    expect(linesOf(roundsProblem([scoring('a', 600), scoring('b', 300)], { policy }))).toEqual([
      ['GRANT', 4000, expect.stringContaining('(wanted 6000, clipped by POLICY_STRATEGY_CAP)')],
      ['GRANT', 4000, expect.stringMatching(/earned 3000 bps in round 1, 1000 bps in round 2/)],
      ['RESERVE', 1000, RAISED],
      ['IDLE', 1000, FULL],
    ]);
  });

  it('of an EXACT plan speak of no rounds', () => {
    const lines = linesOf({ ...roundsProblem([scoring('a', 600)]), mode: 'EXACT' });
    expect(lines[0]).toEqual(['GRANT', 9000, 'A LONG: score 600 has this weight at the optimum']);
  });

  it('of explicit targets speak of no strategies', () => {
    const targets = [
      { assetId: 'A', side: 'LONG', weightBps: 2500, investible: true },
      { assetId: 'B', side: 'LONG', weightBps: 0, investible: true },
    ] as const;
    expect(linesOf({ ...shared, mode: 'EXPLICIT', policy: policyOf(), targets })).toEqual([
      ['GRANT', 2500, 'A LONG: stated by the caller'],
      ['GRANT', 0, 'B LONG: stated by the caller'],
      ['RESERVE', 1000, KEPT],
      ['IDLE', 6500, 'no target has it'],
    ]);
  });

  it('of no targets at all are the whole too', () => {
    expect(linesOf({ ...shared, mode: 'EXPLICIT', targets: [] })).toEqual([
      ['RESERVE', 0, 'the policy keeps at least 0 bps liquid'],
      ['IDLE', 10_000, 'no target has it'],
    ]);
  });
});
