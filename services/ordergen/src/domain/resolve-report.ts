import { floorDiv, max, quantityFor, valueOf, type Quote } from '@trimtab/decimal';
import { amountOf, isSell } from './amount-of.js';
import { clipReport } from './clip-report.js';
import type { ActionResult, FailureReason, FinalExecType } from './fold-input.js';
import type { RebalanceProgram } from './program.js';
import type { RebalanceState } from './rebalance-state.js';

/** From what an executor reported to what the fold takes (order generation rules, section 4). */

/** The cumulative numbers of a final report; those of an order that never executed are 0. */
export interface FinalReport {
  readonly execType: FinalExecType;
  readonly reason?: FailureReason;
  /** Base units of the asset. */
  readonly cumulativeQuantity: bigint;
  /** Net underlying: received by a sell after fees, spent by a buy with fees. */
  readonly cumulativeUnderlying: bigint;
  /** Collateral that a short moved, in base units of the underlying. */
  readonly cumulativeCollateral?: bigint;
  /** Base units of the underlying. */
  readonly cumulativeFee: bigint;
}

/** How the quantity of a report turns into a part of the amount. */
export type FillMeasure =
  | {
      /** A long: by value at the reference price. */
      readonly kind: 'LONG';
      readonly quote: Quote;
      /** ε of the net amount, base units of the underlying. */
      readonly tolerance: bigint;
    }
  | {
      /** A short: by quantity, or by collateral when no quantity was ordered. */
      readonly kind: 'SHORT';
      readonly orderedQuantity: bigint;
      /** What was to be released, above 0. */
      readonly orderedCollateral: bigint;
    };

/** A result inside the bounds of the fold, and the correction to book after it, 0 for none. */
export interface ResolvedReport {
  readonly result: ActionResult;
  readonly correction: bigint;
}

/** Turns the final report of the action at `state.nextIndex` into its result. */
export function resolveReport(
  program: RebalanceProgram,
  state: RebalanceState,
  report: FinalReport,
  measure: FillMeasure,
): ResolvedReport {
  const index = state.nextIndex;
  const cashMoved = report.cumulativeUnderlying;
  const filled = isSell(program, index)
    ? filledOfSell(amountOf(program, state), report, measure)
    : max(0n, cashMoved);
  const clipped = clipReport(program, state, { filled, cashMoved });
  const { execType, reason, cumulativeQuantity, cumulativeCollateral, cumulativeFee } = report;
  return {
    result: {
      index,
      filled: clipped.filled,
      cashMoved: clipped.cashMoved,
      cumulativeQuantity,
      fee: cumulativeFee,
      execType,
      ...(cumulativeCollateral !== undefined && { collateralMoved: cumulativeCollateral }),
      ...(reason !== undefined && { reason }),
    },
    correction: clipped.correction,
  };
}

/** What a sell executed of its amount; above the amount when it executed beyond its order. */
export function filledOfSell(amount: bigint, report: FinalReport, measure: FillMeasure): bigint {
  if (measure.kind === 'SHORT') return filledOfShort(amount, report, measure);
  const value = valueOf(report.cumulativeQuantity, measure.quote);
  const remainder = amount - value;
  if (remainder <= 0n || remainder > measure.tolerance) return value;
  // Less than the price of one base unit is missing exactly when one unit more would be too much.
  return report.cumulativeQuantity >= quantityFor(amount, measure.quote) ? amount : value;
}

function filledOfShort(
  amount: bigint,
  report: FinalReport,
  ordered: { readonly orderedQuantity: bigint; readonly orderedCollateral: bigint },
): bigint {
  if (ordered.orderedQuantity > 0n) {
    return floorDiv(amount * report.cumulativeQuantity, ordered.orderedQuantity);
  }
  // A release is reported below 0.
  const released = -(report.cumulativeCollateral ?? 0n);
  if (ordered.orderedCollateral > 0n) {
    return floorDiv(amount * released, ordered.orderedCollateral);
  }
  return report.execType === 'FILL' ? amount : 0n;
}
