import { orderIdOf, reportIdOf } from '../domain/ids.js';
import { hasEnded } from '../domain/rebalance-state.js';
import { isCorrection } from './correct-settled.js';
import type { ExecutionReport } from './execution-report.js';
import { isFinalReport } from './progress.js';
import type { RunningRebalance } from './rebalance-record.js';

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
  if (actions[report.index]?.side === 'LONG' && report.executed.underlying < 0n) {
    return `cumulative_underlying of a long was ${report.executed.underlying}, must be at least 0`;
  }
  if (report.orderId !== orderIdOf(rebalanceId, report.index)) {
    return `order ${report.orderId} is not the order of action ${report.index}`;
  }
  if (report.eventId !== reportIdOf(report.orderId, report.sequence)) {
    return `event ${report.eventId} is not the id of report ${report.sequence} of its order`;
  }
  return undefined;
}
