import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { tellTargetWeightsStory, type StoryReport } from '@trimtab/cli';
import { memorySpans, type MemorySpans } from '@trimtab/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BUSES, startWorld, type World } from '../e2e/world.js';

describe.each(BUSES)('tracing over the %s bus', (bus) => {
  let spans: MemorySpans;
  let world: World;
  let report: StoryReport;
  let trace: readonly ReadableSpan[];

  beforeAll(async () => {
    spans = memorySpans();
    world = await startWorld({
      bus,
      script: [
        { index: 0, direction: 'DECREASE', outcome: { kind: 'FAIL', reason: 'VENUE_REJECTED' } },
      ],
    });
    report = await tellTargetWeightsStory(world.owner, world.output);
    await world.end();
    trace = spans
      .finished()
      .filter((span) => span.spanContext().traceId === report.rebalance.traceId);
  });

  afterAll(() => spans.stop());

  const edges = (): ReadonlySet<string> => {
    const byId = new Map(trace.map((span) => [span.spanContext().spanId, span]));
    return new Set(
      trace.map((span) => {
        const parent = byId.get(span.parentSpanContext?.spanId ?? '');
        return `${parent?.name ?? '(root)'} → ${span.name}`;
      }),
    );
  };

  it('gives one rebalance one trace id, from RebalanceIntent to the last result', () => {
    const names = new Set(trace.map((span) => span.name));
    expect(names).toContain('trimtab.intent.v1.IntentService/RebalanceIntent');
    expect(names).toContain('trimtab.oracle.v1.OracleService/TakeSnapshot');
    expect(names).toContain('trimtab.solver.v1.SolverService/BuildPlan');
    expect(names).toContain('trimtab.ordergen.v1.OrderGenService/CreateRebalance');
    expect(names).toContain('publish trimtab.orders.v1.dispatch');
    expect(names).toContain('process trimtab.orders.v1.dispatch');
    expect(names).toContain('publish trimtab.executions.v1.failure');
    expect(names).toContain('process trimtab.executions.v1.failure');
    expect(names).toContain('process trimtab.executions.v1.result');
  });

  it('has one recalibration span for every result', () => {
    const recalibrations = trace.filter((span) => span.name === 'recalibrate');
    expect(recalibrations).toHaveLength(report.rebalance.actions.length);
  });

  it('is one connected tree', () => {
    const ids = new Set(trace.map((span) => span.spanContext().spanId));
    const orphans = trace.filter((span) => {
      const parent = span.parentSpanContext?.spanId;
      return parent !== undefined && !ids.has(parent);
    });
    expect(orphans.map((span) => span.name)).toEqual([]);
    expect(trace.filter((span) => span.parentSpanContext === undefined)).toHaveLength(1);
  });

  it('hands the trace from gRPC to the bus, to the executor and back', () => {
    const found = edges();
    expect(found).toContain(
      'publish trimtab.orders.v1.dispatch → process trimtab.orders.v1.dispatch',
    );
    expect(found).toContain(
      'process trimtab.orders.v1.dispatch → publish trimtab.executions.v1.failure',
    );
    expect(found).toContain(
      'publish trimtab.executions.v1.failure → process trimtab.executions.v1.failure',
    );
    expect(found).toContain('process trimtab.executions.v1.failure → recalibrate');
  });
});
