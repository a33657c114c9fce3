import { plannedState } from '../domain/start-rebalance.js';
import type { OutgoingCall } from './outgoing.js';
import {
  fetchDocuments,
  planRebalance,
  type CreateRebalanceCommand,
  type PlanningDependencies,
} from './plan-rebalance.js';
import type { RebalanceView } from './rebalance-record.js';

/** The rebalance that a request would make: PLANNED, without an id. */
export type PreviewRebalance = (
  command: CreateRebalanceCommand,
  call: OutgoingCall,
) => Promise<RebalanceView>;

/**
 * Plans with the very function that CreateRebalance plans with, and leaves it there: it is given
 * nothing that could write or send.
 */
export function createPreviewRebalance(deps: PlanningDependencies): PreviewRebalance {
  return async (command, call) => {
    const found = await fetchDocuments(deps, command, call);
    const { caller } = call;
    const { facts } = planRebalance(deps, { ...found, command, caller, rebalanceId: '' });
    const { vault } = found;
    return {
      facts,
      head: { sequence: 0, hash: facts.h0, state: plannedState(facts.program) },
      stateReason: '',
      owner: vault.owner,
      members: [...vault.managers, ...vault.approvers],
      actions: [],
      recalibrationEvents: [],
      pinned: [],
      updateTime: facts.createTime,
    };
  };
}
