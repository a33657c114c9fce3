import type { SpanRecord } from './span-record.js';

/** A span with those that it is the parent of, by their start. */
export interface TraceNode {
  readonly span: SpanRecord;
  readonly children: readonly TraceNode[];
}

/** The spans of one trace as they hang together. */
export interface TraceTree {
  /** Spans without a parent; a connected trace has one. */
  readonly roots: readonly TraceNode[];
  /** Spans whose parent is not among the spans; a connected trace has none. */
  readonly orphans: readonly TraceNode[];
}

/** Hangs the spans of one trace together by their parents. */
export function treeOf(spans: readonly SpanRecord[]): TraceTree {
  const ids = new Set(spans.map((span) => span.spanId));
  const byParent = new Map<string, SpanRecord[]>();
  const tops: SpanRecord[] = [];
  for (const span of [...spans].sort(inOrder)) {
    const parent = span.parentSpanId;
    if (parent === undefined || !ids.has(parent)) {
      tops.push(span);
      continue;
    }
    const siblings = byParent.get(parent);
    if (siblings === undefined) byParent.set(parent, [span]);
    else siblings.push(span);
  }
  const nodeOf = (span: SpanRecord): TraceNode => ({
    span,
    children: (byParent.get(span.spanId) ?? []).map(nodeOf),
  });
  return {
    roots: tops.filter((span) => span.parentSpanId === undefined).map(nodeOf),
    orphans: tops.filter((span) => span.parentSpanId !== undefined).map(nodeOf),
  };
}

/** Every edge of a tree as `parent → child`; a root's parent is `(root)`. */
export function edgesOf(tree: TraceTree): ReadonlySet<string> {
  const edges = new Set<string>();
  const walk = (parent: string, node: TraceNode): void => {
    edges.add(`${parent} → ${node.span.name}`);
    for (const child of node.children) walk(node.span.name, child);
  };
  for (const root of tree.roots) walk('(root)', root);
  for (const orphan of tree.orphans) walk('(orphan)', orphan);
  return edges;
}

function inOrder(a: SpanRecord, b: SpanRecord): number {
  return a.startMs - b.startMs || (a.spanId < b.spanId ? -1 : 1);
}
