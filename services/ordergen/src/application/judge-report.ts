import { orderIdOf, reportIdOf } from '../domain/ids.js';
import { hasEnded } from '../domain/rebalance-state.js';
import { isCorrection } from './correct-settled.js';
import type { Executed, ExecutionReport } from './execution-report.js';
import { isFinalReport } from './progress.js';
import type { ActionFacts, RunningRebalance } from './rebalance-record.js';

/** What a report is to its rebalance now (execution rule 2). */
export type Verdict =
  /** Says nothing that changes books or fold. */
  | 'NOTED'
  /** A part of the open action. */
  | 'PARTIAL'
  /** The last word on the open action. */
  | 'FINAL'
  /** Of the open action, but of another amount than was ordered. */
  | 'MISMATCH'
  /** Of a later action, or a correction of what has no final report yet. */
  | 'WAITS'
  /** Of an action that has settled, or that will never be dispatched. */
  | 'SETTLED'
  /** Not ours; with the reason. */
  | { readonly dead: string };

/** Judges a report; what is not ours is named. */
export function judgeReport(running: RunningRebalance, report: ExecutionReport): Verdict {
  const foreign = foreignReport(running, report);
  if (foreign !== undefined) return { dead: foreign };
  const { head, open } = running;
  if (open?.index === report.index) return judgeOpen(running, report);
  if (report.index < head.state.nextIndex || hasEnded(head.state.state)) return 'SETTLED';
  return 'WAITS';
}

function judgeOpen(running: RunningRebalance, report: ExecutionReport): Verdict {
  const { open } = running;
  if (isCorrection(report)) return 'WAITS';
  if (report.orderedAmount !== open?.amount) return 'MISMATCH';
  if (isFinalReport(report)) return 'FINAL';
  const isNews = report.sequence > open.reportSequence;
  return isNews && report.execType === 'PARTIAL_FILL' ? 'PARTIAL' : 'NOTED';
}

function foreignReport(running: RunningRebalance, report: ExecutionReport): string | undefined {
  const { rebalanceId, vaultId, actions } = running.facts;
  if (report.vaultId !== vaultId) {
    return `rebalance ${rebalanceId} is of vault ${vaultId}, the report names ${report.vaultId}`;
  }
  if (report.index < 0 || report.index >= actions.length) {
    return `index ${report.index} is not one of the ${actions.length} actions`;
  }
  const impossible = impossibleForLong(actions[report.index], report.executed);
  if (impossible !== undefined) return `${impossible.field} ${impossible.message}`;
  if (report.orderId !== orderIdOf(rebalanceId, report.index)) {
    return `order ${report.orderId} is not the order of action ${report.index}`;
  }
  if (report.eventId !== reportIdOf(report.orderId, report.sequence)) {
    return `event ${report.eventId} is not the id of report ${report.sequence} of its order`;
  }
  return undefined;
}

/**
 * What no execution of a long can say, with the field that says it: a long has no collateral and is
 * not bought for less than nothing; fees can eat up what a sell raises.
 */
export function impossibleForLong(
  action: ActionFacts | undefined,
  { underlying, collateral }: Executed,
): { readonly field: string; readonly message: string } | undefined {
  if (action?.side !== 'LONG') return undefined;
  if (collateral !== 0n) {
    return { field: 'cumulative_collateral', message: `of a long was ${collateral}, must be 0` };
  }
  if (action.group !== 3 || underlying >= 0n) return undefined;
  const message = `of a long that is bought was ${underlying}, must be at least 0`;
  return { field: 'cumulative_underlying', message };
}
