import { DomainFailure, err, ok, present, type Clock, type Result } from '@trimtab/core';
import { numberReports, rejection, type Report } from '../domain/execution-report.js';
import { checkExactTerms } from '../domain/check-exact-terms.js';
import { isOutage, type FailureReason } from '../domain/failure-reason.js';
import { quotedPrice } from '../domain/maker-quote.js';
import type { Order } from '../domain/order.js';
import {
  checkAgainstRebalance,
  checkBalance,
  checkExpiry,
  checkPrice,
  checkShortFunding,
  type Refusal,
} from '../domain/revalidate.js';
import type {
  AcceptedOrder,
  MarketSource,
  Observer,
  OrderStore,
  RebalanceSource,
  Submission,
  Venue,
  VenueAnswer,
} from './ports.js';

/** What became of an order that was accepted. */
export type Execution =
  | { readonly kind: 'SETTLED'; readonly deliveryCount: number }
  | { readonly kind: 'ANSWERED_AGAIN' }
  | { readonly kind: 'POSTPONED'; readonly reason: string; readonly delayMillis: number };

/** What settling an order needs. */
export interface SettleOrderDependencies {
  readonly clock: Clock;
  readonly store: Pick<OrderStore, 'settle' | 'recordSubmission' | 'answerAgain'>;
  readonly rebalances: RebalanceSource;
  readonly markets: MarketSource;
  readonly venue: Venue;
  readonly observer: Observer;
}

/** Brings one accepted order to its answer, at most once; a settled one is answered again. */
export type SettleOrder = (orderId: string, signal: AbortSignal) => Promise<Execution>;

/** An outage is tried again after this long, until the order expires. */
const OUTAGE_DELAY_MILLIS = 500;

/**
 * The heart of the executor (execution rules, revalidation and rule 4), under the order's row lock:
 * ask the venue before telling it, check everything again, submit, store the answer and report it.
 */
export function createSettleOrder(deps: SettleOrderDependencies): SettleOrder {
  const finishOrder = createFinishOrder(deps);
  return async (orderId, signal) => {
    const execution = await finishOrder(orderId, signal);
    if (execution !== undefined) return execution;
    await deps.store.answerAgain(orderId);
    deps.observer.answeredAgain(orderId);
    return { kind: 'ANSWERED_AGAIN' };
  };
}

/**
 * Settles as {@link SettleOrder} does, and says nothing about an order that is settled already: nobody
 * asked for its answer again.
 */
export type FinishOrder = (orderId: string, signal: AbortSignal) => Promise<Execution | undefined>;

/** Creates it. */
export function createFinishOrder(deps: SettleOrderDependencies): FinishOrder {
  return async (orderId, signal) => {
    const decision = await deps.store.settle(orderId, (accepted) => decide(deps, accepted, signal));
    return decision === undefined ? undefined : toExecution(deps, decision);
  };
}

/** Tells what became of an order once its decision is stored. */
export function toExecution(deps: SettleOrderDependencies, decision: Decision): Execution {
  const { order, refusal } = decision;
  if (decision.kind === 'POSTPONE') {
    const { reason } = decision.refusal;
    deps.observer.postponed(order, reason);
    return { kind: 'POSTPONED', reason, delayMillis: OUTAGE_DELAY_MILLIS };
  }
  if (refusal !== undefined) deps.observer.refused(order, refusal.reason, refusal.message);
  const last = present(decision.reports.at(-1), 'an answer has at least one report');
  deps.observer.settled(order, last.execType);
  return { kind: 'SETTLED', deliveryCount: decision.deliveryCount };
}

/** What is decided about an order: its answer, or that it has to wait. */
export type Decision =
  | {
      readonly kind: 'ANSWER';
      readonly order: Order;
      readonly reports: readonly Report[];
      readonly deliveryCount: number;
      /** Why we refused it ourselves. */
      readonly refusal?: Refusal;
    }
  | {
      readonly kind: 'POSTPONE';
      readonly order: Order;
      readonly reports: readonly [];
      readonly outage: FailureReason;
      readonly refusal: Refusal;
    };

/** Asks the venue first: what it knows has happened, whatever the checks would say now. */
async function decide(
  deps: SettleOrderDependencies,
  accepted: AcceptedOrder,
  signal: AbortSignal,
): Promise<Decision> {
  const { order, submitted } = accepted;
  const before = await attempt(() => deps.venue.query(order.orderId, signal));
  // A venue that was told and cannot be asked may have filled: no failure may be reported yet.
  if (!before.ok)
    return submitted ? postpone(order, before.error) : judge(deps, order, before.error);
  if (before.value !== undefined) return answered(deps, order, before.value);

  const refusal = await findRefusal(deps, accepted, signal);
  if (refusal !== undefined) return judge(deps, order, refusal);

  await deps.store.recordSubmission(order.orderId);
  const submission = await submitOrder(deps, order, signal);
  if (submission.kind === 'ANSWER') return answered(deps, order, submission.answer);
  // An outage may have cut off an answer only: the venue is asked what became of the order.
  const after = await attempt(() => deps.venue.query(order.orderId, signal));
  if (!after.ok) return postpone(order, after.error);
  if (after.value !== undefined) return answered(deps, order, after.value);
  return judge(deps, order, submission.refusal);
}

