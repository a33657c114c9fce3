import { SpanKind, trace, type Span } from '@opentelemetry/api';
import { recordFailure, tracer } from '@trimtab/telemetry';

/** A pool or a client, whose `query` has a dozen forms; each of ours answers with a promise. */
interface Queryable {
  query: (...args: never[]) => unknown;
}

type Query = (...args: unknown[]) => unknown;

/**
 * Gives each statement that runs inside a recorded span a CLIENT span of its own (semantic
 * conventions for databases). Statements outside of one, such as those of pollers, cost one look.
 * Texts and values are not recorded: they hold what clients hold.
 */
export function traceQueries(target: Queryable, schema: string): void {
  const original = target.query.bind(target) as Query;
  const spans = tracer('@trimtab/storage');
  const traced: Query = (...args) => {
    // With a callback it is the pool that asks, and has a span already.
    const isInner = typeof args.at(-1) === 'function';
    if (isInner || trace.getActiveSpan()?.isRecording() !== true) return original(...args);
    const summary = summaryOf(args[0]);
    if (summary === undefined) return original(...args);
    const attributes = {
      'db.system.name': 'postgresql',
      'db.namespace': schema,
      'db.query.summary': summary,
    };
    const span = spans.startSpan(summary, { kind: SpanKind.CLIENT, attributes });
    const answer = original(...args);
    return answer instanceof Promise ? endedWith(span, answer) : answer;
  };
  target.query = traced;
}

function endedWith(span: Span, answer: Promise<unknown>): Promise<unknown> {
  return answer.then(
    (result) => {
      span.end();
      return result;
    },
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
        span.setAttribute('db.response.status_code', error.code);
      }
      recordFailure(span, error);
      span.end();
      throw error;
    },
  );
}

/** Texts are few and stay; a list of values of changing length makes new ones. */
const KEPT_SUMMARIES = 1000;
const summaries = new Map<string, string>();
const WRITES =
  /\b(insert)\s+into\s+"?(\w+)|\b(update)\s+"?(\w+)"?\s+(?:\w+\s+)?set\b|\b(delete)\s+from\s+"?(\w+)/i;
const READ = /\bfrom\s+"?(\w+)/i;

/** Begins a transaction, which takes no time worth a span. */
const OPENING = /^\s*(?:begin|start|set)\b/i;

/** What a statement does, such as `insert outbox`; undefined for one that gets no span. */
export function summaryOf(query: unknown): string | undefined {
  const text = textOf(query);
  if (text === undefined || OPENING.test(text)) return undefined;
  const known = summaries.get(text);
  if (known !== undefined) return known;
  const summary = summarize(text);
  if (summaries.size < KEPT_SUMMARIES) summaries.set(text, summary);
  return summary;
}

function textOf(query: unknown): string | undefined {
  if (typeof query === 'string') return query;
  if (typeof query !== 'object' || query === null || !('text' in query)) return undefined;
  return typeof query.text === 'string' ? query.text : undefined;
}

function summarize(text: string): string {
  const [, ...words] = WRITES.exec(text) ?? [];
  const written = words.filter((word) => (word as string | undefined) !== undefined);
  if (written.length > 0) return written.join(' ').toLowerCase();
  const table = READ.exec(text)?.[1];
  if (table !== undefined) return `select ${table.toLowerCase()}`;
  return (/\w+/.exec(text)?.[0] ?? 'statement').toLowerCase();
}
