import type { HeldVault } from '../domain/vault.js';
import { refuseBusy } from '../domain/vault-rules.js';
import { correctSettled } from './correct-settled.js';
import type { ExecutionReport } from './execution-report.js';
import type { InboxEntry, OrderGenSession } from './ports.js';
import { isFinalReport } from './progress.js';
import type { ActionRecord, OpenAction, RunningRebalance } from './rebalance-record.js';
import { refuseIf } from './refusals.js';
import { addsTo } from './report-delta.js';
import { createStepDraft } from './step-draft.js';
import { cancelWaiting, type LockedStepDependencies } from './stop-locked.js';

/** An action that was out when its run faulted: nothing of its order has been the last word yet. */
export type OutAtFault = ActionRecord & OpenAction;

/** The action as one that is out; absent when it was never sent, or its last word is known. */
export function outAtFault(record: ActionRecord | undefined): OutAtFault | undefined {
  if (record?.orderId === undefined || record.amount === undefined) return undefined;
  if (record.dispatchTime === undefined || record.settleTime !== undefined) return undefined;
  const { orderId, amount, dispatchTime, execType = 'NEW' } = record;
  if (isFinalReport({ execType })) return undefined;
  return { ...record, orderId, amount, dispatchTime };
}

/** What an admin says of an action of a faulted run, and where it goes. */
export interface FaultedResolution {
  /** Locked. */
  readonly vault: HeldVault;
  readonly running: RunningRebalance;
  readonly out: OutAtFault;
  readonly report: ExecutionReport;
  readonly inbox: InboxEntry;
  /** The admin. */
  readonly by: string;
}

/**
 * Settles an action of a faulted rebalance (order generation rules, section 5: FAULTED is terminal, what
 * comes later reaches the ledger only). The fold stays as it broke. While another rebalance of the vault
 * runs it is refused: the holdings that it was made from would change under it. One that waits for its
 * approval is cancelled, as by any change of what is to be approved; answers its id.
 */
export async function resolveFaulted(
  deps: LockedStepDependencies,
  session: OrderGenSession,
  { vault, running, out, report, inbox, by }: FaultedResolution,
): Promise<string | undefined> {
  const { facts } = running;
  const reason = 'a resolved action changed the holdings of the vault';
  const cancelled = addsTo(out.booked, report.executed)
    ? await cancelWaiting(deps, session, vault, { by, reason })
    : undefined;
  if (cancelled === undefined) refuseIf(refuseBusy(vault));
  const draft = createStepDraft(running, deps.clock.now());
  draft.know(out);
  const { index, reason: failure } = report;
  // Before it is shown, so that watchers see why it failed.
  if (failure !== undefined) {
    draft.change({ rebalanceId: facts.rebalanceId, index, reason: failure });
  }
  correctSettled(draft, report, { facts, booked: out.booked, answers: true });
  const step = draft.finish(inbox, deps.tracing.traceparentOf(facts));
  const outcome = await session.commit(step);
  if (outcome !== 'COMMITTED') throw new Error(`a step under the vault's lock met ${outcome}`);
  return cancelled;
}
