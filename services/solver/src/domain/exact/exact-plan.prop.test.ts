import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { campaignCount } from '@trimtab/testkit';
import { buildPlan, type RoundsProblem } from '../build-plan.js';
import type { Plan } from '../plan.js';
import { policyOf, roundsProblem, strategyInput } from '../solver.fixture.js';
import { verifyPlan } from '../verify.js';
import { certify } from './certificate.js';
import { checkCertificate } from './check-certificate.js';

const SEED = 20260718;
const bps = (max: number) => fc.integer({ min: 0, max });

const problemArbitrary: fc.Arbitrary<RoundsProblem> = fc
  .record({
    drawn: fc.array(
      fc.record({
        protocol: fc.constantFrom('aave', 'marginfi', 'drift', 'perena'),
        exotic: fc.boolean(),
        strategyCapBps: bps(5000),
        // Few scores, so that many are equal.
        grossApyBps: fc.integer({ min: 0, max: 40 }).map((step) => step * 25),
        operationalComplexityBps: fc.constantFrom(0, 0, 0, 500),
      }),
      { maxLength: 20 },
    ),
    minLiquidReserveBps: bps(3000),
    strategyCapBps: bps(6000),
    protocolCaps: fc.constantFrom([], [{ protocol: 'aave', capBps: 1234 }]),
    defaultProtocolCapBps: bps(6000),
    exoticCapBps: bps(4000),
    marginFiCapBps: bps(6000),
  })
  .map(({ drawn, ...limits }) =>
    roundsProblem(
      drawn.map(({ protocol, exotic, strategyCapBps, ...snapshot }, index) =>
        strategyInput(`s${index}`, { protocol, exotic, strategyCapBps }, snapshot),
      ),
      { policy: policyOf(limits) },
    ),
  );

function planOf(problem: RoundsProblem): Plan {
  const result = buildPlan(problem);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function objectiveOf({ targets, scores }: Plan): bigint {
  const scoreById = new Map(scores.map(({ strategyId, score }) => [strategyId, score?.scoreBps]));
  return targets.reduce(
    (sum, { strategyId = '', weightBps }) =>
      sum + BigInt(weightBps) * BigInt(scoreById.get(strategyId) ?? 0),
    0n,
  );
}

describe('every EXACT plan', () => {
  it('keeps every cap in whole bps and never earns less than the rounds', () => {
    fc.assert(
      fc.property(problemArbitrary, (problem) => {
        const rounds = planOf(problem);
        const exact = planOf({ ...problem, mode: 'EXACT' });
        // The second opinion looks at every cap again.
        expect(verifyPlan(exact).ok).toBe(true);
        expect(exact.targets.every(({ weightBps }) => Number.isSafeInteger(weightBps))).toBe(true);
        expect(objectiveOf(exact)).toBeGreaterThanOrEqual(objectiveOf(rounds));
        for (const plan of [rounds, exact]) {
          const certificate = certify(plan);
          expect(checkCertificate(plan, certificate)).toEqual({ ok: true, value: undefined });
          expect(BigInt(certificate.optimalObjective)).toBe(objectiveOf(exact));
        }
      }),
      { seed: SEED, numRuns: campaignCount(150, 2000) },
    );
  });
});
