import { bookMovement, type LedgerLine } from '../domain/ledger.js';
import type { Correction } from '../domain/fold-input.js';
import { movedAnything, type Executed } from './execution-report.js';
import type { ActionFacts, RebalanceFacts } from './rebalance-record.js';

/** What a report adds to what its order has moved so far. */

/** Whether a report moved anything beyond what is booked. */
export function addsTo(booked: Executed, executed: Executed): boolean {
  return movedAnything(delta(booked, executed));
}

/** What the fold is told of numbers that changed after an action had settled. */
export function correctionOf(
  action: ActionFacts,
  booked: Executed,
  executed: Executed,
): Omit<Correction, 'index' | 'execType' | 'reason'> {
  return {
    cash: cashChange(action, booked, executed),
    cumulativeQuantity: executed.quantity,
    ...(action.side === 'SHORT' && { collateralMoved: executed.collateral }),
    fee: executed.fee,
  };
}

/** The cash of the vault that a report changes, signed. */
export function cashChange(action: ActionFacts, booked: Executed, executed: Executed): bigint {
  const moved = executed.underlying - booked.underlying;
  return action.group === 3 ? -moved : moved;
}

/** What `executed` adds to what is booked. */
export function delta(booked: Executed, executed: Executed): Executed {
  return {
    quantity: executed.quantity - booked.quantity,
    underlying: executed.underlying - booked.underlying,
    collateral: executed.collateral - booked.collateral,
    fee: executed.fee - booked.fee,
  };
}

/** The ledger lines of what moved. */
export function linesOf(
  kind: 'FILL' | 'CORRECTION',
  facts: RebalanceFacts,
  action: ActionFacts,
  moved: Executed,
): readonly LedgerLine[] {
  const isBuy = action.group === 3;
  return bookMovement(kind, facts.denomination, {
    assetId: action.assetId,
    side: action.side,
    quantity: action.direction === 'DECREASE' ? -moved.quantity : moved.quantity,
    cash: isBuy ? -moved.underlying : moved.underlying,
    fee: moved.fee,
    collateral: moved.collateral,
  });
}
