import {
  Client,
  credentials,
  status,
  type ChannelCredentials,
  type ClientReadableStream,
  type ServiceError,
} from '@grpc/grpc-js';
import { SpanKind, context, trace, type Span, type Tracer } from '@opentelemetry/api';
import { inSpan, recordFailure, tracer } from '@trimtab/telemetry';
import { callMetadata, refuseIfLate, unaryDeadline, type CallOptions } from './client-call.js';
import { fromStatus, isServiceError } from './from-status.js';
import { INTERNAL_LIMIT_BYTES } from './message-limit.js';
import { retryUnavailable } from './retry.js';
import { recordCall, rpcAttributes, rpcName, setRpcCode } from './rpc-span.js';
import type { MethodShape } from './service-binding.js';

/** Calls over one connection (or one for each address behind a name, in turn). */
export interface Channel {
  unary(method: MethodShape, request: never, options: CallOptions): Promise<unknown>;
  stream(method: MethodShape, request: never, options: CallOptions): AsyncIterable<unknown>;
  close(): void;
}

/** Where a channel leads and what its calls carry. */
export interface ChannelOptions {
  readonly address: string | (() => string);
  readonly defaultDeadlineMs: number;
  readonly token: (options: CallOptions) => Promise<string | undefined>;
  /** Plain text unless given. */
  readonly credentials?: ChannelCredentials | undefined;
  /** Whether the connection is shared with no other channel of the process. */
  readonly ownConnection?: boolean | undefined;
}

const CLIENT_OPTIONS = {
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
  'grpc.max_receive_message_length': INTERNAL_LIMIT_BYTES,
  'grpc.max_send_message_length': INTERNAL_LIMIT_BYTES,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.min_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 5000,
  // Retries are ours: only on UNAVAILABLE, with the delay that the server asks for.
  'grpc.enable_retries': 0,
};

/** Opens a channel. It connects at the first call and again whenever the connection is lost. */
export function createChannel(options: ChannelOptions): Channel {
  const { address } = options;
  const client = new Client(
    typeof address === 'string' ? address : address(),
    options.credentials ?? credentials.createInsecure(),
    options.ownConnection === true
      ? { ...CLIENT_OPTIONS, 'grpc.use_local_subchannel_pool': 1 }
      : CLIENT_OPTIONS,
  );
  const spans = tracer('@trimtab/grpc');
  return {
    unary: (method, request, call) => {
      const deadline = unaryDeadline(call, options.defaultDeadlineMs);
      const kind = SpanKind.CLIENT;
      const attributes = rpcAttributes(method.path);
      return inSpan(spans, rpcName(method.path), { kind, attributes }, (span) =>
        retryUnavailable({ deadline, signal: call.signal }, async () => {
          refuseIfLate(deadline, method.path);
          const token = await options.token(call);
          return callUnary({ client, method, request, deadline, signal: call.signal, token, span });
        }),
      );
    },
    stream: (method, request, call) =>
      readStream(client, method, request, { ...call, spans, token: () => options.token(call) }),
    close: () => client.close(),
  };
}

interface UnaryCall {
  readonly client: Client;
  readonly method: MethodShape;
  readonly request: never;
  readonly deadline: Date;
  readonly signal: AbortSignal | undefined;
  readonly token: string | undefined;
  readonly span: Span;
}

function callUnary(call: UnaryCall): Promise<unknown> {
  const { client, method, request, deadline, signal, token, span } = call;
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(abortError(signal));
      return;
    }
    const running = client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      callMetadata(token),
      { deadline },
      (failure: ServiceError | null, response?: unknown) => {
        signal?.removeEventListener('abort', cancel);
        const code = failure?.code ?? status.OK;
        setRpcCode(span, code);
        recordCall('client', method.path, code, startedMs);
        if (failure === null) resolve(response);
        else
          reject(signal?.aborted === true ? abortError(signal) : fromStatus(method.path, failure));
      },
    );
    const cancel = (): void => running.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
  });
}

interface StreamOptions extends Omit<CallOptions, 'token'> {
  readonly spans: Tracer;
  readonly token: () => Promise<string | undefined>;
}

async function* readStream(
  client: Client,
  method: MethodShape,
  request: never,
  options: StreamOptions,
): AsyncGenerator {
  const { signal, deadline, spans } = options;
  signal?.throwIfAborted();
  const token = await options.token();
  const attributes = rpcAttributes(method.path);
  const span = spans.startSpan(rpcName(method.path), { kind: SpanKind.CLIENT, attributes });
  const metadata = context.with(trace.setSpan(context.active(), span), () => callMetadata(token));
  const stream: ClientReadableStream<unknown> = client.makeServerStreamRequest(
    method.path,
    method.requestSerialize,
    method.responseDeserialize,
    request,
    metadata,
    deadline === undefined ? {} : { deadline },
  );
  const cancel = (): void => stream.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    for await (const message of stream) yield message;
    setRpcCode(span, status.OK);
  } catch (error) {
    const failure = streamFailure(error, method, signal);
    recordFailure(span, failure);
    throw failure;
  } finally {
    signal?.removeEventListener('abort', cancel);
    stream.cancel();
    span.end();
  }
}

function streamFailure(
  error: unknown,
  method: MethodShape,
  signal: AbortSignal | undefined,
): unknown {
  if (signal?.aborted === true) return abortError(signal);
  return isServiceError(error) ? fromStatus(method.path, error) : error;
}

function abortError(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new Error('the call was cancelled', { cause: reason });
}
