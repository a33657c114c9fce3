import { invariant } from '@trimtab/core';
import {
  allocationOf,
  certify,
  exactProblemOf,
  judgeAnswer,
  linearProgramOf,
  type Certificate,
  type Plan,
} from '../domain/index.js';
import type { LinearProgramSolver } from './ports.js';

/** How long a program may take, waiting included. */
export interface SolveLimits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Certificates and the work towards them that still has to be done. */
export interface CertificateStore {
  /** Notes that a plan has no certificate yet; with the plan, in one transaction. */
  expectCertificate(planHash: string): Promise<void>;
  /** Keeps the first one: certificates of a plan are equal. */
  saveCertificate(certificate: Certificate): Promise<void>;
  /** As it is stored; whoever reads it checks it against the plan. */
  findCertificate(planHash: string): Promise<Certificate | undefined>;
  /** The plan to certify next: least often tried, then longest known; undefined when none is left. */
  nextUncertified(maxAttempts: number): Promise<string | undefined>;
  noteFailedAttempt(planHash: string): Promise<void>;
  /** Makes every plan without a certificate due again. */
  forgetFailedAttempts(): Promise<void>;
}

/** Asks the solver of linear programs, and lets integers decide. */
export interface Optimizer {
  /** A price of the exotic cap at which the search of the optimum may begin. */
  hintFor(plan: Plan, limits: SolveLimits): Promise<number>;
  /** The certificate of a plan of mode ROUNDS or EXACT. */
  certificateOf(plan: Plan, limits: SolveLimits): Promise<Certificate>;
}

/** What the optimizer works with. */
export interface OptimizerDependencies {
  readonly solver: LinearProgramSolver;
  /** The solver's answer was not an optimum in whole numbers; what follows does not depend on it. */
  readonly onUnproven: (planHash: string, fault: string) => void;
}

/**
 * The solver of linear programs answers in floating point. Its answer is rounded to whole bps and
 * whole prices and checked: if these prove each other, they are an optimum. Which of all optima the
 * rules choose is found by integers, from the price of the exotic cap in the answer, and is proven by
 * itself; both optima must be worth the same.
 */
export function createOptimizer({ solver, onUnproven }: OptimizerDependencies): Optimizer {
  const ask = async (plan: Plan, limits: SolveLimits) => {
    const problem = exactProblemOf(allocationOf(plan));
    const answer = await solver.solve(linearProgramOf(problem), limits);
    const judged = judgeAnswer(problem, answer);
    if (judged.fault !== undefined) onUnproven(plan.planHash, judged.fault);
    return judged;
  };
  return {
    hintFor: async (plan, limits) => (await ask(plan, limits)).exoticPriceBps,
    certificateOf: async (plan, limits) => {
      const { provenObjective, exoticPriceBps } = await ask(plan, limits);
      const certificate = certify(plan, exoticPriceBps);
      invariant(
        provenObjective === undefined || provenObjective === BigInt(certificate.optimalObjective),
        `two proven optima of plan ${plan.planHash} differ`,
      );
      return certificate;
    },
  };
}
