import type { OracleServiceService } from '@trimtab/contracts/oracle';
import type { SolverServiceService } from '@trimtab/contracts/solver';
import { present } from '@trimtab/core';
import { withScopes, type ServiceClient } from '@trimtab/grpc';
import type { OracleSource, SolverSource } from '../../application/outgoing.js';
import type { PlanCopy, SnapshotCopy } from '../../application/documents.js';
import { createKeptDocuments } from './kept-documents.js';
import { readPlan } from './plan-message.js';
import { readSnapshot } from './snapshot-message.js';

/** Documents of each kind that are kept in memory: some tens of the largest ones. */
const KEPT_BYTES = 32 * 1024 * 1024;

/** Snapshots from the oracle, with the caller and the deadline of the call at hand. */
export function createOracleSource(
  oracle: Pick<ServiceClient<typeof OracleServiceService>, 'getSnapshot' | 'takeSnapshot'>,
): OracleSource {
  const kept = createKeptDocuments<SnapshotCopy>(KEPT_BYTES);
  return {
    getSnapshot: async (snapshotHash, call, takenSince) => {
      const found = takenSince === undefined ? undefined : kept.get(snapshotHash);
      if (found !== undefined && found.takeTime >= (takenSince ?? 0)) return found;
      const { snapshot } = await oracle.getSnapshot({ snapshotHash }, call);
      const answer = present(snapshot, 'GetSnapshot answers with a snapshot');
      const copy = readSnapshot(answer, snapshotHash);
      kept.put(snapshotHash, copy);
      return copy;
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
  const kept = createKeptDocuments<PlanCopy>(KEPT_BYTES);
  return {
    getPlan: async (planHash, call) => {
      const found = kept.get(planHash);
      if (found !== undefined) return found;
      const { plan } = await solver.getPlan({ planHash }, call);
      const copy = readPlan(present(plan, 'GetPlan answers with a plan'), planHash);
      kept.put(planHash, copy);
      return copy;
    },
  };
}
