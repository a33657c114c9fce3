import { floorDiv, max, min } from '@trimtab/decimal';
import { amountOf, isSell } from './amount-of.js';
import type { RebalanceProgram } from './program.js';
import type { RebalanceState } from './rebalance-state.js';

/**
 * Every final report settles (order generation rules, section 4): one that is beyond the bounds of
 * its action is brought to them, and what that takes away is booked as a correction in the same
 * transaction, so no money that moved stays unbooked.
 */

/** Money of a report, in base units of the underlying. */
export interface ReportedMoney {
  readonly filled: bigint;
  readonly cashMoved: bigint;
}

/** A report inside the bounds of the fold, and what is to be booked beside it. */
export interface ClippedReport extends ReportedMoney {
  /** The cash of the correction; 0 when the report was inside its bounds. */
  readonly correction: bigint;
}

/** Brings the report of the action at `state.nextIndex` to its bounds. */
export function clipReport(
  program: RebalanceProgram,
  state: RebalanceState,
  report: ReportedMoney,
): ClippedReport {
  const amount = amountOf(program, state);
  return isSell(program, state.nextIndex)
    ? clipSell(state.cash, amount, report)
    : clipBuy(amount, report);
}

/**
 * A sell that executed beyond its order keeps the part of the proceeds that its amount is of what
 * it executed; one that costs more than the cash at hand keeps what the cash covers.
 */
function clipSell(cash: bigint, amount: bigint, report: ReportedMoney): ClippedReport {
  const filled = min(max(report.filled, 0n), amount);
  const within =
    report.filled > amount ? floorDiv(report.cashMoved * amount, report.filled) : report.cashMoved;
  const cashMoved = within < 0n ? max(within, min(0n, -cash)) : within;
  return { filled, cashMoved, correction: report.cashMoved - cashMoved };
}

/** A buy that spent more than its amount keeps its amount; spending more is a loss. */
function clipBuy(amount: bigint, report: ReportedMoney): ClippedReport {
  const cashMoved = min(report.cashMoved, amount);
  return {
    filled: min(max(report.filled, 0n), amount),
    cashMoved,
    correction: cashMoved - report.cashMoved,
  };
}
