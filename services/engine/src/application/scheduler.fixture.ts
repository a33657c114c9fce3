import { domainError, DomainFailure, instant, type Instant } from '@trimtab/core';
import type { AgentKind, TickResult, Work } from '../domain/work.js';
import type { TickObserver } from './observer.js';
import type { Agent, IntentPort, WorkReport } from './ports.js';
import { createScheduler, plainly, type Scheduler, type SchedulerSettings } from './scheduler.js';

export const NOW = instant(1_522_800_000_000);
export const LEASE_LOST = new DomainFailure(
  domainError('ABORTED', 'LEASE_LOST', 'another engine has the work'),
);

/** Work of the fake store. */
export function workOf(workId: string, change: Partial<Work> = {}): Work {
  return {
    workId,
    kind: 'REBALANCE',
    instanceKey: workId,
    intentId: `intent-${workId}`,
    dueTime: NOW,
    leaseToken: 1n,
    leaseExpireTime: instant(NOW + 30_000),
    attemptCount: 0,
    intentIds: [],
    ...change,
  };
}

/** Due work in memory, as the intent service keeps it: leased by claim, released by report. */
export interface FakeStore extends Pick<IntentPort, 'claim' | 'report'> {
  readonly reports: WorkReport[];
  readonly claims: { readonly limit: number; readonly kinds: readonly AgentKind[] }[];
  add(...work: readonly Work[]): void;
  /** What `report` throws, by call; absent: it writes. */
  refuse: ((report: WorkReport) => Error | undefined) | undefined;
}

export function fakeStore(now: () => Instant): FakeStore {
  const rows = new Map<string, Work & { leased: boolean; due: Instant | undefined }>();
  let token = 0n;
  const store: FakeStore = {
    reports: [],
    claims: [],
    refuse: undefined,
    add: (...work) => {
      for (const one of work) rows.set(one.workId, { ...one, leased: false, due: one.dueTime });
    },
    claim: async ({ limit, kinds }) => {
      store.claims.push({ limit, kinds });
      const due = [...rows.values()]
        .filter((row) => !row.leased && row.due !== undefined && row.due <= now())
        .filter((row) => kinds.length === 0 || kinds.includes(row.kind))
        .sort((a, b) => (a.due ?? 0) - (b.due ?? 0) || (a.workId < b.workId ? -1 : 1))
        .slice(0, limit);
      for (const row of due) row.leased = true;
      return due.map((row) => ({ ...row, leaseToken: (token += 1n) }));
    },
    report: async (report) => {
      const refusal = store.refuse?.(report);
      if (refusal !== undefined) throw refusal;
      store.reports.push(report);
      const row = rows.get(report.work.workId);
      if (row === undefined) return;
      const attemptCount = report.failed ? row.attemptCount + 1 : 0;
      const due = report.nextDueTime;
      rows.set(row.workId, { ...row, attemptCount, leased: false, due });
    },
  };
  return store;
}

/** What the scheduler told, as lines. */
export function tellingObserver(): TickObserver & { readonly told: string[] } {
  const told: string[] = [];
  return {
    told,
    tickEnded: ({ workId }) => told.push(`ended ${workId}`),
    tickFailed: ({ workId }, error) => told.push(`failed ${workId}: ${String(error)}`),
    workLost: ({ workId }) => told.push(`lost ${workId}`),
    reportFailed: ({ workId }) => told.push(`unreported ${workId}`),
  };
}

/** A scheduler over the fake store whose agents do what a function says. */
export interface World {
  now: Instant;
  readonly store: FakeStore;
  readonly observer: ReturnType<typeof tellingObserver>;
  readonly scheduler: Scheduler;
  readonly rooms: number;
}

export function startWorld(
  tick: (work: Work, now: Instant) => Promise<TickResult>,
  settings: Partial<SchedulerSettings> = {},
): World {
  const observer = tellingObserver();
  const world = { now: NOW, rooms: 0 };
  const store = fakeStore(() => world.now);
  const scheduler = createScheduler(
    {
      engineId: 'engine-1',
      kinds: [],
      concurrency: 2,
      leaseSeconds: 30,
      backoff: { firstMillis: 1_000, maxMillis: 60_000 },
      ...settings,
    },
    {
      clock: { now: () => world.now },
      intents: store,
      createAgent: (work): Agent => ({ tick: (now) => tick(work, now) }),
      derivedIds: { of: (...parts) => parts.join('/') },
      observer,
      withinLease: plainly,
      traced: plainly,
      onRoom: () => (world.rooms += 1),
    },
  );
  return Object.assign(world, { store, observer, scheduler });
}
