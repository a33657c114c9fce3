import { status } from '@grpc/grpc-js';
import { SpanStatusCode, type Attributes, type Span } from '@opentelemetry/api';
import { METRICS, record, secondsSince } from '@trimtab/telemetry';

/** Span names and attributes of a call, by the semantic conventions for RPC. */

/** `trimtab.oracle.v1.OracleService/GetPrice`. */
export function rpcName(path: string): string {
  return path.startsWith('/') ? path.slice(1) : path;
}

/** The attributes that are known when a call starts. */
export function rpcAttributes(path: string): Attributes {
  return { 'rpc.system.name': 'grpc', 'rpc.method': rpcName(path) };
}

/** Codes that are a failure of the server itself; the others are an answer. */
const SERVER_FAILURES: ReadonlySet<number> = new Set([
  status.UNKNOWN,
  status.DEADLINE_EXCEEDED,
  status.UNIMPLEMENTED,
  status.INTERNAL,
  status.UNAVAILABLE,
  status.DATA_LOSS,
]);

/** Notes the code of an answer: `OK`, `NOT_FOUND`. */
export function setRpcCode(span: Span, code: status): void {
  span.setAttribute('rpc.response.status_code', status[code]);
}

/** Marks a server span as failed when the code is a failure of the server. */
export function markServerFailure(span: Span, code: status): void {
  if (!SERVER_FAILURES.has(code)) return;
  span.setAttribute('error.type', status[code]);
  span.setStatus({ code: SpanStatusCode.ERROR, message: status[code] });
}

/** Records how long a call took and how it ended: rate, errors and duration of its method. */
export function recordCall(
  side: 'server' | 'client',
  path: string,
  code: status,
  startedMs: number,
): void {
  const metric = side === 'server' ? METRICS.rpcServerDuration : METRICS.rpcClientDuration;
  record(metric, secondsSince(startedMs), {
    ...rpcAttributes(path),
    'rpc.response.status_code': status[code],
    ...(SERVER_FAILURES.has(code) && { 'error.type': status[code] }),
  });
}