/** Tells the venue; a venue that cannot be reached is an outage. */
export async function submitOrder(
  deps: Pick<SettleOrderDependencies, 'venue'>,
  order: Order,
  signal: AbortSignal,
): Promise<Submission> {
  const told = await attempt(() => deps.venue.submit(order, signal));
  return told.ok ? told.value : { kind: 'OUTAGE', refusal: told.error };
}

/** Why an order must not be executed now; a dependency that is down is an outage. */
export async function findRefusal(
  deps: SettleOrderDependencies,
  accepted: AcceptedOrder,
  signal: AbortSignal,
): Promise<Refusal | undefined> {
  const checked = await attempt(() => revalidate(deps, accepted, signal));
  return checked.ok ? checked.value : checked.error;
}

/**
 * Everything that generation assumed, checked again; the expiry once more after what took time. The
 * three questions are asked at once and judged in their order.
 */
async function revalidate(
  deps: SettleOrderDependencies,
  accepted: AcceptedOrder,
  signal: AbortSignal,
): Promise<Refusal | undefined> {
  const { order } = accepted;
  const late = expiryOf(deps, accepted);
  if (late !== undefined) return late;
  const asked = ask(deps, order, signal);
  const rebalance = await asked.rebalance;
  const mismatch = checkAgainstRebalance(order, rebalance);
  if (mismatch !== undefined) return mismatch;
  const action = present(rebalance.actions[order.index], 'the order agrees with an action');
  const balance = await asked.balance;
  const lacking = checkBalance(order, balance);
  if (lacking !== undefined) return lacking;
  const market = await asked.market;
  if (market === undefined) {
    return { reason: 'PRICE_STALE', message: `${order.assetId} has no healthy price` };
  }
  const reference = { ...market, price: order.referencePrice };
  const met = quotedPrice(order, market) ?? market.price;
  return (
    checkExactTerms(order, { action, balance, reference, lot: market.lot }) ??
    checkPrice(order, market.price) ??
    checkShortFunding(order, balance, { ...market, price: met }) ??
    expiryOf(deps, accepted)
  );
}

/** The answers to what is not judged any more are dropped, failed ones too. */
function ask(deps: SettleOrderDependencies, order: Order, signal: AbortSignal) {
  const rebalance = deps.rebalances.rebalance(order, signal);
  const balance = deps.rebalances.balance(order, signal);
  const market = deps.markets.market(order.assetId, signal);
  for (const answer of [rebalance, balance, market]) answer.catch(() => undefined);
  return { rebalance, balance, market };
}

/** An order that an outage held up until it expired fails with the outage, which is its cause. */
function expiryOf(
  { clock }: SettleOrderDependencies,
  { order, outage }: AcceptedOrder,
): Refusal | undefined {
  const expired = checkExpiry(order, clock.now());
  return expired === undefined || outage === undefined ? expired : { ...expired, reason: outage };
}

/** Outages wait until the order expires; every other refusal settles the order. */
function judge(deps: SettleOrderDependencies, order: Order, refusal: Refusal): Decision {
  const expired = checkExpiry(order, deps.clock.now()) !== undefined;
  if (isOutage(refusal.reason) && !expired) return postpone(order, refusal);
  const reports = [rejection(refusal.reason, deps.venue.name)];
  return { ...answered(deps, order, { reports, deliveryCount: 1 }), refusal };
}

function postpone(order: Order, refusal: Refusal): Decision {
  return { kind: 'POSTPONE', order, reports: [], outage: refusal.reason, refusal };
}

/** The venue's answer as numbered reports. */
export function answered(
  deps: SettleOrderDependencies,
  order: Order,
  { reports, deliveryCount }: VenueAnswer,
): Extract<Decision, { kind: 'ANSWER' }> {
  const numbered = numberReports(order, reports, deps.clock.now());
  return { kind: 'ANSWER', order, reports: numbered, deliveryCount };
}

/** A dependency that is down is an outage, not an answer. */
async function attempt<T>(call: () => Promise<T>): Promise<Result<T, Refusal>> {
  try {
    return ok(await call());
  } catch (error) {
    if (!(error instanceof DomainFailure)) throw error;
    const { kind, message } = error.error;
    if (kind !== 'UNAVAILABLE' && kind !== 'DEADLINE_EXCEEDED') throw error;
    return err({ reason: 'VENUE_UNAVAILABLE', message });
  }
}
