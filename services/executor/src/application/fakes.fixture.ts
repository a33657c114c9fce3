import { instant, type Clock } from '@trimtab/core';
import { decimalOf } from '@trimtab/decimal';

import { NOTHING, type Report, type VenueReport } from '../domain/execution-report.js';
import { sellOrder } from '../domain/order.fixture.js';
import type { Order } from '../domain/order.js';
import type { Balance, RebalanceView } from '../domain/revalidate.js';
import { createExecuteFresh } from './execute-fresh.js';
import { createExecuteOrder } from './execute-order.js';
import type { AcceptedOrder, Market, StoredDecision, Submission, VenueAnswer } from './ports.js';
import { createFinishOrder, createSettleOrder } from './settle-order.js';

/** The answer of the fake venue: everything sold at the price. */
export const FILLED: VenueAnswer = {
  reports: [
    {
      execType: 'FILL',
      executed: { quantity: 200_000_000n, underlying: 200_000_000n, collateral: 0n, fee: 0n },
      venueReference: 'venue-1',
    },
  ],
  deliveryCount: 1,
};

/** An answer with one rejection. */
export function rejected(failureReason: NonNullable<VenueReport['failureReason']>): VenueAnswer {
  return {
    reports: [{ execType: 'REJECTED', executed: NOTHING, failureReason, venueReference: 'v' }],
    deliveryCount: 1,
  };
}

interface StoredOrder {
  readonly order: Order;
  submitted: boolean;
  outage: AcceptedOrder['outage'];
  reports: readonly Report[];
}

/** The world around the use cases in memory; every part can be changed or made to throw. */
export function fakeWorld() {
  const orders = new Map<string, StoredOrder>();
  const venueOrders = new Map<string, VenueAnswer>();
  /** What happened, in order. */
  const journal: string[] = [];
  const world = {
    now: instant(0),
    orders,
    venueOrders,
    journal,
    rebalance: async ({ expireTime }: Order): Promise<RebalanceView> =>
      rebalanceOf(sellOrder({ expireTime })),
    balance: async (): Promise<Balance> => ({
      cash: 200_000_000n,
      quantity: 200_000_000n,
      collateral: 0n,
    }),
    market: async (): Promise<Market | undefined> => HEALTHY,
    query: async (orderId: string): Promise<VenueAnswer | undefined> => venueOrders.get(orderId),
    submit: async (order: Order): Promise<Submission> => {
      venueOrders.set(order.orderId, FILLED);
      return { kind: 'ANSWER', answer: FILLED };
    },
    /** Whether the process dies between the venue's answer and the commit. */
    crashBeforeCommit: false,
  };
  const clock: Clock = { now: () => world.now };
  const store = {
    accept: async (order: Order) => {
      const known = orders.get(order.orderId);
      if (known !== undefined) return known.reports.length > 0 ? 'SETTLED' : 'ACCEPTED';
      journal.push('accept');
      orders.set(order.orderId, { order, submitted: false, outage: undefined, reports: [] });
      return 'NEW';
    },
    acceptAndTell: async <T extends StoredDecision>(
      order: Order,
      _dispatch: Uint8Array,
      tell: () => Promise<T | undefined>,
    ): Promise<T | undefined> => {
      if (orders.has(order.orderId)) return undefined;
      journal.push('accept as submitted');
      const stored: StoredOrder = { order, submitted: true, outage: undefined, reports: [] };
      orders.set(order.orderId, stored);
      const decided = await tell();
      if (world.crashBeforeCommit) throw new Error('the process died');
      if (decided !== undefined) stored.reports = decided.reports;
      return decided;
    },
    settle: async <T extends StoredDecision>(
      orderId: string,
      decide: (accepted: AcceptedOrder) => Promise<T>,
    ): Promise<T | undefined> => {
      const stored = orders.get(orderId);
      if (stored === undefined || stored.reports.length > 0) return undefined;
      const decided = await decide(stored);
      if (world.crashBeforeCommit) throw new Error('the process died');
      stored.outage = decided.outage;
      if (decided.reports.length > 0) stored.reports = decided.reports;
      return decided;
    },
    recordSubmission: async (orderId: string) => {
      journal.push('record submission');
      const stored = orders.get(orderId);
      if (stored !== undefined) stored.submitted = true;
    },
    answerAgain: async (orderId: string) => {
      journal.push(`answer ${orderId.slice(0, 1)} again`);
    },
    isAnswerSent: async () => true,
    unsettled: async () =>
      [...orders]
        .filter(([, { reports }]) => reports.length === 0)
        .map(([orderId]) => ({ orderId })),
  } as const;
  const observed: string[] = [];
  const observer = {
    refused: (_order: Order, reason: string) => void observed.push(`refused ${reason}`),
    settled: (_order: Order, execType: string) => void observed.push(`settled ${execType}`),
    answeredAgain: () => void observed.push('answered again'),
    postponed: (_order: Order, reason: string) => void observed.push(`postponed ${reason}`),
    recovered: (count: number) => void observed.push(`recovered ${count}`),
    attemptFailed: (orderId: string) => void observed.push(`failed ${orderId.slice(0, 1)}`),
    notRecovered: (orderId: string) => void observed.push(`not recovered ${orderId.slice(0, 1)}`),
  };
  const settling = {
    clock,
    store,
    rebalances: {
      rebalance: (order: Order) => world.rebalance(order),
      balance: () => world.balance(),
    },
    markets: { market: () => world.market() },
    venue: {
      name: 'fake',
      query: async (orderId: string) => {
        journal.push('query');
        return world.query(orderId);
      },
      submit: async (order: Order) => {
        journal.push('submit');
        return world.submit(order);
      },
    },
    observer,
  };
  const settleOrder = createSettleOrder(settling);
  const executeFresh = createExecuteFresh(settling);
  const executeOrder = createExecuteOrder({ store, executeFresh, settleOrder });
  const dispatched = (order: Order, repeated: boolean) =>
    executeOrder({ order, dispatch: new Uint8Array(), repeated }, new AbortController().signal);
  return {
    world,
    store,
    observer,
    observed,
    settleOrder,
    finishOrder: createFinishOrder(settling),
    inTraceOf: <T>(_order: unknown, run: () => Promise<T>) => run(),
    execute: (order: Order) => dispatched(order, false),
    /** Executes an order whose message is known to have come before. */
    executeAgain: (order: Order) => dispatched(order, true),
    /** The stored reports of an order. */
    reportsOf: (order: Order) => orders.get(order.orderId)?.reports ?? [],
  };
}

/** The rebalance that an order agrees with. */
export function rebalanceOf(order: Order): RebalanceView {
  const { rebalanceId, vaultId, h0, snapshotHash, planHash, txBundleHash, assetId, side } = order;
  const action = {
    assetId,
    side,
    releasesCash: order.releasesCash,
    cap: order.amount,
    deltaExposure: -order.amount,
    deltaCollateral: order.collateralDelta,
    referencePrice: order.referencePrice,
  };
  const { slippageLimitBps, expireTime } = order;
  const hashes = { h0, snapshotHash, planHash, txBundleHash };
  return { rebalanceId, vaultId, ...hashes, slippageLimitBps, expireTime, actions: [action] };
}

/** A healthy price of 100. */
export const HEALTHY: Market = {
  price: decimalOf(100n, 0),
  assetDecimals: 8,
  underlyingDecimals: 6,
  lot: 1n,
  minimumOrder: 0n,
};
