import type { Clock } from '@trimtab/core';
import { refuseApproval } from '../domain/approval-rules.js';
import { hasEnded } from '../domain/rebalance-state.js';
import { checkSnapshotAge } from './check-documents.js';
import type { OracleSource, OutgoingCall } from './outgoing.js';
import type { Observer, OrderGenSession, OrderGenStore, RequestKey } from './ports.js';
import type { RunningRebalance } from './rebalance-record.js';
import { rebalanceNotFound, refuseIf, vaultNotFound } from './refusals.js';
import { createStepDraft } from './step-draft.js';
import { commitLocked, showState, type LockedStepDependencies } from './stop-locked.js';

/** What approving needs. */
export interface ApproveRebalanceDependencies extends LockedStepDependencies {
  readonly clock: Clock;
  readonly store: OrderGenStore;
  readonly oracle: OracleSource;
  readonly observer: Observer;
  /** Called after a commit: what is in memory is old, and messages may be in the outbox. */
  readonly changed: (rebalanceId: string) => void;
}

/** What is approved: a rebalance, by the hash that the approver has looked at. */
export interface ApproveRebalanceCommand {
  readonly rebalanceId: string;
  /** The plan hash; h0 for explicit actions. */
  readonly approvedHash: string;
}

/** Approves a rebalance that waits for it, and starts it. */
export type ApproveRebalance = (
  command: ApproveRebalanceCommand,
  key: RequestKey,
  call: OutgoingCall,
  respond: (session: OrderGenSession) => Promise<Uint8Array>,
) => Promise<Uint8Array>;

/**
 * A second subject names what it approves, while nothing that was planned on has changed and the
 * snapshot is young enough (order generation rules, section 5). The oracle is asked before the
 * transaction: when the snapshot was last taken is the one thing that is not stored here.
 */
export function createApproveRebalance(deps: ApproveRebalanceDependencies): ApproveRebalance {
  return async (command, key, call, respond) => {
    const earlier = await deps.store.findResponse(key);
    if (earlier !== undefined) return earlier;
    const { rebalanceId, approvedHash } = command;
    const known = (await deps.store.loadRunning(rebalanceId)) ?? rebalanceNotFound(rebalanceId);
    const { vaultId } = known.facts;
    const vault = (await deps.store.findVault(vaultId)) ?? vaultNotFound(vaultId);
    const claim = { subject: call.caller.subject, approvedHash };
    refuseIf(refuseApproval(vault, awaiting(known), { ...claim, now: deps.clock.now() }));
    const snapshot = await deps.oracle.getSnapshot(known.facts.document.snapshotHash, call);
    const response = await deps.store.once(key, async (session) => {
      const locked = (await session.lockVault(vaultId)) ?? vaultNotFound(vaultId);
      const running = (await session.loadRunning(rebalanceId)) ?? rebalanceNotFound(rebalanceId);
      const now = deps.clock.now();
      refuseIf(refuseApproval(locked, awaiting(running), { ...claim, now }));
      checkSnapshotAge(locked, snapshot, now);
      await approveLocked(deps, session, running, claim.subject);
      return respond(session);
    });
    deps.changed(rebalanceId);
    return response;
  };
}

async function approveLocked(
  deps: ApproveRebalanceDependencies,
  session: OrderGenSession,
  running: RunningRebalance,
  subject: string,
): Promise<void> {
  const { rebalanceId, vaultId } = running.facts;
  const draft = createStepDraft(running, deps.clock.now());
  draft.fold({ kind: 'APPROVE' });
  showState(draft, subject, 'approved');
  await session.recordApproval(rebalanceId, subject);
  await commitLocked(deps, session, draft);
  const { state } = draft.head.state;
  if (hasEnded(state)) deps.observer.rebalanceEnded(rebalanceId, vaultId, state);
}

function awaiting({ facts, head }: RunningRebalance): Parameters<typeof refuseApproval>[1] {
  return {
    rebalanceId: facts.rebalanceId,
    state: head.state.state,
    purpose: facts.purpose,
    requestedBy: facts.requestedBy,
    planHash: facts.planHash,
    h0: facts.h0,
    fence: facts.fence,
    vaultVersion: facts.document.vaultVersion,
    ...(facts.approvalExpireTime !== undefined && { approvalExpireTime: facts.approvalExpireTime }),
    expireTime: facts.expireTime,
  };
}
