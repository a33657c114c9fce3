import { memorySpans } from '@trimtab/testkit';
import { inSpan, tracer } from '@trimtab/telemetry';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { summaryOf, traceQueries } from './trace-queries.js';

describe('summaryOf', () => {
  it.each([
    ['insert into outbox (event_id) values ($1)', 'insert outbox'],
    ['select * from "vaults" where vault_id = $1', 'select vaults'],
    ['update orders set outage = $1', 'update orders'],
    ['update vaults v\n  set cash = 1', 'update vaults'],
    ['delete from inbox where event_id = $1', 'delete inbox'],
    [
      'with guard as (select 1 from vaults for update of v) insert into inbox select 1',
      'insert inbox',
    ],
    ['commit', 'commit'],
    ['select pg_advisory_xact_lock(1)', 'select'],
  ])('names "%s" "%s"', (text, summary) => {
    expect(summaryOf(text)).toBe(summary);
    expect(summaryOf({ text })).toBe(summary);
  });

  it('has no name for what is no text, nor for the begin of a transaction', () => {
    expect(summaryOf('start transaction isolation level read committed')).toBeUndefined();
    expect(summaryOf({ submit: () => undefined })).toBeUndefined();
  });
});

describe('traceQueries', () => {
  const spans = memorySpans();
  beforeEach(() => spans.reset());
  afterAll(() => spans.stop());

  function traced(run: () => Promise<unknown>): { query: (text: string) => Promise<unknown> } {
    const target: { query: (text: string) => Promise<unknown> } = { query: () => run() };
    traceQueries(target, 'ordergen');
    return target;
  }

  it('gives a statement inside a span a child with system, schema and summary, and never its text', async () => {
    const target = traced(async () => ({ rows: [] }));
    await inSpan(tracer('test'), 'outer', {}, () => target.query("select 'secret' from vaults"));
    const [statement, outer] = spans.finished();
    expect(statement?.name).toBe('select vaults');
    expect(statement?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
    expect(statement?.attributes).toEqual({
      'db.system.name': 'postgresql',
      'db.namespace': 'ordergen',
      'db.query.summary': 'select vaults',
    });
  });

  it('gives a statement outside of a span none', async () => {
    await traced(async () => undefined).query('select 1 from vaults');
    expect(spans.finished()).toEqual([]);
  });

  it('marks a refused statement with its code and throws on what the database said', async () => {
    const refusal = Object.assign(new Error('duplicate key'), { code: '23505' });
    const target = traced(() => Promise.reject(refusal));
    const work = inSpan(tracer('test'), 'outer', {}, () => target.query('insert into vaults'));
    await expect(work).rejects.toBe(refusal);
    expect(spans.named('insert vaults')[0]?.attributes['db.response.status_code']).toBe('23505');
  });
});
