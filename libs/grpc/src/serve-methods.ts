import { once } from 'node:events';
import type {
  ServerUnaryCall,
  ServerWritableStream,
  UntypedHandleCall,
  sendUnaryData,
} from '@grpc/grpc-js';
import { untilAborted } from './call-scope.js';
import { encodeResponse } from './received.js';
import { serveCall, type CallEnvironment, type Deliver, type ServedMethod } from './serve-call.js';
import type { ErasedHandler } from './service-binding.js';

/** Serves one method of a binding; a drain waits for unary calls. */
export function serveMethod(environment: CallEnvironment, method: ServedMethod): UntypedHandleCall {
  if (method.definition.responseStream) {
    return (call: ServerWritableStream<Buffer, unknown>): void => {
      void serveStream(environment, method, call);
    };
  }
  return (call: ServerUnaryCall<Buffer, unknown>, callback: sendUnaryData<unknown>): void => {
    void serveUnary(environment, method, call, callback);
  };
}

async function serveUnary(
  environment: CallEnvironment,
  method: ServedMethod,
  call: ServerUnaryCall<Buffer, unknown>,
  callback: sendUnaryData<unknown>,
): Promise<void> {
  let response: Buffer | undefined;
  const deliver: Deliver = async (handler, request, context) => {
    // Work that outlives its deadline still counts: a stop waits for it.
    const end = environment.inFlight.begin();
    const work = resultOf(handler, request, context).finally(end);
    response = encodeResponse(method.definition, await untilAborted(work, context.signal));
  };
  const end = environment.inFlight.begin();
  try {
    const failed = await serveCall(environment, method, call, deliver);
    if (failed === undefined) callback(null, response);
    else callback(failed);
  } finally {
    end();
  }
}

/** A handler that throws before its first await is a failed call like any other. */
async function resultOf(...[handler, request, context]: Parameters<Deliver>): Promise<unknown> {
  return handler(request, context);
}

async function serveStream(
  environment: CallEnvironment,
  method: ServedMethod,
  call: ServerWritableStream<Buffer, unknown>,
): Promise<void> {
  const deliver: Deliver = async (handler, request, context) => {
    const messages = iterableOf(handler, request, context)[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await untilAborted(messages.next(), context.signal);
        if (next.done === true) return;
        if (!call.write(encodeResponse(method.definition, next.value)))
          await untilAborted(once(call, 'drain'), context.signal);
      }
    } finally {
      // A source that is waiting ends by its signal; waiting for it here would hold the answer back.
      void Promise.resolve(messages.return?.()).catch(() => undefined);
    }
  };
  const failed = await serveCall(environment, method, call, deliver);
  if (failed === undefined) call.end();
  else call.emit('error', failed);
}

function iterableOf(...[handler, request, context]: Parameters<Deliver>): AsyncIterable<unknown> {
  return handler(request, context) as Exclude<ReturnType<ErasedHandler>, Promise<unknown>>;
}
