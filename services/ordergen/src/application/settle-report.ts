import { present } from '@trimtab/core';
import { amountOf } from '../domain/amount-of.js';
import type { FinalExecType } from '../domain/fold-input.js';
import { resolveReport } from '../domain/resolve-report.js';
import { actionAt, measureOf } from './dispatch-terms.js';
import type { ExecutionReport } from './execution-report.js';
import { correctionOf } from './report-delta.js';
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
      ...(action.side === 'SHORT' && { cumulativeCollateral: report.executed.collateral }),
      cumulativeFee: report.executed.fee,
    },
    measureOf(facts, open.index, open.amount),
  );
  const amount = amountOf(program, state);
  // Later news of the order can have come first: the books stand there already.
  const isLatest = report.sequence >= open.reportSequence;
  draft.setOpen(undefined);
  const { step } = draft.fold({ kind: 'RESULT', result: resolved.result });
  draft.change({
    rebalanceId: facts.rebalanceId,
    index: open.index,
    ...(step.settled !== undefined && { state: step.settled.actionState }),
    amount,
    filled: resolved.result.filled,
    cashMoved: resolved.result.cashMoved,
    booked: isLatest ? report.executed : open.booked,
    reportSequence: Math.max(report.sequence, open.reportSequence),
    execType: report.execType,
    ...(report.reason !== undefined && { reason: report.reason }),
    settleTime: draft.time,
  });
  draft.showAction('RESULT', open.index, { event_id: report.eventId });
  if (isLatest) draft.book('FILL', action, open.booked, report);
  if (report.reason === 'PLAN_HASH_MISMATCH' || report.reason === 'BUNDLE_HASH_MISMATCH') {
    draft.setReason(report.reason);
  }
  const { index } = open;
  if (resolved.correction !== 0n && draft.head.state.state !== 'FAULTED') {
    const { execType } = report;
    draft.fold({ kind: 'CORRECTION', correction: { index, cash: resolved.correction, execType } });
  }
  if (!isLatest && draft.head.state.state !== 'FAULTED') {
    const correction = correctionOf(action, report.executed, open.booked);
    draft.fold({
      kind: 'CORRECTION',
      correction: { index, ...correction, execType: 'PARTIAL_FILL' },
    });
  }
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
