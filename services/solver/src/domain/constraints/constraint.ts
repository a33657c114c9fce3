import type { Strategy } from '../strategy.js';
import type { CapLimits } from './limits.js';
import type { Usage } from './usage.js';

/** The name under which a cap appears in plans and explanations. */
export type ConstraintName =
  'STRATEGY_CAP' | 'POLICY_STRATEGY_CAP' | 'PROTOCOL_CAP' | 'EXOTIC_CAP' | 'MARGINFI_CAP';

/** How much of a cap there is and how much of it is taken. */
export interface CapState {
  readonly limitBps: number;
  readonly usedBps: number;
}

/** One cap on the weights. A new cap is a new file of this shape and a line in the list of all. */
export interface Constraint {
  readonly name: ConstraintName;
  /** The state of the cap for a strategy; undefined when the cap does not concern it. */
  stateFor(strategy: Strategy, limits: CapLimits, usage: Usage): CapState | undefined;
  /** Says in one sentence what the cap limits and where it stands. */
  explain(strategy: Strategy, state: CapState): string;
}
