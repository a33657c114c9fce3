import { abs } from '@trimtab/decimal';
import { actionAt } from './dispatch-terms.js';
import type { Executed, ExecutionReport } from './execution-report.js';
import type { RebalanceFacts } from './rebalance-record.js';
import { addsTo, correctionOf } from './report-delta.js';
import type { StepDraft } from './step-draft.js';

/** A settled action whose numbers a report corrects. */
export interface SettledTarget {
  /** The rebalance of the action, which may be another than the one whose fold takes the correction. */
  readonly facts: RebalanceFacts;
  /** What was booked for it. */
  readonly booked: Executed;
  /** The report is the last word on an order that was out when its run faulted. */
  readonly answers?: boolean;
}

/**
 * Books a correction of a settled action and lets it into the fold (order generation rules, section
 * 4, corrections). A faulted rebalance keeps its fold as it is; only the ledger moves.
 */
export function correctSettled(
  draft: StepDraft,
  report: ExecutionReport,
  target: SettledTarget,
): void {
  const { facts, booked, answers = false } = target;
  const action = actionAt(facts, report.index);
  draft.change({
    rebalanceId: facts.rebalanceId,
    index: report.index,
    booked: report.executed,
    reportSequence: report.sequence,
    execType: report.execType,
    ...(answers && { settleTime: draft.time }),
  });
  const isOwn = facts.rebalanceId === draft.before.facts.rebalanceId;
  const data = { event_id: report.eventId };
  // Watchers of another rebalance see the report, which names its own.
  if (isOwn) draft.showAction('RESULT', report.index, data);
  else draft.show('RESULT', data);
  draft.book('CORRECTION', action, booked, report);
  if (draft.head.state.state === 'FAULTED') return;
  draft.fold({
    kind: 'CORRECTION',
    correction: {
      // An action that was never reached has not settled: its money has no index.
      ...(isOwn && report.index < draft.head.state.nextIndex && { index: report.index }),
      ...correctionOf(action, booked, report.executed),
      execType: report.execType,
    },
  });
}

/**
 * Whether a report of a settled action is news (execution rule 2): TRADE_CORRECT, TRADE_CANCEL, or more
 * than before. Reports are numbered: what was reported before the latest one is older news.
 */
export function isNews(
  settled: { readonly booked: Executed; readonly reportSequence: number },
  report: ExecutionReport,
): boolean {
  const { booked, reportSequence } = settled;
  if (report.sequence <= reportSequence) return false;
  if (!addsTo(booked, report.executed)) return false;
  if (isCorrection(report)) return true;
  return (
    report.executed.quantity > booked.quantity ||
    abs(report.executed.collateral) > abs(booked.collateral) ||
    report.executed.underlying > booked.underlying
  );
}

/** Whether a report corrects an earlier one of its order. */
export function isCorrection({ execType }: ExecutionReport): boolean {
  return execType === 'TRADE_CORRECT' || execType === 'TRADE_CANCEL';
}
