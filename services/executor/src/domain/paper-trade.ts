import { contentHash } from '@trimtab/canonical';
import type { Quote } from '@trimtab/decimal';
import type { Executed } from './execution-report.js';
import type { FailureReason } from './failure-reason.js';
import type { BestQuote } from './maker-quote.js';
import type { Order } from './order.js';

/** What the paper venue is told about a trade, and what it makes of it. */

/** The market an order meets: the oracle's price, and what market makers quote. */
export interface PaperMarket extends Quote, BestQuote {
  /** Quantities are whole lots, in base units of the asset. */
  readonly lot: bigint;
  /** The least quantity of an order, in base units of the asset. */
  readonly minimumOrder: bigint;
}

/** The venue's manners. */
export interface PaperModel {
  readonly seed: string;
  /** Slippage is drawn from 0 to this, both included. */
  readonly maxSlippageBps: number;
  readonly feeBps: number;
}

/** How much of the order the venue executes. */
export interface PaperFill {
  readonly order: Order;
  readonly market: PaperMarket;
  readonly model: PaperModel;
  /** Part of what goes in that is executed, 1 to 10 000; 10 000 is all of it. */
  readonly fillBps: number;
}

/** What was traded, measured on the side that is exact. */
export interface Trade {
  readonly executed: Executed;
  /** What the order gives away, and how much of that it gave. */
  readonly orderedIn: bigint;
  readonly goneIn: bigint;
  /** What came back for it. */
  readonly out: bigint;
  /** Why a rest was not executed; absent when nothing can be left to execute. */
  readonly rest?: FailureReason;
}

/** A draw from 0 to maxSlippageBps that depends on the seed and the order only. */
export function slippageBps(order: Order, model: PaperModel): number {
  const draw = contentHash('trimtab/paper-slippage/v1', {
    seed: model.seed,
    orderId: order.orderId,
  });
  return parseInt(draw.slice(0, 8), 16) % (model.maxSlippageBps + 1);
}
