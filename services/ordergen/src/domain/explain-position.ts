import { abs } from '@trimtab/decimal';
import type { Action } from './action.js';
import type { ConsideredPosition } from './consider.js';
import type { DriftBand } from './drift-band.js';
import type { FailureReason } from './fold-input.js';
import type { PositionKey } from './position.js';
import { hasEnded, type ActionState, type RebalanceLifecycle } from './rebalance-state.js';
import type { Target } from './targets.js';
import type { ToleranceAmounts } from './tolerances.js';
import { holdingText, tradeText, untradedText } from './explain-words.js';

/** Why a position traded, how much, or why not, in words and numbers. */

/** What became of a position. */
export type Verdict =
  | 'TRADED'
  | 'ADJUSTED'
  | 'BELOW_TOLERANCE'
  | 'INSIDE_BAND'
  | 'LOCKED'
  | 'NOT_INVESTIBLE'
  | 'NO_ROOM'
  | 'ON_TARGET'
  | 'PENDING'
  | 'NOT_REACHED';

/** What became of the trade of a position. */
export interface TradeOutcome {
  readonly action: Action;
  readonly state: ActionState;
  /** What was dispatched; absent before. */
  readonly amount?: bigint;
  /** At the reference price, in base units of the underlying. */
  readonly filled: bigint;
  readonly reason?: FailureReason;
  /** Whether the amount is all that is held, because earlier sells failed. */
  readonly pinned: boolean;
}

/** What the rebalance of a position was asked for. */
export interface ExplainedRebalance {
  readonly state: RebalanceLifecycle;
  /** Where targets come from: a plan, the actions of a manager, or neither, to exit all. */
  readonly source: 'PLAN' | 'ACTIONS' | 'SETTLE';
  /** Above 0, in base units of the underlying. */
  readonly nav: bigint;
  readonly tolerances: ToleranceAmounts;
  readonly band?: DriftBand;
  /** The underlying, in which the text says amounts. */
  readonly underlying: { readonly assetId: string; readonly decimals: number };
}

/** One position as it is explained. */
export interface ExplainedPosition {
  readonly considered: ConsideredPosition;
  /** What the plan states for it; absent if nothing. */
  readonly stated?: Target;
  readonly trade?: TradeOutcome;
}

/** Why a position traded, or not. Amounts in base units of the underlying. */
export interface PositionExplanation extends PositionKey {
  readonly verdict: Verdict;
  readonly index?: number;
  readonly value: bigint;
  readonly target: bigint;
  /** Δ of its action; 0 without one. */
  readonly planned: bigint;
  readonly filled: bigint;
  readonly text: string;
}

/** Explains one position: what was held and wanted, then what became of it. */
export function explainPosition(
  rebalance: ExplainedRebalance,
  position: ExplainedPosition,
): PositionExplanation {
  const { considered, trade } = position;
  const { assetId, side, held, target } = considered;
  const verdict = verdictOf(rebalance, position);
  const became =
    trade === undefined
      ? untradedText(rebalance, position, verdict)
      : tradeText(rebalance, trade, verdict);
  return {
    assetId,
    side,
    verdict,
    ...(trade !== undefined && { index: trade.action.index }),
    value: held.value,
    target: target.exposure,
    planned: trade?.action.deltaNet ?? 0n,
    filled: trade?.filled ?? 0n,
    text: `${holdingText(rebalance, position)} ${became}`,
  };
}

function verdictOf(rebalance: ExplainedRebalance, position: ExplainedPosition): Verdict {
  const { considered, stated, trade } = position;
  if (trade !== undefined) return verdictOfTrade(rebalance, trade);
  if (stated?.investible === false && considered.held.quantity === 0n) return 'NOT_INVESTIBLE';
  const { consideration } = considered;
  return consideration === 'TRADE' ? 'ON_TARGET' : consideration;
}

function verdictOfTrade(rebalance: ExplainedRebalance, trade: TradeOutcome): Verdict {
  switch (trade.state) {
    case 'FILLED': {
      const planned = abs(trade.action.deltaNet);
      return trade.amount === planned && trade.filled === planned ? 'TRADED' : 'ADJUSTED';
    }
    case 'FAILED':
    case 'LOCKED':
      return trade.filled === 0n ? 'LOCKED' : 'ADJUSTED';
    case 'SKIPPED':
      return 'NO_ROOM';
    case 'PENDING':
    case 'DISPATCHED':
    case 'PARTIALLY_FILLED':
      return hasEnded(rebalance.state) ? 'NOT_REACHED' : 'PENDING';
  }
}
