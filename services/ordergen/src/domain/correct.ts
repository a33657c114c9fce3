import { max, min } from '@trimtab/decimal';
import type { RebalanceProgram } from './program.js';
import { openBuys, projectedCash, type RebalanceState } from './rebalance-state.js';
import { shrinkBuys } from './settle.js';

/**
 * Books money that moved beyond what the fold settled (order generation rules, section 4,
 * corrections). A gain only raises the cash; of a loss, what the cash above the floor cannot take
 * shrinks the open buys, and what those no longer spend is counted to the underlying. No processed
 * index changes.
 */
export function correct(
  program: RebalanceProgram,
  state: RebalanceState,
  cash: bigint,
): RebalanceState {
  const cushion = max(0n, projectedCash(state) - program.underlyingFloor);
  const shrink = min(max(0n, -cash - cushion), openBuys(state));
  return {
    ...shrinkBuys(state, shrink),
    cash: state.cash + cash,
    corrections: state.corrections + cash,
    toUnderlying: state.toUnderlying + shrink,
  };
}
