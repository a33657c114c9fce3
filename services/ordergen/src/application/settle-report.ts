import { present } from '@trimtab/core';
import { amountOf } from '../domain/amount-of.js';
import type { FinalExecType } from '../domain/fold-input.js';
import { resolveReport } from '../domain/resolve-report.js';
import { actionAt, measureOf } from './dispatch-terms.js';
import type { ExecutionReport } from './execution-report.js';
import type { StepDraft } from './step-draft.js';

/**
 * Settles the open action with its final report: the ledger gets what is not booked yet, the fold
 * its result, and what was beyond the bounds of the order becomes a correction (order generation
 * rules, section 4).
 */
export function settleReport(draft: StepDraft, report: ExecutionReport): void {
  const { facts } = draft.before;
  const open = present(draft.open, 'a settled action was dispatched');
  const { program } = facts;
  const { state } = draft.head;
  const action = actionAt(facts, open.index);
  const resolved = resolveReport(
    program,
    state,
    {
      execType: finalType(report),
      ...(report.reason !== undefined && { reason: report.reason }),
      cumulativeQuantity: report.executed.quantity,
      cumulativeUnderlying: report.executed.underlying,
      cumulativeFee: report.executed.fee,
    },
    measureOf(facts, open.index),
  );
  const amount = amountOf(program, state);
  draft.show('RESULT', { event_id: report.eventId, index: open.index });
  draft.book('FILL', action, open.booked, report);
  draft.setOpen(undefined);
  const { step } = draft.fold({ kind: 'RESULT', result: resolved.result });
  draft.change({
    rebalanceId: facts.rebalanceId,
    index: open.index,
    ...(step.settled !== undefined && { state: step.settled.actionState }),
    amount,
    filled: resolved.result.filled,
    cashMoved: resolved.result.cashMoved,
    booked: report.executed,
    reportSequence: Math.max(report.sequence, open.reportSequence),
    execType: report.execType,
    ...(report.reason !== undefined && { reason: report.reason }),
    settleTime: draft.time,
  });
  if (report.reason === 'PLAN_HASH_MISMATCH' || report.reason === 'BUNDLE_HASH_MISMATCH') {
    draft.setReason(report.reason);
  }
  if (resolved.correction === 0n || draft.head.state.state === 'FAULTED') return;
  draft.fold({
    kind: 'CORRECTION',
    correction: { index: open.index, cash: resolved.correction, execType: report.execType },
  });
}

function finalType(report: ExecutionReport): FinalExecType {
  const { execType } = report;
  switch (execType) {
    case 'FILL':
    case 'CANCELED':
    case 'REJECTED':
    case 'EXPIRED':
      return execType;
    case 'NEW':
    case 'PARTIAL_FILL':
    case 'TRADE_CORRECT':
    case 'TRADE_CANCEL':
      throw new RangeError(`${execType} settles no action`);
  }
}
