import { ok, type DomainError, type Result } from '@trimtab/core';
import { legAmounts, type Action, type DraftAction } from './action.js';
import { considerVault } from './consider.js';
import type { GenerateInput } from './generate-input.js';
import { createProgram, type RebalanceProgram } from './program.js';
import { sequence } from './sequence.js';
import type { ToleranceAmounts } from './tolerances.js';
import type { Valuation } from './valuation.js';

export type { GenerateInput, Goal, NetMode } from './generate-input.js';

/** From a vault and its targets to ordered trades (order generation rules, sections 1 and 2). */

/** The trades of a rebalance, in their order, ready to execute. */
export interface Generation {
  readonly valuation: Valuation;
  /** The ε that were applied, in base units of the underlying. */
  readonly tolerances: ToleranceAmounts;
  readonly actions: readonly Action[];
  readonly program: RebalanceProgram;
}

/**
 * Generates and orders the trades. Refuses a NAV that is not positive (NAV_NOT_POSITIVE), prices
 * that are missing or outside their limits (PRICE_MISSING, PRICE_STALE), goals out of range (see
 * `adjustTargets` and `explicitTargets`) and an explicit order that is none (ACTION_ORDER_INVALID).
 */
export function generate(input: GenerateInput): Result<Generation, DomainError> {
  const considered = considerVault(input);
  if (!considered.ok) return considered;
  const { valuation, tolerances, positions } = considered.value;
  const drafts: DraftAction[] = [];
  for (const { consideration, draft } of positions) {
    if (consideration === 'TRADE' && draft !== undefined) drafts.push(draft);
  }
  const actions = sequence(drafts, input.sequencing);
  if (!actions.ok) return actions;
  const { cash, underlyingFloor } = input;
  const program = createProgram({ cash, underlyingFloor, ...legAmounts(actions.value) });
  if (!program.ok) return program;
  return ok({ valuation, tolerances, actions: actions.value, program: program.value });
}
