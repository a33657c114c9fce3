import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  currentTraceId,
  inSpan,
  startTelemetry,
  tracer,
  treeOf,
  type SpanRecord,
  type Telemetry,
} from '@trimtab/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drawTrace, runTrace } from './trace.js';

function span(spanId: string, startMs: number, more: Partial<SpanRecord> = {}): SpanRecord {
  const end = { traceId: 't', spanId, durationMs: 1.25, attributes: {}, links: [] };
  return {
    traceId: 't',
    spanId,
    name: spanId,
    kind: 'INTERNAL',
    startMs,
    process: 'p',
    end,
    ...more,
  };
}

describe('the drawing of a trace', () => {
  it('is a tree with the time and duration of each span, and what tells spans apart', () => {
    const late = {
      ...{ traceId: 't', spanId: 'c', durationMs: 3, links: ['t/a'], error: 'no' },
      attributes: { 'trimtab.action.index': 2, 'trimtab.message.delivery_count': 2 },
    };
    const ids = { traceId: 't', spanId: 'd', parentSpanId: 'a' };
    const killed = { ...ids, name: 'killed', kind: 'INTERNAL', startMs: 9, process: 'p' };
    const lines = drawTrace(
      't',
      treeOf([
        span('a', 0, { name: 'root' }),
        span('b', 2, { parentSpanId: 'a', name: 'first' }),
        span('c', 4.5, { parentSpanId: 'b', name: 'again', end: late }),
        killed,
      ]),
    );
    expect(lines).toEqual([
      'trace t',
      'root              +0.0 ms      1.3 ms',
      '├─ first          +2.0 ms      1.3 ms',
      '│  └─ again       +4.5 ms      3.0 ms  action 2, delivery 2, 1 linked, FAILED no',
      '└─ killed         +9.0 ms   not ended',
      '4 spans of p',
    ]);
  });

  it('counts spans whose parent is not there', () => {
    expect(drawTrace('t', treeOf([span('a', 0), span('b', 1, { parentSpanId: 'x' })])).at(-1)).toBe(
      '2 spans of p, 1 without their parent',
    );
  });
});

describe('trimtab trace', () => {
  let folder: string;
  let telemetry: Telemetry;
  const lines: string[] = [];
  const output = { json: false, line: (line: string) => void lines.push(line) };

  beforeEach(() => {
    lines.length = 0;
    folder = mkdtempSync(join(tmpdir(), 'trimtab-trace-'));
    telemetry = startTelemetry({ serviceName: 'test', spanFolder: folder });
  });
  afterEach(async () => {
    await telemetry.shutdown();
    rmSync(folder, { recursive: true, force: true });
  });

  it('finds a trace by the id of its rebalance and by its own', async () => {
    const attributes = { 'trimtab.rebalance.id': 'rebalance-1' };
    const traceId = await inSpan(tracer('test'), 'work', { attributes }, async () =>
      currentTraceId(),
    );
    expect(await runTrace({ spanFolder: folder, id: 'rebalance-1' }, output)).toBe(0);
    expect(await runTrace({ spanFolder: folder, id: traceId ?? '' }, output)).toBe(0);
    expect(lines.filter((line) => line.startsWith('work'))).toHaveLength(2);
  });

  it('says where it looked when there is none', async () => {
    await inSpan(tracer('test'), 'another', {}, async () => undefined);
    await expect(runTrace({ spanFolder: folder, id: 'nope' }, output)).rejects.toThrow(folder);
  });
});
