/** How a span is kept in a file, one JSON line when it starts and one when it ends. */

/** The line of a span that has started. */
export interface StartedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** INTERNAL, SERVER, CLIENT, PRODUCER or CONSUMER. */
  readonly kind: string;
  /** Milliseconds since 1970. */
  readonly startMs: number;
  /** The process that made it. */
  readonly process: string;
}

/** The line of a span that has ended. */
export interface EndedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly durationMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** What the span refers to besides its parent, as `traceId/spanId`. */
  readonly links: readonly string[];
  /** What failed; absent for a span that did not. */
  readonly error?: string;
}

/** A span as it was read: without an end its process was ended before it, or it still runs. */
export interface SpanRecord extends StartedSpan {
  readonly end?: EndedSpan;
}
