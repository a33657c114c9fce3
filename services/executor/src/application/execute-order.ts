import { DomainFailure, present, type Clock } from '@trimtab/core';
import {
  isFinal,
  numberReports,
  rejection,
  type Report,
  type VenueReport,
} from '../domain/execution-report.js';
import { isOutage } from '../domain/failure-reason.js';
import type { Order } from '../domain/order.js';
import {
  checkAgainstRebalance,
  checkBalance,
  checkExpiry,
  checkPrice,
  type Refusal,
} from '../domain/revalidate.js';
import type { MarketSource, Observer, OrderStore, RebalanceSource, Venue } from './ports.js';

/** What became of a dispatch. */
export type Execution =
  | { readonly kind: 'SETTLED'; readonly deliveryCount: number }
  | { readonly kind: 'ANSWERED_AGAIN' }
  | { readonly kind: 'POSTPONED'; readonly reason: string; readonly delayMillis: number };

/** What executing an order needs. */
export interface ExecuteOrderDependencies {
  readonly clock: Clock;
  readonly store: OrderStore;
  readonly rebalances: RebalanceSource;
  readonly markets: MarketSource;
  readonly venue: Venue;
  readonly observer: Observer;
}

/** Executes one dispatched order, at most once however often it is dispatched. */
export type ExecuteOrder = (
  order: Order,
  dispatch: Uint8Array,
  signal: AbortSignal,
) => Promise<Execution>;

/** An outage is tried again after this long, until the order expires. */
const OUTAGE_DELAY_MILLIS = 500;

/**
 * The executor's one use case (execution rules, revalidation and rule 4): accept in our own store,
 * answer what is known, check everything again, ask the venue before telling it, store and report.
 */
export function createExecuteOrder(deps: ExecuteOrderDependencies): ExecuteOrder {
  return async (order, dispatch, signal) => {
    const before = await deps.store.accept(order, dispatch);
    if (before === 'SETTLED') {
      await deps.store.answerAgain(order.orderId);
      deps.observer.answeredAgain(order.orderId);
      return { kind: 'ANSWERED_AGAIN' };
    }
    let postponed: Refusal | undefined;
    let deliveryCount = 1;
    const settled = await deps.store.settle(order.orderId, async () => {
      const answer = await decide(deps, order, signal);
      if (answer.kind === 'POSTPONE') {
        postponed = answer.refusal;
        return undefined;
      }
      deliveryCount = answer.deliveryCount;
      return report(deps, order, answer.reports);
    });
    if (postponed !== undefined) {
      deps.observer.postponed(order, postponed.reason);
      return { kind: 'POSTPONED', reason: postponed.reason, delayMillis: OUTAGE_DELAY_MILLIS };
    }
    if (!settled) {
      await deps.store.answerAgain(order.orderId);
      return { kind: 'ANSWERED_AGAIN' };
    }
    return { kind: 'SETTLED', deliveryCount };
  };
}

type Decision =
  | {
      readonly kind: 'ANSWER';
      readonly reports: readonly VenueReport[];
      readonly deliveryCount: number;
    }
  | { readonly kind: 'POSTPONE'; readonly refusal: Refusal };

/** Asks the venue first: what it knows has happened, whatever the checks would say now. */
async function decide(
  deps: ExecuteOrderDependencies,
  order: Order,
  signal: AbortSignal,
): Promise<Decision> {
  try {
    const known = await deps.venue.query(order.orderId);
    if (known !== undefined) return { kind: 'ANSWER', ...known };
    const refusal = await revalidate(deps, order, signal);
    if (refusal !== undefined) return refused(deps, order, refusal);
    return { kind: 'ANSWER', ...(await deps.venue.submit(order, signal)) };
  } catch (error) {
    const outage = asOutage(error);
    if (outage === undefined) throw error;
    return refused(deps, order, outage);
  }
}

async function revalidate(
  deps: ExecuteOrderDependencies,
  order: Order,
  signal: AbortSignal,
): Promise<Refusal | undefined> {
  const expired = checkExpiry(order, deps.clock.now());
  if (expired !== undefined) return expired;
  const mismatch = checkAgainstRebalance(order, await deps.rebalances.rebalance(order, signal));
  if (mismatch !== undefined) return mismatch;
  const short = checkBalance(order, await deps.rebalances.balance(order, signal));
  if (short !== undefined) return short;
  const market = await deps.markets.market(order.assetId, signal);
  if (market === undefined)
    return { reason: 'PRICE_STALE', message: `${order.assetId} has no healthy price` };
  return checkPrice(order, market.price);
}

/** Outages wait until the order expires; every other refusal settles the order. */
function refused(deps: ExecuteOrderDependencies, order: Order, refusal: Refusal): Decision {
  const outage = isOutage(refusal.reason);
  const expired = checkExpiry(order, deps.clock.now()) !== undefined;
  if (outage && !expired) return { kind: 'POSTPONE', refusal };
  deps.observer.refused(order, refusal.reason, refusal.message);
  return {
    kind: 'ANSWER',
    reports: [rejection(refusal.reason, deps.venue.name)],
    deliveryCount: 1,
  };
}

function report(
  deps: ExecuteOrderDependencies,
  order: Order,
  reports: readonly VenueReport[],
): readonly Report[] {
  const last = present(reports.at(-1), 'a venue answers with at least one report');
  if (isFinal(last)) deps.observer.settled(order, last.execType);
  return numberReports(order, reports, deps.clock.now());
}

/** A dependency that is down is an outage, not an answer. */
function asOutage(error: unknown): Refusal | undefined {
  if (!(error instanceof DomainFailure)) return undefined;
  const { kind, message } = error.error;
  if (kind !== 'UNAVAILABLE' && kind !== 'DEADLINE_EXCEEDED') return undefined;
  return { reason: 'VENUE_UNAVAILABLE', message };
}
