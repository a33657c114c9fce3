import { describe, expect, it } from 'vitest';
import { domainError, instant, refuse } from '@trimtab/core';
import { decimalOf } from '@trimtab/decimal';
import { reportId } from '../domain/execution-report.js';
import { sellOrder } from '../domain/order.fixture.js';
import type { RebalanceView } from '../domain/revalidate.js';
import { fakeWorld, FILLED, HEALTHY, rebalanceOf, rejected } from './fakes.fixture.js';

const order = sellOrder({ expireTime: instant(1_000) });
async function unreachable(): Promise<never> {
  return refuse(domainError('UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE', 'nobody listens'));
}

describe('an order', () => {
  it('that comes again is stored as accepted, asked for at the venue, noted as submitted, and only then submitted', async () => {
    const { world, executeAgain, reportsOf } = fakeWorld();
    expect(await executeAgain(order)).toEqual({ kind: 'SETTLED', deliveryCount: 1 });
    expect(world.journal).toEqual(['accept', 'query', 'record submission', 'submit']);
    expect(reportsOf(order)).toMatchObject([{ sequence: 1, execType: 'FILL' }]);
  });

  it('that comes first is stored as accepted and submitted at once, and only then submitted', async () => {
    const { world, execute, reportsOf, observed } = fakeWorld();
    expect(await execute(order)).toEqual({ kind: 'SETTLED', deliveryCount: 1 });
    expect(world.journal).toEqual(['accept as submitted', 'submit']);
    expect(reportsOf(order)).toMatchObject([
      { eventId: reportId(order.orderId, 1), sequence: 1, execType: 'FILL' },
    ]);
    expect(observed).toEqual(['settled FILL']);
  });

  it('that is known is answered again and never executed again', async () => {
    const { world, execute, observed } = fakeWorld();
    await execute(order);
    const before = world.journal.length;
    expect(await execute(order)).toEqual({ kind: 'ANSWERED_AGAIN' });
    expect(await execute({ ...order, amount: 1n })).toEqual({ kind: 'ANSWERED_AGAIN' });
    expect(world.journal.slice(before)).toEqual(['answer a again', 'answer a again']);
    expect(observed.slice(1)).toEqual(['answered again', 'answered again']);
  });

  it('that does not hold is never noted as submitted', async () => {
    const { world, execute } = fakeWorld();
    world.balance = async () => ({ cash: 0n, quantity: 0n, collateral: 0n });
    await execute(order);
    expect(world.journal).toEqual(['accept', 'query']);
  });

  it('that the venue cannot answer is asked for before it is submitted again', async () => {
    const { world, execute } = fakeWorld();
    world.now = instant(999);
    world.submit = unreachable;
    expect(await execute(order)).toMatchObject({ kind: 'POSTPONED', reason: 'VENUE_UNAVAILABLE' });
    expect(world.journal.slice(0, 3)).toEqual(['accept as submitted', 'submit', 'query']);
  });

  it('is executed as it was accepted first, whatever a repeat says', async () => {
    const { world, execute, reportsOf } = fakeWorld();
    world.market = unreachable;
    await execute(order);
    world.market = async () => HEALTHY;
    await execute({ ...order, amount: 1n });
    expect(reportsOf(order)[0]?.order.amount).toBe(order.amount);
  });

  it('that somebody else settled meanwhile is answered from the store', async () => {
    const { world, store, execute } = fakeWorld();
    // Accepted here, settled under the row lock by another process before our turn.
    await store.accept(order);
    const stored = world.orders.get(order.orderId);
    const other = fakeWorld();
    await other.execute(order);
    if (stored !== undefined) stored.reports = other.reportsOf(order);
    expect(await execute(order)).toEqual({ kind: 'ANSWERED_AGAIN' });
    expect(world.journal).not.toContain('submit');
  });

  it('numbers the reports of its answer in sequence', async () => {
    const { world, execute, reportsOf } = fakeWorld();
    const executed = { quantity: 1n, underlying: 2n, collateral: 0n, fee: 0n };
    const reports = [
      { execType: 'PARTIAL_FILL', executed, venueReference: 'v' },
      {
        execType: 'CANCELED',
        executed,
        failureReason: 'INSUFFICIENT_LIQUIDITY',
        venueReference: 'v',
      },
    ] as const;
    world.submit = async () => ({ kind: 'ANSWER', answer: { reports, deliveryCount: 2 } });
    expect(await execute(order)).toEqual({ kind: 'SETTLED', deliveryCount: 2 });
    expect(reportsOf(order).map(({ sequence, last }) => [sequence, last.quantity])).toEqual([
      [1, 1n],
      [2, 0n],
    ]);
  });
});

