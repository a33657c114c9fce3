import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tellTargetWeightsStory, type StoryReport } from '@trimtab/cli';
import {
  edgesOf,
  METRICS,
  metricsText,
  prometheusName,
  readSpans,
  startTelemetry,
  treeOf,
  type SpanRecord,
  type Telemetry,
} from '@trimtab/telemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { BUSES, startWorld, type World } from '../e2e/world.js';
import { edgeKind, EXECUTION_EDGES, PIPELINE_EDGES, POSSIBLE_EDGES } from './expected-edges.js';

interface Registry {
  readonly attributes: readonly { readonly key: string }[];
  readonly conventions: readonly string[];
  readonly metrics: readonly { readonly name: string; readonly attributes: readonly string[] }[];
}

describe.each(BUSES)('telemetry of a rebalance over the %s bus', (bus) => {
  let folder: string;
  let telemetry: Telemetry;
  let world: World;
  let report: StoryReport;
  let spans: readonly SpanRecord[];
  let metrics: string;
  let registry: Registry;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'trimtab-one-trace-'));
    telemetry = startTelemetry({ serviceName: 'trimtab-test', spanFolder: folder });
    world = await startWorld({
      bus,
      script: [
        { index: 0, direction: 'DECREASE', outcome: { kind: 'FAIL', reason: 'VENUE_REJECTED' } },
      ],
    });
    report = await tellTargetWeightsStory(world.owner, world.output);
    metrics = await metricsText();
    await world.end();
    spans = await readSpans(folder, report.rebalance.traceId);
    const file = new URL('../../libs/telemetry/registry.yaml', import.meta.url);
    registry = parse(await readFile(file, 'utf8')) as Registry;
  });

  afterAll(async () => {
    await telemetry.shutdown();
    await rm(folder, { recursive: true, force: true });
  });

  it('is one connected tree of spans, from RebalanceIntent to the last recalibration', () => {
    const { roots, orphans } = treeOf(spans);
    expect(roots.map(({ span }) => span.name)).toEqual([
      'trimtab.intent.v1.IntentService/RebalanceIntent',
    ]);
    expect(orphans).toEqual([]);
  });

  it('has the expected edges, and no others', () => {
    const found = new Set([...edgesOf(treeOf(spans))].map(edgeKind));
    const expected = [...PIPELINE_EDGES, ...EXECUTION_EDGES];
    expect(expected.filter((edge) => !found.has(edge))).toEqual([]);
    const possible = new Set([...expected, ...POSSIBLE_EDGES]);
    expect([...found].filter((edge) => !possible.has(edge))).toEqual([]);
  });

  it('has one recalibration span for every result', () => {
    const recalibrations = spans.filter(({ name }) => name === 'recalibrate');
    expect(recalibrations).toHaveLength(report.rebalance.actions.length);
  });

  it('ends every span, and none of them failed for anything but the venue', () => {
    expect(spans.filter(({ end }) => end === undefined)).toEqual([]);
    expect(spans.filter(({ end }) => end?.error !== undefined)).toEqual([]);
  });

  it('has no attribute that is not in the registry', () => {
    const known = new Set([...registry.attributes.map(({ key }) => key), ...registry.conventions]);
    const used = new Set(spans.flatMap(({ end }) => Object.keys(end?.attributes ?? {})));
    expect(used.size).toBeGreaterThan(20);
    expect([...used].filter((key) => !known.has(key))).toEqual([]);
  });

  it('has no metric and no label that is not in the registry', () => {
    const known = new Map(
      registry.metrics.map(({ name, attributes }) => [name.replaceAll('.', '_'), attributes]),
    );
    for (const { name, labels } of seriesOf(metrics)) {
      if (name === 'target_info') continue;
      const attributes = known.get(name);
      expect(attributes, name).toBeDefined();
      const allowed = new Set(['le', ...(attributes ?? []).map((key) => key.replaceAll('.', '_'))]);
      expect(
        labels.filter((label) => !allowed.has(label)),
        name,
      ).toEqual([]);
    }
  });

  it('measures everything but what did not happen', () => {
    const names = new Set(seriesOf(metrics).map(({ name }) => name));
    const missing = Object.values(METRICS).filter(
      ({ name }) => !names.has(name.replaceAll('.', '_')),
    );
    // No engine runs here, so no agent ticks.
    expect(missing.map(({ name }) => name).sort()).toEqual([
      'http.server.request.duration',
      'trimtab.agent.tick.duration',
      'trimtab.agent.ticks',
      'trimtab.message.dead_letters',
      'trimtab.message.redeliveries',
      'trimtab.notification.deliveries',
      'trimtab.plan.gap',
    ]);
  });

  it('counts what the story tells', () => {
    const line = (start: string) => metrics.split('\n').find((text) => text.startsWith(start));
    const failed = prometheusName(METRICS.actionOutcomes);
    expect(
      line(`${failed}{trimtab_action_state="FAILED",trimtab_action_reason="VENUE_REJECTED"}`),
    ).toMatch(/ 1$/);
    expect(
      line('trimtab_rebalance_ended_total{trimtab_rebalance_state="COMPLETED_ADJUSTED"}'),
    ).toMatch(/ 1$/);
    expect(line('trimtab_rebalance_residual_total')).toMatch(/ 0$/);
    expect(line('trimtab_vault_drift')).toBe('trimtab_vault_drift 0');
    expect(line('trimtab_run_duration_count{trimtab_run_outcome="REBALANCE"}')).toMatch(/ 1$/);
    expect(
      line('trimtab_dependency_up{trimtab_component="ordergen",trimtab_dependency="bus"}'),
    ).toMatch(/ 1$/);
  });
});

/** The series of a text of Prometheus: their metric, and the names of their labels. */
function seriesOf(
  text: string,
): readonly { readonly name: string; readonly labels: readonly string[] }[] {
  const types = new Map(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]),
  );
  return [...text.matchAll(/^([a-z_0-9]+)(?:\{(.*)\})? \S+$/gim)].map(
    ([, full = '', labels = '']) => {
      const base = full.replace(/_(bucket|sum|count)$/, '');
      const name = types.get(base) === 'histogram' ? base : full.replace(/_total$/, '');
      return { name, labels: [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label) };
    },
  );
}
