import { domainError, err, ok, type DomainError, type Result } from '@trimtab/core';
import { amountOf, isSell } from './amount-of.js';
import type { ActionResult, Correction } from './fold-input.js';
import type { RebalanceProgram } from './program.js';
import { awaitsResult, type RebalanceState } from './rebalance-state.js';

/** What the fold refuses (order generation rules, section 4). */

/** Checks a result against the action that is next; returns the amount that was dispatched. */
export function checkResult(
  program: RebalanceProgram,
  state: RebalanceState,
  result: ActionResult,
): Result<bigint, DomainError> {
  if (!awaitsResult(state.state)) {
    return err(
      domainError(
        'FAILED_PRECONDITION',
        'REBALANCE_STATE_INVALID',
        `the rebalance was ${state.state}, takes results in EXECUTING, CANCELLING and EXPIRING only`,
        { state: state.state },
      ),
    );
  }
  if (result.index !== state.nextIndex || result.index >= program.amounts.length) {
    return err(
      domainError(
        'FAILED_PRECONDITION',
        'RESULT_OUT_OF_ORDER',
        `the result was of index ${result.index}, the next index is ${state.nextIndex}`,
        { index: String(result.index), next_index: String(state.nextIndex) },
      ),
    );
  }
  const amount = amountOf(program, state);
  const { filled, cashMoved } = result;
  if (filled < 0n || filled > amount) return err(outOfRange('filled', filled, `0 to ${amount}`));
  if (isSell(program, result.index)) {
    const overdrawn = cashMoved < 0n && state.cash + cashMoved < 0n;
    if (!overdrawn) return ok(amount);
    return err(outOfRange('cash_moved', cashMoved, `at least minus the cash ${state.cash}`));
  }
  if (cashMoved <= amount) return ok(amount);
  return err(outOfRange('cash_moved', cashMoved, `at most the amount ${amount}`));
}

/** Checks that a correction is of an action that has settled, in a rebalance that keeps books. */
export function checkCorrection(
  state: RebalanceState,
  correction: Correction,
): Result<undefined, DomainError> {
  const { index } = correction;
  if (state.state === 'FAULTED' || state.state === 'AWAITING_APPROVAL') {
    return err(
      domainError(
        'FAILED_PRECONDITION',
        'REBALANCE_STATE_INVALID',
        `the rebalance was ${state.state}, takes no corrections`,
        { state: state.state },
      ),
    );
  }
  if (index !== undefined && (index < 0 || index >= state.nextIndex)) {
    return err(
      domainError(
        'FAILED_PRECONDITION',
        'CORRECTION_INVALID',
        `the correction was of index ${index}, must be below the next index ${state.nextIndex}`,
        { index: String(index), next_index: String(state.nextIndex) },
      ),
    );
  }
  return ok(undefined);
}

function outOfRange(field: string, found: bigint, allowed: string): DomainError {
  return domainError(
    'OUT_OF_RANGE',
    'RESULT_OUT_OF_RANGE',
    `${field} was ${found}, must be ${allowed}`,
    { field, found: found.toString() },
  );
}
