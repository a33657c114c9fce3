import { isSpanContextValid, trace } from '@opentelemetry/api';
import { destination, pino, stdTimeFunctions } from 'pino';
import { redactFields, redactText } from './redact.js';

/** Writes log lines: a stable message, and fields for everything variable. */
export interface Logger {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
  /** A logger that adds these fields to each of its lines. */
  child(fields: Readonly<Record<string, unknown>>): Logger;
}

/** How a logger writes. */
export interface LoggerOptions {
  /** Name of the service, in each line. */
  readonly service: string;
  /** Least level that is written: debug, info, warn, error or silent. */
  readonly level: string;
  /** Where to: standard output (default), standard error (command line), or a sink of a test. */
  readonly output?: 'stdout' | 'stderr' | { write(line: string): void };
}

/**
 * Logs JSON lines with time, level, service and the ids of the active span. Secrets are taken out
 * of fields and messages before anything is written.
 */
export function createLogger(options: LoggerOptions): Logger {
  const output = options.output ?? 'stdout';
  const sink =
    typeof output === 'object'
      ? output
      : destination({ fd: output === 'stdout' ? 1 : 2, sync: true });
  const lines = {
    write: (line: string): void => {
      sink.write(oneLine(line));
    },
  };
  const root = pino(
    {
      level: options.level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: activeSpanIds,
    },
    lines,
  );
  return wrap(root, { service: options.service });
}

/** A logger that writes nothing; for tests and for callers that do not care. */
export function silentLogger(): Logger {
  const logger: Logger = {
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: nothing,
    child: () => logger,
  };
  return logger;
}

/** A field of a child takes the place of its parent's: each name is in a line once. */
function wrap(root: pino.Logger, fields: Readonly<Record<string, unknown>>): Logger {
  const target = root.child(fields);
  const write =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (own: Readonly<Record<string, unknown>>, message: string): void => {
      if (target.isLevelEnabled(level)) target[level](fieldsOf(own), redactText(message));
    };
  return {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: (more) => wrap(root, { ...fields, ...fieldsOf(more) }),
  };
}

/** Keys that the logger writes itself: a field of such a name must not pass for the real one. */
const OWN_KEYS: ReadonlySet<string> = new Set(['level', 'time', 'msg', 'span_id']);

function fieldsOf(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const safe = redactFields(fields);
  if (!Object.keys(safe).some((key) => OWN_KEYS.has(key))) return safe;
  return Object.fromEntries(
    Object.entries(safe).map(([key, value]) => [OWN_KEYS.has(key) ? `field.${key}` : key, value]),
  );
}

/** JSON leaves these as they are, and some readers end a line or obey a terminal at them. */
const LINE_ENDS_OF_OTHERS = /[\u007f-\u009f\u2028\u2029]/g;

/** The same JSON on one line for every reader. */
function oneLine(line: string): string {
  return line.replace(
    LINE_ENDS_OF_OTHERS,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function activeSpanIds(): Record<string, string> {
  const span = trace.getActiveSpan()?.spanContext();
  if (span === undefined || !isSpanContextValid(span)) return {};
  return { trace_id: span.traceId, span_id: span.spanId };
}

function nothing(): void {
  // Nothing is written.
}
