import { Metadata, status, type ServerUnaryCall, type ServerWritableStream } from '@grpc/grpc-js';
import { SpanKind, type Span } from '@opentelemetry/api';
import { domainError, refuse } from '@trimtab/core';
import type { InFlight } from '@trimtab/lifecycle';
import { ATTRIBUTES, extractTrace, inSpan, tracer, type Logger } from '@trimtab/telemetry';
import type { Authenticator } from './authenticator.js';
import type { CallContext } from './call-context.js';
import { CallCancelled, createCallScope, type CallScope } from './call-scope.js';
import { isServiceCaller, type Caller } from './caller.js';
import { checkSize, limitBytes } from './message-limit.js';
import { decodeRequest } from './received.js';
import { recheckToken } from './recheck-token.js';
import { markServerFailure, recordCall, rpcAttributes, rpcName, setRpcCode } from './rpc-span.js';
import { applyRule, type Rule } from './rule.js';
import type { BoundMethod, ErasedHandler } from './service-binding.js';
import { isDefect, toStatus, type FailedStatus } from './to-status.js';

/** What every call of a server needs. */
export interface CallEnvironment {
  readonly authenticator: Authenticator;
  readonly logger: Logger;
  readonly inFlight: InFlight;
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal;
  /** How often the token of an open stream is looked at again, in milliseconds. */
  readonly tokenRecheckMs: number;
}

/** A call of the gRPC library whose request is still bytes. */
export type RawCall = ServerUnaryCall<Buffer, unknown> | ServerWritableStream<Buffer, unknown>;

/** A method with its rule present: what a server serves. */
export type ServedMethod = BoundMethod & { readonly rule: Rule };

/** Gets the handler's result to the client; a thrown error is the answer. */
export type Deliver = (
  handler: ErasedHandler,
  request: unknown,
  context: CallContext,
) => Promise<void>;

/** A unary call without a deadline gets this one (rpc rules, deadlines). */
const DEFAULT_DEADLINE_MS = 10_000;

/**
 * Serves one call: span with the caller's trace as parent, deadline, token, rule, size, decoding,
 * handler, and one log line. Returns the failed status to answer, or undefined when it was delivered.
 */
export async function serveCall(
  environment: CallEnvironment,
  method: ServedMethod,
  call: RawCall,
  deliver: Deliver,
): Promise<FailedStatus | undefined> {
  const { path } = method.definition;
  const parent = extractTrace((key) => textOf(call.metadata, key));
  const startedMs = performance.now();
  const scope = scopeOf(environment, method, call);
  const options = { kind: SpanKind.SERVER, attributes: rpcAttributes(path), parent };
  try {
    return await inSpan(tracer('@trimtab/grpc'), rpcName(path), options, async (span) => {
      const log = environment.logger.child({ method: rpcName(path) });
      const report: Report = { span, log, path, startedMs, caller: undefined };
      try {
        await admit(environment, method, call, { scope, report, deliver });
        finish(report, undefined, undefined);
        return undefined;
      } catch (error) {
        const failed = error instanceof CallCancelled ? CANCELLED : toStatus(error);
        finish(report, failed, error);
        return failed;
      }
    });
  } finally {
    scope.close();
  }
}

const CANCELLED: FailedStatus = {
  code: status.CANCELLED,
  details: 'the client cancelled',
  metadata: new Metadata(),
  reason: 'CANCELLED',
};

interface Admission {
  readonly scope: CallScope;
  readonly report: Report;
  readonly deliver: Deliver;
}

async function admit(
  environment: CallEnvironment,
  method: ServedMethod,
  call: RawCall,
  admission: Admission,
): Promise<void> {
  const { scope, report, deliver } = admission;
  const { authenticator } = environment;
  const token = tokenOf(call.metadata);
  const caller = token === undefined ? undefined : await authenticator.authenticate(token);
  report.caller = caller;
  applyRule(method.rule, caller, method.name);
  const fromService = caller !== undefined && isServiceCaller(caller);
  checkSize(call.request.byteLength, limitBytes(method.limit, fromService), method.name);
  const { handler } = method;
  if (handler === undefined) refuseUnimplemented(method);
  const request = decodeRequest(method.definition, call.request);
  const { signal, deadline } = scope;
  const end =
    token !== undefined && method.definition.responseStream
      ? recheckToken({
          authenticator,
          token,
          everyMs: environment.tokenRecheckMs,
          refused: (refusal) => scope.abort(refusal),
        })
      : undefined;
  try {
    await deliver(handler, request, { caller, signal, deadline, log: report.log });
  } finally {
    end?.();
  }
}

/** @throws DomainFailure UNAUTHENTICATED when there is an authorization that is no bearer token */
function tokenOf(metadata: Metadata): string | undefined {
  const header = textOf(metadata, 'authorization');
  if (header === undefined) return undefined;
  const token = /^Bearer ([^\s]+)$/i.exec(header)?.[1];
  if (token === undefined) {
    refuse(
      domainError('UNAUTHENTICATED', 'UNAUTHENTICATED', 'authorization must be "Bearer <token>"'),
    );
  }
  return token;
}

function refuseUnimplemented(method: ServedMethod): never {
  const name = rpcName(method.definition.path);
  refuse(
    domainError('UNIMPLEMENTED', 'METHOD_UNIMPLEMENTED', `${name} is not served in this version`, {
      method: name,
    }),
  );
}

function scopeOf(environment: CallEnvironment, method: ServedMethod, call: RawCall): CallScope {
  const asked = call.getDeadline();
  const askedMs = asked instanceof Date ? asked.getTime() : asked;
  const isStream = method.definition.responseStream;
  const unaskedMs = isStream ? undefined : Date.now() + DEFAULT_DEADLINE_MS;
  return createCallScope({
    call,
    deadlineMs: Number.isFinite(askedMs) ? askedMs : unaskedMs,
    stopping: isStream ? environment.stopping : undefined,
  });
}

interface Report {
  readonly span: Span;
  readonly log: Logger;
  readonly path: string;
  readonly startedMs: number;
  caller: Caller | undefined;
}

function finish(report: Report, failed: FailedStatus | undefined, error: unknown): void {
  const { span, log, caller } = report;
  const code = failed?.code ?? status.OK;
  setRpcCode(span, code);
  markServerFailure(span, code);
  recordCall('server', report.path, code, report.startedMs);
  if (failed !== undefined) span.setAttribute(ATTRIBUTES.errorReason, failed.reason);
  if (caller?.actor !== undefined) span.setAttribute(ATTRIBUTES.callerActor, caller.actor);
  const fields = {
    code: status[code],
    durationMs: Math.round(performance.now() - report.startedMs),
    ...(caller === undefined ? {} : { subject: caller.subject }),
    ...(caller?.actor === undefined ? {} : { actor: caller.actor }),
    ...(failed === undefined ? {} : { reason: failed.reason, detail: failed.details }),
  };
  if (code === status.INTERNAL && isDefect(error)) log.error({ ...fields, error }, 'call failed');
  else log.info(fields, 'call answered');
}

function textOf(metadata: Metadata, key: string): string | undefined {
  const [value] = metadata.get(key);
  return typeof value === 'string' ? value : undefined;
}
