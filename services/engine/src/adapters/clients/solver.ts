import { SolverServiceService } from '@trimtab/contracts/solver';
import { DomainFailure, present } from '@trimtab/core';
import { createServiceClient } from '@trimtab/grpc';
import type { SolverPort } from '../../application/ports.js';
import { callAs, ENGINE, type Address, type ClientSettings } from './settings.js';
import { targetOf } from './target-mapping.js';

/** The solver over gRPC. */
export function createSolverClient(
  address: Address,
  settings: ClientSettings,
): SolverPort & { close(): void } {
  const client = createServiceClient({ definition: SolverServiceService, address, ...settings });
  return {
    targets: async (planHash) => {
      try {
        const { plan } = await client.getPlan({ planHash }, callAs(ENGINE));
        return present(plan, 'GetPlan answers a plan').targets.map(targetOf);
      } catch (error) {
        if (error instanceof DomainFailure && error.error.reason === 'PLAN_NOT_FOUND') {
          return undefined;
        }
        throw error;
      }
    },
    close: () => client.close(),
  };
}
