import type { DriftBand } from './drift-band.js';
import type { ExplicitAction } from './explicit-action.js';
import type { Position } from './position.js';
import type { PriceBook } from './price-book.js';
import type { Sequencing } from './sequence.js';
import type { Target } from './targets.js';
import type { Tolerances } from './tolerances.js';

/** What trades are generated from (order generation rules, section 1). */

/** How the cash of a short is counted: CONSERVATIVE does not spend what new shorts bring in. */
export type NetMode = 'STANDARD' | 'CONSERVATIVE';

/** What a vault is brought to: weights over the whole of it, or single moves of some positions. */
export type Goal =
  | { readonly kind: 'WEIGHTS'; readonly targets: readonly Target[] }
  | { readonly kind: 'ACTIONS'; readonly actions: readonly ExplicitAction[] };

/** Everything that trades follow from. */
export interface GenerateInput {
  /** Base units of the underlying. */
  readonly cash: bigint;
  readonly positions: readonly Position[];
  readonly prices: PriceBook;
  readonly goal: Goal;
  readonly tolerances: Tolerances;
  readonly band?: DriftBand;
  readonly netMode: NetMode;
  readonly sequencing: Sequencing;
  /** The underlying that price slippage must not touch, at least 0. */
  readonly underlyingFloor: bigint;
}
