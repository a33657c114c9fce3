import { campaignCount, SEED } from '@trimtab/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createApplyReport } from './apply-report.js';
import type { ExecutionReport } from './execution-report.js';
import {
  createMemoryStore,
  deliver,
  factsFor,
  reportsOf,
  silentMessages,
  type MemoryStore,
} from './report-permutations.fixture.js';
import { createRunningCache } from './running-cache.js';

const FACTS = factsFor(
  [
    [2100, 30_000],
    [1260, 1300],
    [840, 5000],
    [600, 650],
  ],
  [2520, 1280, 700, 300],
);
/** What each action executes in percent: parts, then the last word. Sells 1 and 2 pin others. */
const EXECUTED: readonly (readonly number[])[] = [
  [30, 100],
  [10, 40, 60],
  [0],
  [100],
  [50, 75, 100],
  [20, 90],
  [0],
  [100],
];

function open(): { store: MemoryStore; apply: ReturnType<typeof createApplyReport> } {
  const store = createMemoryStore(FACTS);
  const nothing = (): void => undefined;
  const apply = createApplyReport({
    clock: { now: () => FACTS.createTime },
    store,
    cache: createRunningCache(1),
    messages: silentMessages,
    observer: {
      rebalanceEnded: nothing,
      stepTaken: nothing,
      vaultFrozen: nothing,
      reportWaits: nothing,
      duplicateReport: nothing,
    },
    tracing: {
      recalibrate: (_facts, _index, run) => run(),
      traceparentOf: () => undefined,
    },
    committed: nothing,
  });
  return { store, apply };
}

/** The results in the order in which an executor makes them. */
async function resultSet(): Promise<{ reports: readonly ExecutionReport[]; store: MemoryStore }> {
  const { store, apply } = open();
  const reports: ExecutionReport[] = [];
  for (;;) {
    const order = store.running().open;
    if (order === undefined) return { reports, store };
    const own = reportsOf(FACTS, order, EXECUTED[order.index] ?? [100]);
    reports.push(...own);
    await deliver(apply, own);
  }
}

describe('one set of results without corrections', () => {
  const count = campaignCount(2_000, 100_000);
  it(`ends in one state hash over ${count} orders of arrival, with duplicates`, async () => {
    const { reports, store: plain } = await resultSet();
    expect(reports).toHaveLength(14);
    expect(plain.running().head.state.state).toBe('COMPLETED_ADJUSTED');
    const expected = plain.running().head;
    // Every report once, in any order, among up to ten repeats.
    const arrivals = fc.array(fc.constantFrom(...reports), { maxLength: 10 }).chain((repeats) => {
      const all = [...reports, ...repeats];
      return fc.shuffledSubarray(all, { minLength: all.length });
    });
    await fc.assert(
      fc.asyncProperty(arrivals, async (arrived) => {
        const { store, apply } = open();
        await deliver(apply, arrived);
        const { head } = store.running();
        if (head.hash !== expected.hash || store.cashMoved() !== plain.cashMoved()) {
          throw new Error(`ended in ${head.hash} with ${store.cashMoved()}`);
        }
      }),
      { seed: SEED, numRuns: count },
    );
  }, 3_600_000);

  it('is told apart from another set: one unit more changes the hash', async () => {
    const { reports, store: plain } = await resultSet();
    const { store, apply } = open();
    const other = reports.map((report) =>
      report.index === 7
        ? {
            ...report,
            executed: { ...report.executed, underlying: report.executed.underlying - 1n },
          }
        : report,
    );
    await deliver(apply, other);
    expect(store.running().head.hash).not.toBe(plain.running().head.hash);
  });
});
