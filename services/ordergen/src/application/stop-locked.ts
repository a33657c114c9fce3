import type { Clock } from '@trimtab/core';
import type { HeldVault } from '../domain/vault.js';
import type { Messages } from './outgoing.js';
import type { Observer, OrderGenSession, Tracing } from './ports.js';
import { goOn } from './progress.js';
import type { RunningRebalance } from './rebalance-record.js';
import { createStepDraft, type StepDraft } from './step-draft.js';

/** What a step under the lock of a vault needs. */
export interface LockedStepDependencies {
  readonly clock: Clock;
  readonly messages: Messages;
  readonly tracing: Pick<Tracing, 'traceparentOf'>;
  readonly observer: Pick<Observer, 'stepTaken'>;
}

/** Why a rebalance stops. */
export interface Stop {
  readonly kind: 'CANCEL' | 'EXPIRE';
  /** A subject, or `system`. */
  readonly by: string;
  readonly reason: string;
}

/**
 * Stops a rebalance of a locked vault: one that waits for its approval has ended then, one with an
 * action out waits for its final report, and one without (its vault was frozen) ends at once.
 */
export async function stopLocked(
  deps: LockedStepDependencies,
  session: OrderGenSession,
  running: RunningRebalance,
  { kind, by, reason }: Stop,
): Promise<void> {
  const draft = createStepDraft(running, deps.clock.now());
  draft.fold(kind === 'EXPIRE' ? { kind } : { kind, ...(reason !== '' && { reason }) });
  draft.setReason(reason);
  showState(draft, by, reason);
  await commitLocked(deps, session, draft);
}

/**
 * Cancels the rebalance of a locked vault that waits for its approval, because something that would
 * be approved has changed. Answers its id; absent when none waits.
 */
export async function cancelWaiting(
  deps: LockedStepDependencies,
  session: OrderGenSession,
  vault: HeldVault,
  why: { readonly by: string; readonly reason: string },
): Promise<string | undefined> {
  const { openRebalanceId } = vault;
  if (openRebalanceId === undefined) return undefined;
  const running = await session.loadRunning(openRebalanceId);
  if (running?.head.state.state !== 'AWAITING_APPROVAL') return undefined;
  await stopLocked(deps, session, running, { kind: 'CANCEL', ...why });
  return openRebalanceId;
}

/** Tells watchers that the state changed by something other than a report. */
export function showState(draft: StepDraft, by: string, reason: string): void {
  draft.show('STATE', {
    previous_state: draft.before.head.state.state,
    state: draft.head.state.state,
    changed_by: by,
    reason,
  });
}

/** Takes a rebalance on from what the draft has done, and writes it in the caller's transaction. */
export async function commitLocked(
  deps: LockedStepDependencies,
  session: OrderGenSession,
  draft: StepDraft,
  inbox?: Parameters<StepDraft['finish']>[0],
): Promise<void> {
  const { facts, waitingCount } = draft.before;
  const waiting = waitingCount === 0 ? [] : await session.listWaiting(facts.rebalanceId);
  goOn(draft, waiting, deps.messages);
  const step = draft.finish(inbox, deps.tracing.traceparentOf(facts));
  const outcome = await session.commit(step);
  // The vault is locked and every step locks it first, so nothing can have come in between.
  if (outcome !== 'COMMITTED') throw new Error(`a step under the vault's lock met ${outcome}`);
  deps.observer.stepTaken(draft.before, step);
}
