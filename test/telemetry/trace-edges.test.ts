import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { edgesOf, readSpans, treeOf, type SpanRecord } from '@trimtab/telemetry';
import { campaignCount, SEED } from '@trimtab/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../e2e/crash-run.js';
import { LONGS, SHORTS } from '../e2e/crash-stories.js';
import { startCrashWorld, type CrashWorld, type Target } from '../e2e/crash-world.js';
import { edgeKind, EXECUTION_EDGES, POSSIBLE_EDGES } from './expected-edges.js';

/** Rebalances in all; one of the servers is killed while each batch of them runs. */
const REBALANCES = campaignCount(50, 1_000);
const BATCH = 10;
const TARGETS: readonly Target[] = ['ordergen', 'executor', 'nats', 'nats, its store deleted'];

describe('the traces of rebalances whose processes and bus are killed', () => {
  const runs: Run[] = [];
  let folder: string;
  let world: CrashWorld;
  let byTrace: ReadonlyMap<string, readonly SpanRecord[]>;
  let traceIds: readonly string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trimtab-edges-'));
    world = await startCrashWorld({ SPAN_FOLDER: folder, OTEL_TRACES_SAMPLER_ARG: '1' });
    for (let batch = 0; runs.length < REBALANCES; batch += 1) {
      const started = await Promise.all(
        Array.from({ length: Math.min(BATCH, REBALANCES - runs.length) }, (_, place) =>
          world.start(place % 3 === 2 ? SHORTS : LONGS),
        ),
      );
      const target = TARGETS[(SEED + batch) % TARGETS.length] ?? 'ordergen';
      await started[batch % started.length]?.reaches({ index: batch % 4, what: 'dispatched' });
      await world.strike(target);
      await Promise.all(started.map((run) => run.digest()));
      runs.push(...started);
    }
    const traces = await Promise.all(runs.map((run) => world.tracesOf(run)));
    for (const { rebalance, events } of traces)
      expect(new Set(events)).toEqual(new Set([rebalance]));
    traceIds = traces.map(({ rebalance }) => rebalance);
    byTrace = groupByTrace(await readSpans(folder));
  }, 3_600_000);

  afterAll(async () => {
    await world.end();
    await rm(folder, { recursive: true, force: true });
  });

  const treesOf = () => traceIds.map((traceId) => treeOf(byTrace.get(traceId) ?? []));

  it('are one for each rebalance', () => {
    expect(traceIds).toHaveLength(REBALANCES);
    expect(new Set(traceIds).size).toBe(REBALANCES);
  });

  it('are each one connected tree: one root, no orphan', () => {
    const broken = treesOf().filter(
      ({ roots, orphans }) => roots.length !== 1 || orphans.length > 0,
    );
    expect(broken.map((tree) => [...edgesOf(tree)].filter((edge) => edge.startsWith('(')))).toEqual(
      [],
    );
  });

  it('have the expected edges, and no others', () => {
    const possible = new Set([...EXECUTION_EDGES, ...POSSIBLE_EDGES]);
    const found = new Set(treesOf().flatMap((tree) => [...edgesOf(tree)].map(edgeKind)));
    expect([...found].filter((edge) => !possible.has(edge))).toEqual([]);
    expect(EXECUTION_EDGES.filter((edge) => !found.has(edge))).toEqual([]);
  });

  it('show redeliveries as spans that are linked to the publish, inside of the tree', () => {
    const redelivered = traceIds
      .flatMap((traceId) => byTrace.get(traceId) ?? [])
      .filter(({ end }) => Number(end?.attributes['trimtab.message.delivery_count'] ?? 1) > 1);
    // Which messages come again depends on the moment of each kill; over 1 000 rebalances some do.
    if (REBALANCES >= 1_000) expect(redelivered.length).toBeGreaterThan(0);
    for (const { end, traceId } of redelivered) {
      expect(end?.links.every((link) => link.startsWith(traceId))).toBe(true);
      expect(end?.links.length).toBeGreaterThan(0);
    }
  });
});

function groupByTrace(spans: readonly SpanRecord[]): ReadonlyMap<string, readonly SpanRecord[]> {
  const groups = new Map<string, SpanRecord[]>();
  for (const span of spans) {
    const group = groups.get(span.traceId);
    if (group === undefined) groups.set(span.traceId, [span]);
    else group.push(span);
  }
  return groups;
}
