import { amountOf } from '../domain/amount-of.js';
import type { StepDraft } from './step-draft.js';

/**
 * Ends a stop that has no action out to wait for: on a vault that was frozen the next action was
 * never sent, so no report will ever come for it. Its result is that nothing was executed, as the
 * executor would say of an order that it cancelled or let expire.
 */
export function settleUnsent(draft: StepDraft): void {
  const { state } = draft.head;
  if (state.state !== 'CANCELLING' && state.state !== 'EXPIRING') return;
  if (draft.open !== undefined) return;
  const { facts } = draft.before;
  const index = state.nextIndex;
  const amount = amountOf(facts.program, state);
  const outcome =
    state.state === 'EXPIRING'
      ? ({ execType: 'EXPIRED', reason: 'ORDER_EXPIRED' } as const)
      : ({ execType: 'CANCELED' } as const);
  const { step } = draft.fold({
    kind: 'RESULT',
    result: { index, filled: 0n, cashMoved: 0n, ...outcome },
  });
  draft.change({
    rebalanceId: facts.rebalanceId,
    index,
    state: step.settled?.actionState ?? 'FAILED',
    amount,
    filled: 0n,
    cashMoved: 0n,
    ...outcome,
    settleTime: draft.time,
  });
  draft.showAction('RESULT', index, {});
}
