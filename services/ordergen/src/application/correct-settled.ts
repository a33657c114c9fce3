import { actionAt } from './dispatch-terms.js';
import type { Executed, ExecutionReport } from './execution-report.js';
import type { RebalanceFacts } from './rebalance-record.js';
import { cashChange, type StepDraft } from './step-draft.js';

/** A settled action whose numbers a report corrects. */
export interface SettledTarget {
  /** The rebalance of the action, which may be another than the one whose fold takes the correction. */
  readonly facts: RebalanceFacts;
  /** What was booked for it. */
  readonly booked: Executed;
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
  const { facts, booked } = target;
  const action = actionAt(facts, report.index);
  draft.show('RESULT', { event_id: report.eventId, index: report.index });
  draft.book('CORRECTION', action, booked, report);
  draft.change({
    rebalanceId: facts.rebalanceId,
    index: report.index,
    booked: report.executed,
    reportSequence: report.sequence,
    execType: report.execType,
  });
  if (draft.head.state.state === 'FAULTED') return;
  const isOwn = facts.rebalanceId === draft.before.facts.rebalanceId;
  draft.fold({
    kind: 'CORRECTION',
    correction: {
      ...(isOwn && { index: report.index }),
      cash: cashChange(action, booked, report.executed),
      cumulativeQuantity: report.executed.quantity,
      fee: report.executed.fee,
      execType: report.execType,
    },
  });
}
