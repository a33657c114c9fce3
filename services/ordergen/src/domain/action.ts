import { abs } from '@trimtab/decimal';
import type { PositionKey } from './position.js';
import type { SellAmount } from './program.js';

/** One trade of a rebalance (order generation rules, sections 1 to 3). */

/** 1: full exits of longs; 2: the other releases of cash; 3: what needs cash or none. */
export type ActionGroup = 1 | 2 | 3;

/** A trade before it has its place in the order. Amounts in base units of the underlying. */
export interface DraftAction extends PositionKey {
  readonly group: ActionGroup;
  readonly deltaExposure: bigint;
  /** For a long the same as `deltaExposure`. */
  readonly deltaCollateral: bigint;
  /** Δ: the cash that the action needs; negative releases cash. */
  readonly deltaNet: bigint;
  /** Groups 1 and 2: the most that it can raise, the value of what is held; |Δ| for a short. */
  readonly cap?: bigint | undefined;
}

/** A trade at its index, which is fixed for ever. */
export interface Action extends DraftAction {
  readonly index: number;
}

/** |Δ|: what a sell must raise, what a buy may spend. */
export function originalAmount(action: DraftAction): bigint {
  return abs(action.deltaNet);
}

/** Whether an action is in the sell leg. */
export function isSellAction(action: DraftAction): boolean {
  return action.group !== 3;
}

/** The legs of a sequenced rebalance, as the fold needs them. */
export function legAmounts(actions: readonly Action[]): {
  readonly sells: readonly SellAmount[];
  readonly buys: readonly bigint[];
} {
  const sells: SellAmount[] = [];
  const buys: bigint[] = [];
  for (const action of actions) {
    const amount = originalAmount(action);
    if (isSellAction(action)) sells.push({ amount, cap: action.cap ?? amount });
    else buys.push(amount);
  }
  return { sells, buys };
}
