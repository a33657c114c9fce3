import type { Certificate, Plan } from '../domain/index.js';
import type { CertificateStore, Optimizer } from './certificates.js';
import type { SolverStore } from './ports.js';

/** After this many failures a plan waits for the next start of the service. */
const MAX_ATTEMPTS = 5;
/** Nobody waits for this answer. */
const TIMEOUT_MS = 60_000;

/** What the work on certificates needs. */
export interface CertifyPlansDependencies {
  readonly store: Pick<SolverStore, 'findPlan'> & CertificateStore;
  readonly optimizer: Optimizer;
  readonly onCertified: (plan: Plan, certificate: Certificate) => void;
  readonly onFailure: (planHash: string, error: unknown) => void;
  /** Asked before each plan. */
  readonly isStopping: () => boolean;
}

/**
 * Certifies every stored plan that has no certificate, one after another, away from every request. The
 * store is the truth: what one run does not get to, the next does, also after a restart. One plan that
 * cannot be certified does not keep the others waiting.
 */
export function createCertifyPlans(deps: CertifyPlansDependencies): () => Promise<void> {
  const { store, optimizer, onCertified, onFailure, isStopping } = deps;
  return async () => {
    const tried = new Set<string>();
    while (!isStopping()) {
      const planHash = await store.nextUncertified(MAX_ATTEMPTS);
      // Those that failed come last; they wait for the next run.
      if (planHash === undefined || tried.has(planHash)) return;
      tried.add(planHash);
      try {
        const stored = await store.findPlan(planHash);
        if (stored === undefined) throw new Error(`plan ${planHash} is gone`);
        const limits = { timeoutMs: TIMEOUT_MS };
        const certificate = await optimizer.certificateOf(stored.plan, limits);
        await store.saveCertificate(certificate);
        onCertified(stored.plan, certificate);
      } catch (error) {
        await store.noteFailedAttempt(planHash);
        onFailure(planHash, error);
      }
    }
  };
}
