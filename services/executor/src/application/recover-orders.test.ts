import { describe, expect, it } from 'vitest';
import { sellOrder } from '../domain/order.fixture.js';
import { fakeWorld, FILLED, HEALTHY } from './fakes.fixture.js';
import { createRecoverOrders } from './recover-orders.js';

const first = sellOrder({ orderId: '1'.repeat(64) });
const second = sellOrder({ orderId: '2'.repeat(64) });
const signal = new AbortController().signal;

describe('recovery', () => {
  it('finishes every accepted order and leaves settled ones alone', async () => {
    const fakes = fakeWorld();
    await fakes.execute(sellOrder());
    await fakes.store.accept(first);
    await fakes.store.accept(second);
    const before = fakes.reportsOf(sellOrder());
    await createRecoverOrders(fakes)(signal);
    expect(fakes.reportsOf(first)).toMatchObject([{ execType: 'FILL' }]);
    expect(fakes.reportsOf(second)).toMatchObject([{ execType: 'FILL' }]);
    expect(fakes.reportsOf(sellOrder())).toBe(before);
    expect(fakes.observed.at(-1)).toBe('recovered 2');
  });

  it('says nothing again of an order that a dispatch settles while it is under way', async () => {
    const fakes = fakeWorld();
    await fakes.store.accept(first);
    const unsettled = async () => {
      const found = await fakes.store.unsettled();
      await fakes.execute(first);
      return found;
    };
    await createRecoverOrders({ ...fakes, store: { unsettled } })(signal);
    expect(fakes.reportsOf(first)).toMatchObject([{ execType: 'FILL' }]);
    expect(fakes.observed.at(-1)).toBe('recovered 0');
    expect(fakes.world.journal).not.toContain('answer 1 again');
  });

  it('takes the answer of a venue that knows the order, without executing it again', async () => {
    const fakes = fakeWorld();
    await fakes.store.accept(first);
    fakes.world.venueOrders.set(first.orderId, FILLED);
    await createRecoverOrders(fakes)(signal);
    expect(fakes.reportsOf(first)).toMatchObject([{ venueReference: 'venue-1' }]);
    expect(fakes.world.journal).not.toContain('submit');
  });

  it('goes on with the next order when one fails', async () => {
    const fakes = fakeWorld();
    await fakes.store.accept(first);
    await fakes.store.accept(second);
    fakes.world.query = async (orderId) => {
      if (orderId === first.orderId) throw new Error('unreadable');
      return undefined;
    };
    await createRecoverOrders(fakes)(signal);
    expect(fakes.reportsOf(first)).toEqual([]);
    expect(fakes.reportsOf(second)).toMatchObject([{ execType: 'FILL' }]);
    expect(fakes.observed).toContain('not recovered 1');
  });

  it('leaves an order that an outage holds up for its redelivery', async () => {
    const fakes = fakeWorld();
    await fakes.store.accept(first);
    fakes.world.market = async () => undefined;
    await createRecoverOrders(fakes)(signal);
    expect(fakes.reportsOf(first)).toEqual([]);
    expect(fakes.observed.at(-1)).toBe('recovered 0');
    fakes.world.market = async () => HEALTHY;
    await fakes.execute(first);
    expect(fakes.reportsOf(first)).toMatchObject([{ execType: 'FILL' }]);
  });

  it('stops at the signal', async () => {
    const fakes = fakeWorld();
    await fakes.store.accept(first);
    await createRecoverOrders(fakes)(AbortSignal.abort());
    expect(fakes.world.journal).toEqual(['accept']);
  });
});