describe('revalidation', () => {
  const view = rebalanceOf(order);
  const another = (changes: Partial<RebalanceView>) => async () => ({ ...view, ...changes });

  it.each([
    ['another plan', another({ planHash: 'x' }), 'PLAN_HASH_MISMATCH'],
    ['another bundle', another({ txBundleHash: 'x' }), 'BUNDLE_HASH_MISMATCH'],
    ['no such index', another({ actions: [] }), 'PLAN_HASH_MISMATCH'],
    ['another expiry', another({ expireTime: instant(1_001) }), 'PLAN_HASH_MISMATCH'],
  ])('refuses %s with its reason, and the venue is not told', async (_what, rebalance, reason) => {
    const { world, execute, reportsOf } = fakeWorld();
    world.rebalance = rebalance;
    await execute(order);
    expect(reportsOf(order)).toMatchObject([{ execType: 'REJECTED', failureReason: reason }]);
    expect(world.journal).not.toContain('submit');
  });

  it('refuses a minimum below what price and limit leave, and the venue is not told', async () => {
    const { world, execute, reportsOf } = fakeWorld();
    await execute({ ...order, minimumOut: 198_999_999n });
    expect(reportsOf(order)).toMatchObject([{ failureReason: 'PLAN_HASH_MISMATCH' }]);
    expect(world.journal).not.toContain('submit');
  });

  it('refuses what the vault does not hold', async () => {
    const { world, execute, reportsOf } = fakeWorld();
    world.balance = async () => ({ cash: 0n, quantity: 199_999_999n, collateral: 0n });
    await execute(order);
    expect(reportsOf(order)).toMatchObject([{ failureReason: 'INSUFFICIENT_BALANCE' }]);
    expect(world.journal).not.toContain('submit');
  });

  it('refuses a price beyond the slippage limit', async () => {
    const { world, execute, reportsOf } = fakeWorld();
    world.market = async () => ({ ...HEALTHY, price: decimalOf(99n, 0) });
    await execute(order);
    expect(reportsOf(order)).toMatchObject([{ failureReason: 'SLIPPAGE_EXCEEDED' }]);
    expect(world.journal).not.toContain('submit');
  });

  it('refuses an order at its expire time, and not a millisecond before', async () => {
    const early = fakeWorld();
    early.world.now = instant(999);
    await early.execute(order);
    expect(early.reportsOf(order)).toMatchObject([{ execType: 'FILL' }]);
    const late = fakeWorld();
    late.world.now = instant(1_000);
    await late.execute(order);
    expect(late.reportsOf(order)).toMatchObject([
      { execType: 'EXPIRED', failureReason: 'ORDER_EXPIRED' },
    ]);
    expect(late.world.journal).not.toContain('submit');
  });
});

