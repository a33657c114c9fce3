import type { FailureReason } from './failure-reason.js';
import type { Order } from './order.js';

/** What the paper venue does with an order instead of filling it. */
export type PaperOutcome =
  | { readonly kind: 'FILL' }
  | { readonly kind: 'FAIL'; readonly reason: FailureReason }
  | { readonly kind: 'FILL_PART'; readonly fillBps: number }
  /** No answer for a while; then the venue confirms that nothing filled. */
  | { readonly kind: 'TIME_OUT'; readonly afterMillis: number }
  | { readonly kind: 'ANSWER_TWICE' }
  | { readonly kind: 'ANSWER_LATE'; readonly afterMillis: number };

/** A line of the script: which orders it is for, by asset, index, direction, or all of them. */
export interface PaperScriptLine {
  readonly assetId?: string;
  readonly index?: number;
  readonly direction?: Order['direction'];
  readonly outcome: PaperOutcome;
}

/** The outcome of an order: that of the first line that matches, else it fills. */
export function outcomeOf(script: readonly PaperScriptLine[], order: Order): PaperOutcome {
  const line = script.find(
    ({ assetId, index, direction }) =>
      (assetId === undefined || assetId === order.assetId) &&
      (index === undefined || index === order.index) &&
      (direction === undefined || direction === order.direction),
  );
  return line?.outcome ?? { kind: 'FILL' };
}
