import { createPoller, type Component } from '@trimtab/lifecycle';
import type { Database } from '@trimtab/storage';
import { createCertificateStore } from './adapters/postgres/certificate-store.js';
import { createSolverStore } from './adapters/postgres/solver-store.js';
import type { SolverTables } from './adapters/postgres/tables.js';
import type { Observer } from './adapters/telemetry/observer.js';
import type { Optimizer } from './application/certificates.js';
import { createCertifyPlans } from './application/certify-plans.js';

/** The work on certificates as a part of the service. */
export interface Certification extends Component {
  /** Begins at once, or once more after the present run. */
  wake(): void;
}

/** A pause without a wake: only what failed, or another process stored, waits that long. */
const INTERVAL_MS = 1_000;

/** Composes the making of certificates beside the requests. */
export function createCertification(deps: {
  readonly database: Database<SolverTables>;
  readonly optimizer: Optimizer;
  readonly observer: Observer;
}): Certification {
  const { database, optimizer, observer } = deps;
  const certificates = createCertificateStore(database.kysely);
  let stopping = false;
  const poller = createPoller({
    name: 'certification',
    intervalMs: INTERVAL_MS,
    run: createCertifyPlans({
      store: { ...createSolverStore(database.kysely), ...certificates },
      optimizer,
      onCertified: (plan, { gapBps }) => observer.planCertified(plan, gapBps),
      onFailure: (planHash, error) => {
        if (!stopping) observer.certificationFailed(planHash, error);
      },
      isStopping: () => stopping,
    }),
    onError: (error) => observer.certificationFailed('', error),
  });
  return {
    name: 'certification',
    start: async () => {
      stopping = false;
      await certificates.forgetFailedAttempts();
      await poller.start();
    },
    stop: () => {
      stopping = true;
      return poller.stop();
    },
    wake: () => poller.wake(),
  };
}
