import { describe, expect, it } from 'vitest';
import { instant } from '@trimtab/core';
import { buildPlan } from '../domain/build-plan.js';
import { certify, type Certificate } from '../domain/exact/certificate.js';
import type { Plan } from '../domain/plan.js';
import { roundsProblem, scoring } from '../domain/solver.fixture.js';
import { createCertifyPlans, type CertifyPlansDependencies } from './certify-plans.js';

const planWorth = (scoreBps: number): Plan => {
  const built = buildPlan(roundsProblem([scoring('a', scoreBps)]));
  if (!built.ok) throw new Error(built.error.message);
  return built.value;
};

/** A list of work in memory: least often tried first, then in its order. */
function worldOf(plans: readonly Plan[], isCertifiable: (plan: Plan) => boolean) {
  const attempts = new Map(plans.map(({ planHash }) => [planHash, 0]));
  const certificates = new Map<string, Certificate>();
  const failures: string[] = [];
  const gaps: number[] = [];
  let stopAfter = Number.POSITIVE_INFINITY;
  const deps: CertifyPlansDependencies = {
    store: {
      findPlan: async (planHash) => {
        const plan = plans.find((one) => one.planHash === planHash);
        return plan === undefined ? undefined : { plan, createTime: instant(0) };
      },
      expectCertificate: async () => undefined,
      forgetFailedAttempts: async () => undefined,
      findCertificate: async (planHash) => certificates.get(planHash),
      saveCertificate: async (certificate) => {
        certificates.set(certificate.planHash, certificate);
      },
      noteFailedAttempt: async (planHash) => {
        attempts.set(planHash, (attempts.get(planHash) ?? 0) + 1);
      },
      nextUncertified: async (maxAttempts) => {
        const due = [...attempts].filter(
          ([planHash, tried]) => !certificates.has(planHash) && tried < maxAttempts,
        );
        const least = Math.min(...due.map(([, tried]) => tried));
        return due.find(([, tried]) => tried === least)?.[0];
      },
    },
    optimizer: {
      hintFor: async () => 0,
      certificateOf: async (plan) => {
        if (!isCertifiable(plan)) throw new Error('no answer');
        return certify(plan);
      },
    },
    onCertified: (_plan, { gapBps }) => void gaps.push(gapBps),
    onFailure: (planHash) => failures.push(planHash),
    isStopping: () => certificates.size >= stopAfter,
  };
  const stopAt = (count: number): void => {
    stopAfter = count;
  };
  return { run: createCertifyPlans(deps), attempts, certificates, failures, gaps, stopAt };
}

const [bad, good, late] = [planWorth(1), planWorth(2), planWorth(3)];

describe('the work on certificates', () => {
  it('certifies every plan in one run', async () => {
    const world = worldOf([bad, good, late], () => true);
    await world.run();
    expect([...world.certificates.values()]).toEqual(
      [bad, good, late].map((plan) => certify(plan)),
    );
    expect(world.failures).toEqual([]);
    expect(world.gaps).toEqual([...world.certificates.values()].map(({ gapBps }) => gapBps));
  });

  it('tries a plan that fails once in a run, and goes on with the others', async () => {
    const world = worldOf([bad, good], (plan) => plan !== bad);
    await world.run();
    expect([...world.certificates.keys()]).toEqual([good.planHash]);
    expect(world.failures).toEqual([bad.planHash]);
    expect(world.attempts.get(bad.planHash)).toBe(1);
  });

  it('leaves a plan alone after five runs', async () => {
    const world = worldOf([bad], () => false);
    for (let run = 0; run < 7; run += 1) await world.run();
    expect(world.failures).toHaveLength(5);
  });

  it('ends between two plans when the service stops', async () => {
    const world = worldOf([bad, good, late], () => true);
    world.stopAt(1);
    await world.run();
    expect(world.certificates.size).toBe(1);
  });
});
