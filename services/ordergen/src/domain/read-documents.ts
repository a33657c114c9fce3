import { err, ok, type Result } from '@trimtab/core';
import { abs, parseInteger } from '@trimtab/decimal';
import type { EventDocument } from './event-document.js';
import type { ActionResult, Correction, ExecType, FailureReason, FoldInput } from './fold-input.js';
import { createProgram, type RebalanceProgram } from './program.js';
import type { RebalanceDocument } from './rebalance-document.js';

/** Reads stored documents back into what the fold takes. Stored text is checked like any input. */

/** A stored document that cannot be read: which field, and what it holds. */
export interface UnreadableDocument {
  readonly field: string;
  readonly found: string;
  readonly message: string;
}

/** The program of a stored rebalance. */
export function programOfDocument(
  document: RebalanceDocument,
): Result<RebalanceProgram, UnreadableDocument> {
  return reading((amount) => {
    const sells = document.actions.filter(({ group }) => group !== 3);
    const buys = document.actions.filter(({ group }) => group === 3);
    const netOf = (action: { readonly index: number; readonly deltaNet: string }): bigint =>
      abs(amount(action.deltaNet, `actions[${action.index}].deltaNet`));
    const program = createProgram({
      cash: amount(document.cash, 'cash'),
      underlyingFloor: amount(document.underlyingFloor, 'underlyingFloor'),
      sells: sells.map((action) => ({
        amount: netOf(action),
        cap: amount(action.cap, `actions[${action.index}].cap`),
      })),
      buys: buys.map(netOf),
    });
    if (program.ok) return program;
    return err({ field: 'actions', found: '', message: program.error.message });
  });
}

/** The input that a stored event recorded. */
export function inputOfEvent(event: EventDocument): Result<FoldInput, UnreadableDocument> {
  return reading((amount): Result<FoldInput, UnreadableDocument> => {
    switch (event.kind) {
      case 'APPROVE':
        return ok({ kind: 'APPROVE' });
      case 'EXPIRE':
        return ok({ kind: 'EXPIRE' });
      case 'CANCEL':
        return ok({
          kind: 'CANCEL',
          ...(event.reason !== undefined && { reason: event.reason }),
        });
      case 'FAULT':
        return ok({
          kind: 'FAULT',
          reason: event.reason ?? '',
          ...(event.index !== undefined && { index: event.index }),
        });
      case 'RESULT':
        return ok({ kind: 'RESULT', result: resultOf(event, amount) });
      case 'CORRECTION':
        return ok({ kind: 'CORRECTION', correction: correctionOf(event, amount) });
      default:
        return err(unreadable('kind', event.kind));
    }
  });
}

type ReadAmount = (text: string | undefined, field: string) => bigint;

function resultOf(event: EventDocument, amount: ReadAmount): ActionResult {
  return {
    index: event.index ?? -1,
    filled: amount(event.filled, 'filled'),
    cashMoved: amount(event.cashMoved, 'cashMoved'),
    ...reportedOf(event, amount),
    // The chain is compared field by field, so a name outside the closed set shows as a difference.
    execType: (event.execType ?? '') as ActionResult['execType'],
    ...(event.reason !== undefined && { reason: event.reason as FailureReason }),
  };
}

function correctionOf(event: EventDocument, amount: ReadAmount): Correction {
  return {
    ...(event.index !== undefined && { index: event.index }),
    cash: amount(event.cashMoved, 'cashMoved'),
    ...reportedOf(event, amount),
    ...(event.execType !== undefined && { execType: event.execType as ExecType }),
    ...(event.reason !== undefined && { reason: event.reason as FailureReason }),
  };
}

function reportedOf(
  event: EventDocument,
  amount: ReadAmount,
): Pick<ActionResult, 'cumulativeQuantity' | 'collateralMoved' | 'fee'> {
  const { cumulativeQuantity, collateralMoved, fee } = event;
  return {
    ...(cumulativeQuantity !== undefined && {
      cumulativeQuantity: amount(cumulativeQuantity, 'cumulativeQuantity'),
    }),
    ...(collateralMoved !== undefined && {
      collateralMoved: amount(collateralMoved, 'collateralMoved'),
    }),
    ...(fee !== undefined && { fee: amount(fee, 'fee') }),
  };
}

/** Runs a reading; the first amount that cannot be read is the error of the whole. */
function reading<T>(
  read: (amount: ReadAmount) => Result<T, UnreadableDocument>,
): Result<T, UnreadableDocument> {
  const problems: UnreadableDocument[] = [];
  const value = read((text, field) => {
    const parsed = text === undefined ? undefined : parseInteger(text);
    if (parsed?.ok === true) return parsed.value;
    problems.push(unreadable(field, text ?? 'absent'));
    return 0n;
  });
  const [problem] = problems;
  return problem === undefined ? value : err(problem);
}

function unreadable(field: string, found: string): UnreadableDocument {
  const message = `${field} of a stored document was "${found}" and cannot be read`;
  return { field, found, message };
}
