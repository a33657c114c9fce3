import type { Decimal } from '@trimtab/decimal';
import type { Report, VenueReport } from '../domain/execution-report.js';
import type { FailureReason } from '../domain/failure-reason.js';
import type { BestQuote } from '../domain/maker-quote.js';
import type { Order } from '../domain/order.js';
import type { Balance, Refusal, RebalanceView } from '../domain/revalidate.js';

/** Where OrderGen's view of a rebalance and its vault comes from. */
export interface RebalanceSource {
  /** The rebalance of an order. Errors with UNAVAILABLE are outages. */
  rebalance(order: Order, signal: AbortSignal): Promise<RebalanceView>;
  /** What the order's vault holds now of the underlying and of the order's position. */
  balance(order: Order, signal: AbortSignal): Promise<Balance>;
}

/** The price of an asset now, what market makers quote for it, and the terms it trades under. */
export interface Market extends BestQuote {
  readonly price: Decimal;
  readonly assetDecimals: number;
  readonly underlyingDecimals: number;
  /** Base units of the asset. */
  readonly lot: bigint;
  /** Base units of the asset. */
  readonly minimumOrder: bigint;
}

/** Where prices come from; absent when the oracle has no healthy price. */
export interface MarketSource {
  market(assetId: string, signal: AbortSignal): Promise<Market | undefined>;
}

/** A venue's reports in sequence; the last one is final. */
export interface VenueAnswer {
  readonly reports: readonly VenueReport[];
  /** How often the answer is to be sent; more than once to exercise duplicates. */
  readonly deliveryCount: number;
}

/** What a submission came to: the venue's answer, or an outage that may pass. */
export type Submission =
  | { readonly kind: 'ANSWER'; readonly answer: VenueAnswer }
  | { readonly kind: 'OUTAGE'; readonly refusal: Refusal };

/**
 * An executor's other side. Orders are known by their client order id, which is our orderId. An error
 * of kind UNAVAILABLE or DEADLINE_EXCEEDED says that the venue may or may not have got the call.
 */
export interface Venue {
  readonly name: string;
  /** Everything the venue has to say about an order that it knows; undefined when it does not. */
  query(orderId: string, signal: AbortSignal): Promise<VenueAnswer | undefined>;
  /** Executes an order; submitting a known one again changes nothing and answers the same. */
  submit(order: Order, signal: AbortSignal): Promise<Submission>;
}

/** How far an order is in the executor's own store. */
export type OrderProgress = 'NEW' | 'ACCEPTED' | 'SETTLED';

/** An order that waits for its answer, as it was first accepted. */
export interface AcceptedOrder {
  readonly order: Order;
  /** Whether the venue may have been told of it. */
  readonly submitted: boolean;
  /** The outage that held it up at the last attempt. */
  readonly outage: FailureReason | undefined;
}

/** What is decided about an order: its reports, or why it has to wait. */
export interface StoredDecision {
  readonly reports: readonly Report[];
  readonly outage?: FailureReason;
}

/** An order that a crash left behind. */
export interface UnsettledOrder {
  readonly orderId: string;
  /** The trace context that it was accepted in. */
  readonly traceparent?: string;
}

/** The executor's own store: the truth about what it accepted and answered. */
export interface OrderStore {
  /** Stores the order as ACCEPTED before any venue is called; tells how far it was before. */
  accept(order: Order, dispatch: Uint8Array): Promise<OrderProgress>;
  /**
   * Stores an order that nobody knows as ACCEPTED and noted as submitted, in one commit; runs `tell`
   * while everybody else who wants to decide about the order waits; and stores its decision as `settle`
   * does. Undefined, with nothing stored by this call, for a known order; undefined too when `tell`
   * decides nothing: the order is then accepted and submitted.
   */
  acceptAndTell<T extends StoredDecision>(
    order: Order,
    dispatch: Uint8Array,
    tell: () => Promise<T | undefined>,
  ): Promise<T | undefined>;
  /**
   * Runs `decide` under the order's row lock and stores the reports of its decision together with
   * their outgoing messages; without reports, the outage. Returns the decision, or
   * undefined for an order that is settled or not known, which is left as it is.
   */
  settle<T extends StoredDecision>(
    orderId: string,
    decide: (accepted: AcceptedOrder) => Promise<T>,
  ): Promise<T | undefined>;
  /** Notes, committed at once, that the venue is about to be told. */
  recordSubmission(orderId: string): Promise<void>;
  /** Sends the stored reports of an order again, under the ids they had. */
  answerAgain(orderId: string): Promise<void>;
  /** Whether every stored report of the order has been accepted by the bus. */
  isAnswerSent(orderId: string): Promise<boolean>;
  /** Orders accepted and not settled: what a crash left behind. */
  unsettled(): Promise<readonly UnsettledOrder[]>;
}

/** Tells what happened, at the level each event deserves. */
export interface Observer {
  refused(order: Order, reason: string, message: string): void;
  settled(order: Order, execType: string): void;
  answeredAgain(orderId: string): void;
  postponed(order: Order, reason: string): void;
  /** An attempt ended with an error that is no outage; the bus decides whether it is repeated. */
  attemptFailed(orderId: string, error: unknown): void;
  recovered(orderCount: number): void;
  /** An order of an earlier run is still open; a redispatch brings it again. */
  notRecovered(orderId: string, error: unknown): void;
}
