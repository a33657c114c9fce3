import { join } from 'node:path';
import {
  ATTRIBUTES,
  findTraceOf,
  readSpans,
  treeOf,
  type SpanRecord,
  type TraceNode,
  type TraceTree,
} from '@trimtab/telemetry';
import { toJson, type Output } from '../output.js';

/** Where `trimtab dev` keeps the spans of its processes, inside its data folder. */
export function spanFolderOf(dataFolder: string): string {
  return join(dataFolder, 'spans');
}

/** Which trace, from which folder of spans. */
export interface TraceTarget {
  readonly spanFolder: string;
  /** A rebalance, or a trace of 32 hex digits. */
  readonly id: string;
}

const TRACE_ID = /^[0-9a-f]{32}$/;

/**
 * Draws the trace of a rebalance as a tree: one line for each span, with its time after the start and
 * its duration in milliseconds. Needs no server: it reads what was kept on this machine.
 *
 * @returns the exit code: 0 when the trace is one connected tree, 1 when it is not, or not there
 */
export async function runTrace({ spanFolder, id }: TraceTarget, output: Output): Promise<number> {
  const traceId = TRACE_ID.test(id)
    ? id
    : await findTraceOf(spanFolder, ATTRIBUTES.rebalanceId, id);
  const spans = traceId === undefined ? [] : await readSpans(spanFolder, traceId);
  if (traceId === undefined || spans.length === 0) {
    throw new Error(`no span in ${spanFolder} belongs to ${id}`);
  }
  const tree = treeOf(spans);
  const isConnected = tree.roots.length === 1 && tree.orphans.length === 0;
  if (output.json) output.line(toJson({ traceId, isConnected, spans }));
  else for (const line of drawTrace(traceId, tree)) output.line(line);
  return isConnected ? 0 : 1;
}

/** The lines of a trace. */
export function drawTrace(traceId: string, tree: TraceTree): readonly string[] {
  const tops = [...tree.roots, ...tree.orphans];
  const startMs = Math.min(...tops.map(({ span }) => span.startMs));
  const rows = tops.flatMap((node) => rowsOf(node, '', ''));
  const width = Math.max(...rows.map(({ label }) => label.length));
  const lines = rows.map(({ label, span }) =>
    `${label.padEnd(width)}  ${timesOf(span, startMs)}${notesOf(span)}`.trimEnd(),
  );
  const processes = new Set(rows.map(({ span }) => span.process));
  const count = `${rows.length} spans of ${[...processes].sort().join(', ')}`;
  const orphans = tree.orphans.length === 0 ? '' : `, ${tree.orphans.length} without their parent`;
  return [`trace ${traceId}`, ...lines, `${count}${orphans}`];
}

interface Row {
  readonly label: string;
  readonly span: SpanRecord;
}

function rowsOf({ span, children }: TraceNode, lead: string, below: string): readonly Row[] {
  return [
    { label: `${lead}${span.name}`, span },
    ...children.flatMap((child, place) =>
      place === children.length - 1
        ? rowsOf(child, `${below}└─ `, `${below}   `)
        : rowsOf(child, `${below}├─ `, `${below}│  `),
    ),
  ];
}

function timesOf({ startMs, end }: SpanRecord, traceStartMs: number): string {
  const start = `+${(startMs - traceStartMs).toFixed(1)} ms`.padStart(12);
  const duration = end === undefined ? 'not ended' : `${end.durationMs.toFixed(1)} ms`;
  return `${start} ${duration.padStart(11)}`;
}

/** What tells spans of one name apart, and what went wrong. */
function notesOf({ end }: SpanRecord): string {
  if (end === undefined) return '';
  const { attributes, links, error } = end;
  const action = attributes[ATTRIBUTES.actionIndex];
  const deliveries = attributes[ATTRIBUTES.messageDeliveryCount];
  const notes = [
    ...(typeof action === 'number' ? [`action ${action}`] : []),
    ...(typeof deliveries === 'number' && deliveries > 1 ? [`delivery ${deliveries}`] : []),
    ...(links.length > 0 ? [`${links.length} linked`] : []),
    ...(error === undefined ? [] : [`FAILED ${error}`]),
  ];
  return notes.length === 0 ? '' : `  ${notes.join(', ')}`;
}
