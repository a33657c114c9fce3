import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contextOfTraceparent, currentTraceparent } from './propagation.js';
import { findTraceOf, readSpans } from './read-spans.js';
import { createSpanFile } from './span-file.js';
import { currentTraceId, inSpan, tracer } from './span.js';
import { startTelemetry, type Telemetry } from './start-telemetry.js';
import { edgesOf, treeOf } from './trace-tree.js';

let folder: string;
let telemetry: Telemetry | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trimtab-spans-'));
});
afterEach(async () => {
  await telemetry?.shutdown();
  rmSync(folder, { recursive: true, force: true });
});

function start(): void {
  telemetry = startTelemetry({ serviceName: 'test', spanFolder: folder });
}

describe('a folder of spans', () => {
  it('gives back each span with its parent, kind, attributes and what failed', async () => {
    start();
    const failing = inSpan(tracer('test'), 'outer', {}, async () => {
      await inSpan(tracer('test'), 'inner', { attributes: { 'trimtab.vault.id': 'v' } }, async () =>
        Promise.reject(new Error('no')),
      );
    });
    await expect(failing).rejects.toThrow('no');
    const [outer, inner] = await readSpans(folder);
    expect(outer).toMatchObject({ name: 'outer', kind: 'INTERNAL', process: 'test' });
    expect(inner).toMatchObject({
      name: 'inner',
      parentSpanId: outer?.spanId,
      end: { attributes: { 'trimtab.vault.id': 'v' }, error: 'no' },
    });
    expect(inner?.end?.durationMs).toBeGreaterThanOrEqual(0);
  });

  it('keeps a span that never ended, so that its children are no orphans', async () => {
    start();
    const open = tracer('test').startSpan('killed');
    const parent = contextOfTraceparent(
      `00-${open.spanContext().traceId}-${open.spanContext().spanId}-01`,
    );
    await inSpan(tracer('test'), 'child', { parent }, async () => undefined);
    const tree = treeOf(await readSpans(folder));
    expect(tree.orphans).toEqual([]);
    expect(tree.roots[0]?.span.end).toBeUndefined();
    expect([...edgesOf(tree)]).toEqual(['(root) → killed', 'killed → child']);
  });

  it('skips a line that a killed process left half written', async () => {
    start();
    await inSpan(tracer('test'), 'whole', {}, async () => undefined);
    const [file = ''] = readdirSync(folder);
    appendFileSync(join(folder, file), '{"traceId":"0af7');
    expect((await readSpans(folder)).map(({ name }) => name)).toEqual(['whole']);
  });

  it('reads one trace alone, and finds it by the value of an attribute', async () => {
    start();
    const spans = tracer('test');
    const attributes = { 'trimtab.rebalance.id': 'rebalance-1' };
    const traceId = await inSpan(spans, 'wanted', { attributes }, async () => currentTraceId());
    await inSpan(spans, 'another', {}, async () => currentTraceparent());
    expect(await findTraceOf(folder, 'trimtab.rebalance.id', 'rebalance-1')).toBe(traceId);
    expect(await findTraceOf(folder, 'trimtab.rebalance.id', 'rebalance')).toBeUndefined();
    expect((await readSpans(folder, traceId)).map(({ name }) => name)).toEqual(['wanted']);
  });

  it('begins files of a size, and keeps the latest of a size together', async () => {
    const file = createSpanFile({ folder, process: 'test', fileBytes: 1, keptBytes: 700 });
    telemetry = startTelemetry({ serviceName: 'test', processors: [file] });
    for (let index = 0; index < 5; index += 1) {
      await inSpan(tracer('test'), `span ${index}`, {}, async () => undefined);
    }
    const fileCount = readdirSync(folder).length;
    expect(fileCount).toBeGreaterThan(1);
    expect(fileCount).toBeLessThan(10);
    expect((await readSpans(folder)).at(-1)?.name).toBe('span 4');
  });
});

describe('a tree of spans', () => {
  it('tells orphans from the root, and puts siblings in the order of their start', () => {
    const span = (spanId: string, startMs: number, parentSpanId?: string) => ({
      traceId: 't',
      spanId,
      name: spanId,
      kind: 'INTERNAL',
      process: 'test',
      startMs,
      ...(parentSpanId !== undefined && { parentSpanId }),
    });
    const tree = treeOf([
      span('b', 3, 'root'),
      span('a', 2, 'root'),
      span('root', 1),
      span('x', 1, 'gone'),
    ]);
    expect(tree.roots.map((node) => node.children.map((child) => child.span.name))).toEqual([
      ['a', 'b'],
    ]);
    expect(tree.orphans.map(({ span: { name } }) => name)).toEqual(['x']);
    expect([...edgesOf(tree)]).toContain('(orphan) → x');
  });
});