describe('an outage', () => {
  type Part = 'market' | 'rebalance' | 'balance' | 'submit' | 'query';
  const noPrice = (): Promise<undefined> => Promise.resolve(undefined);
  it.each<[string, Part, () => Promise<undefined>, string]>([
    ['of the oracle', 'market', unreachable, 'VENUE_UNAVAILABLE'],
    ['of OrderGen', 'rebalance', unreachable, 'VENUE_UNAVAILABLE'],
    ['of the vault service', 'balance', unreachable, 'VENUE_UNAVAILABLE'],
    ['of the venue', 'submit', unreachable, 'VENUE_UNAVAILABLE'],
    ['of the venue before it was told', 'query', unreachable, 'VENUE_UNAVAILABLE'],
    ['of a healthy price', 'market', noPrice, 'PRICE_STALE'],
  ])('%s is waited for until the order expires, then reported', async (_, part, down, reason) => {
    const { world, executeAgain: execute, reportsOf, observed } = fakeWorld();
    Object.assign(world, { [part]: down });
    world.now = instant(999);
    expect(await execute(order)).toMatchObject({ kind: 'POSTPONED', reason });
    expect(reportsOf(order)).toEqual([]);
    world.now = instant(1_000);
    expect(await execute(order)).toMatchObject({ kind: 'SETTLED' });
    expect(reportsOf(order)).toMatchObject([{ execType: 'REJECTED', failureReason: reason }]);
    expect(observed).toEqual([`postponed ${reason}`, `refused ${reason}`, 'settled REJECTED']);
  });

  it('that ends before the order expires leaves no trace in its answer', async () => {
    const { world, execute, reportsOf } = fakeWorld();
    world.market = async () => undefined;
    await execute(order);
    world.market = async () => HEALTHY;
    await execute(order);
    expect(reportsOf(order)).toMatchObject([{ sequence: 1, execType: 'FILL' }]);
  });

  it('that cut off only the answer of the venue does not hide the fill', async () => {
    const { world, execute, reportsOf } = fakeWorld();
    world.now = instant(999);
    world.submit = async ({ orderId }) => {
      world.venueOrders.set(orderId, FILLED);
      return unreachable();
    };
    await execute(order);
    expect(reportsOf(order)).toMatchObject([{ execType: 'FILL' }]);
  });

  it('of a venue that was told is never reported as a failure, however late it is', async () => {
    const { world, execute, reportsOf } = fakeWorld();
    world.submit = async ({ orderId }) => {
      world.venueOrders.set(orderId, FILLED);
      world.query = unreachable;
      return unreachable();
    };
    await execute(order);
    world.now = instant(1_000_000);
    expect(await execute(order)).toMatchObject({ kind: 'POSTPONED' });
    world.query = async (orderId) => world.venueOrders.get(orderId);
    await execute(order);
    expect(reportsOf(order)).toMatchObject([{ execType: 'FILL' }]);
    expect(world.journal.filter((entry) => entry === 'submit')).toHaveLength(1);
  });

  it('is no excuse for an error of another kind: the bus judges it', async () => {
    const { world, execute, reportsOf } = fakeWorld();
    world.rebalance = async () =>
      refuse(domainError('NOT_FOUND', 'REBALANCE_NOT_FOUND', 'no such one'));
    await expect(execute(order)).rejects.toThrow('no such one');
    expect(reportsOf(order)).toEqual([]);
  });
});

describe('a crash between venue and commit', () => {
  it('asks the venue first and takes its answer, whatever the checks would say now', async () => {
    const { world, execute, reportsOf } = fakeWorld();
    world.crashBeforeCommit = true;
    await expect(execute(order)).rejects.toThrow('the process died');
    world.crashBeforeCommit = false;
    world.now = instant(2_000);
    world.balance = async () => ({ cash: 0n, quantity: 0n, collateral: 0n });
    await execute(order);
    expect(reportsOf(order)).toMatchObject([{ execType: 'FILL' }]);
    expect(world.journal.filter((entry) => entry === 'submit')).toHaveLength(1);
  });

  it('submits again only what the venue does not know', async () => {
    const { world, execute, reportsOf } = fakeWorld();
    const submit = world.submit;
    world.submit = () => Promise.reject(new Error('the process died'));
    await expect(execute(order)).rejects.toThrow('the process died');
    world.submit = submit;
    await execute(order);
    expect(reportsOf(order)).toMatchObject([{ execType: 'FILL' }]);
  });

  it('keeps a rejection of the venue as it was', async () => {
    const { world, store, execute, reportsOf } = fakeWorld();
    await store.accept(order);
    world.venueOrders.set(order.orderId, rejected('ASSET_LOCKED'));
    await execute(order);
    expect(reportsOf(order)).toMatchObject([{ failureReason: 'ASSET_LOCKED' }]);
    expect(world.journal).not.toContain('submit');
  });
});
