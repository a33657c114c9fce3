import type { OracleServiceService } from '@trimtab/contracts/oracle';
import type { SolverServiceService } from '@trimtab/contracts/solver';
import { present } from '@trimtab/core';
import { withScopes, type ServiceClient } from '@trimtab/grpc';
import type { OracleSource, SolverSource } from '../../application/outgoing.js';
import { readPlan } from './plan-message.js';
import { readSnapshot } from './snapshot-message.js';

/** Snapshots from the oracle, with the caller and the deadline of the call at hand. */
export function createOracleSource(
  oracle: Pick<ServiceClient<typeof OracleServiceService>, 'getSnapshot' | 'takeSnapshot'>,
): OracleSource {
  return {
    getSnapshot: async (snapshotHash, call) => {
      const { snapshot } = await oracle.getSnapshot({ snapshotHash }, call);
      return readSnapshot(present(snapshot, 'GetSnapshot answers with a snapshot'), snapshotHash);
    },
    takeSnapshot: async (assetId, call) => {
      const { snapshot } = await oracle.takeSnapshot(
        { assetIds: [assetId], requestId: '' },
        { ...call, caller: withScopes(call.caller, ['rebalance:write']) },
      );
      const taken = present(snapshot, 'TakeSnapshot answers with a snapshot');
      return readSnapshot(taken, taken.snapshotHash);
    },
  };
}

/** Plans from the solver. */
export function createSolverSource(
  solver: Pick<ServiceClient<typeof SolverServiceService>, 'getPlan'>,
): SolverSource {
  return {
    getPlan: async (planHash, call) => {
      const { plan } = await solver.getPlan({ planHash }, call);
      return readPlan(present(plan, 'GetPlan answers with a plan'), planHash);
    },
  };
}
