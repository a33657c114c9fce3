import { domainError, DomainFailure, instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import type { TickResult } from '../domain/work.js';
import { LEASE_LOST, NOW, startWorld, workOf } from './scheduler.fixture.js';

const NEVER: TickResult = { nextDueTime: undefined };

/** A promise that a test resolves. */
function gate(): { readonly passed: Promise<void>; readonly pass: () => void } {
  let pass = (): void => undefined;
  const passed = new Promise<void>((resolve) => (pass = resolve));
  return { passed, pass: () => pass() };
}

describe('a tick', () => {
  it('is reported once, under its lease, with what the agent brought back', async () => {
    const result: TickResult = { nextDueTime: instant(NOW + 5), wakeAgents: ['POOL'] };
    const world = startWorld(async () => result);
    world.store.add(workOf('a'));
    expect(await world.scheduler.runDue()).toBe(1);
    expect(world.store.reports).toHaveLength(1);
    expect(world.store.reports[0]).toMatchObject({
      ...result,
      requestId: 'report/a/1/done',
      work: { workId: 'a', leaseToken: 1n },
      releases: true,
      failed: false,
    });
  });

  it('is given the time of its start', async () => {
    const times: number[] = [];
    const world = startWorld(async (_work, now) => {
      times.push(now);
      return NEVER;
    });
    world.store.add(workOf('a'));
    await world.scheduler.runDue();
    expect(times).toEqual([NOW]);
  });

  it('comes again while it is due, and not a moment before', async () => {
    let count = 0;
    const world = startWorld(async (_work, now) => {
      count += 1;
      return { nextDueTime: count < 3 ? now : instant(now + 1_000) };
    });
    world.store.add(workOf('a'));
    expect(await world.scheduler.runDue()).toBe(3);
    world.now = instant(NOW + 999);
    expect(await world.scheduler.runDue()).toBe(0);
    world.now = instant(NOW + 1_000);
    expect(await world.scheduler.runDue()).toBe(1);
  });

  it('runs in the order of the due times when there is room for one alone', async () => {
    const order: string[] = [];
    const world = startWorld(
      async ({ workId }) => {
        order.push(workId);
        return NEVER;
      },
      { concurrency: 1 },
    );
    world.store.add(workOf('c'), workOf('b', { dueTime: instant(NOW - 1) }), workOf('a'));
    await world.scheduler.runDue();
    expect(order).toEqual(['b', 'a', 'c']);
  });
});

describe('the room of a scheduler', () => {
  it('is never exceeded, and each tick that ends makes some', async () => {
    const gates = new Map(['a', 'b', 'c'].map((id) => [id, gate()]));
    const started: string[] = [];
    const world = startWorld(async ({ workId }) => {
      started.push(workId);
      await gates.get(workId)?.passed;
      return NEVER;
    });
    world.store.add(workOf('a'), workOf('b'), workOf('c'));
    expect(await world.scheduler.takeDue()).toBe(2);
    expect(await world.scheduler.takeDue()).toBe(0);
    expect(started).toEqual(['a', 'b']);
    gates.get('a')?.pass();
    gates.get('c')?.pass();
    await expect.poll(() => world.rooms).toBe(1);
    // The slow one is still running.
    expect(await world.scheduler.takeDue()).toBe(1);
    gates.get('b')?.pass();
    await world.scheduler.idle();
    expect(world.rooms).toBe(3);
    expect(world.store.claims.map(({ limit }) => limit)).toEqual([2, 1]);
  });

  it('is for the agents that it is told, and for nobody else', async () => {
    const world = startWorld(async () => NEVER, { kinds: ['ORACLE'] });
    world.store.add(workOf('a'), workOf('o', { kind: 'ORACLE', intentId: undefined }));
    await world.scheduler.runDue();
    expect(world.observer.told).toEqual(['ended o']);
  });
});

describe('a tick that fails', () => {
  it('shows its error at the intent and is due again after a pause that doubles up to its limit', async () => {
    const world = startWorld(async () => {
      throw new Error('the oracle is down');
    });
    world.store.add(workOf('a'));
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      expect(await world.scheduler.runDue()).toBe(1);
      const next = world.store.reports.at(-1)?.nextDueTime ?? NOW;
      pauses.push((next - world.now) / 1_000);
      world.now = next;
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect(world.store.reports[0]).toMatchObject({
      runtime: { lastError: 'the oracle is down' },
      failed: true,
    });
  });

  it('waits as long as the refusal asks for, if that is longer', async () => {
    const busy = domainError('UNAVAILABLE', 'VAULT_BUSY', 'a rebalance runs');
    const world = startWorld(async () => {
      throw new DomainFailure({ ...busy, retryAfterMillis: 5_000 });
    });
    world.store.add(workOf('a'));
    await world.scheduler.runDue();
    expect(world.store.reports[0]).toMatchObject({
      nextDueTime: NOW + 5_000,
      runtime: { lastError: 'VAULT_BUSY: a rebalance runs' },
    });
  });

  it('has no intent to show its error at when it is of several', async () => {
    const world = startWorld(async () => {
      throw new Error('down');
    });
    world.store.add(workOf('o', { kind: 'ORACLE', intentId: undefined }));
    await world.scheduler.runDue();
    expect(world.store.reports[0]).toMatchObject({ failed: true, nextDueTime: NOW + 1_000 });
    expect(world.store.reports[0]).not.toHaveProperty('runtime');
  });

  it('leaves the others alone', async () => {
    const world = startWorld(async ({ workId }) => {
      if (workId === 'a') throw new Error('down');
      return NEVER;
    });
    world.store.add(workOf('a'), workOf('b'));
    await world.scheduler.runDue();
    expect(world.observer.told).toEqual(['failed a: Error: down', 'ended b']);
  });

  it('clears its error once it goes well again, and keeps what the agent says itself', async () => {
    const world = startWorld(async () => ({ ...NEVER, runtime: { currentDriftBps: 7 } }));
    world.store.add(workOf('a', { attemptCount: 2 }), workOf('b'));
    await world.scheduler.runDue();
    expect(world.store.reports.map(({ runtime }) => runtime)).toEqual([
      { lastError: '', currentDriftBps: 7 },
      { currentDriftBps: 7 },
    ]);
  });

  it('shows no more of its error than an owner can read', async () => {
    const world = startWorld(async () => {
      throw new Error('x'.repeat(10_000));
    });
    world.store.add(workOf('a'));
    await world.scheduler.runDue();
    expect(world.store.reports[0]?.runtime?.lastError).toHaveLength(500);
  });
});

describe('work that another engine took', () => {
  it('is dropped quietly when its tick finds out', async () => {
    const world = startWorld(async () => {
      throw LEASE_LOST;
    });
    world.store.add(workOf('a'));
    await world.scheduler.runDue();
    expect(world.observer.told).toEqual(['lost a']);
    expect(world.store.reports).toEqual([]);
  });

  it('is dropped quietly when its report finds out', async () => {
    const world = startWorld(async () => NEVER);
    world.store.add(workOf('a'));
    world.store.refuse = () => LEASE_LOST;
    await world.scheduler.runDue();
    expect(world.observer.told).toEqual(['lost a']);
  });

  it('is not told from work of an intent that has ended; an agent of several goes on', async () => {
    const ended = new DomainFailure(domainError('FAILED_PRECONDITION', 'INTENT_TERMINAL', 'ended'));
    const world = startWorld(async () => {
      throw ended;
    });
    world.store.add(workOf('a'), workOf('p', { kind: 'POOL', intentId: undefined }));
    await world.scheduler.runDue();
    expect(world.observer.told).toEqual(['lost a', expect.stringContaining('failed p')]);
    expect(world.store.reports.map(({ work }) => work.workId)).toEqual(['p']);
  });
});

describe('a report', () => {
  it('that is refused makes the tick a failed one, reported under an id of its own', async () => {
    const world = startWorld(async () => NEVER);
    world.store.add(workOf('a'));
    const refused = new DomainFailure(domainError('INVALID_ARGUMENT', 'FIELD_INVALID', 'bad'));
    world.store.refuse = ({ failed }) => (failed ? undefined : refused);
    await world.scheduler.runDue();
    expect(world.store.reports.map(({ requestId }) => requestId)).toEqual(['report/a/1/failed']);
  });

  it('that cannot be written at all leaves the work to the end of its lease', async () => {
    const world = startWorld(async () => NEVER);
    world.store.add(workOf('a'));
    world.store.refuse = () => new Error('the database is down');
    expect(await world.scheduler.runDue()).toBe(1);
    expect(world.observer.told).toEqual(['failed a: Error: the database is down', 'unreported a']);
  });
});
