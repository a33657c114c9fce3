import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { isDefect, problemOf } from './problem.js';
import { openEventStream, type ServerEvent } from './event-stream.js';
import { pathOf, traceIdOf } from './request-span.js';
import type { RestCall } from './route.js';

/** A stream of a service, to be relayed. */
export interface EventSource<T> {
  open(signal: AbortSignal): AsyncIterable<T>;
  toEvent(message: T): ServerEvent;
}

/** What every stream of events has in common. */
export interface RelaySettings {
  readonly heartbeatMs: number;
  /** Aborted when the gateway stops: callers come back to another one. */
  readonly stopping: AbortSignal;
  readonly onDefect: (error: unknown) => void;
}

/** A stream that is refused is refused at once; one that is silent for this long is open. */
const REFUSAL_GRACE_MS = 250;

/**
 * Relays a stream of a service as server-sent events. A refusal before the first event is an ordinary
 * answer; one that comes later is an event `error` with the problem, and the end.
 */
export async function relayEvents<T>(
  source: EventSource<T>,
  call: RestCall,
  reply: FastifyReply,
  settings: RelaySettings,
): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([call.signal, settings.stopping, stop.signal]);
  const messages = source.open(signal)[Symbol.asyncIterator]();
  let first: Promise<IteratorResult<T, unknown>> | undefined = messages.next();
  try {
    await Promise.race([first, pause(REFUSAL_GRACE_MS)]);
    reply.hijack();
    const stream = openEventStream(reply.raw, { heartbeatMs: settings.heartbeatMs, signal });
    try {
      for (;;) {
        const next: IteratorResult<T, unknown> = await (first ?? messages.next());
        first = undefined;
        if (next.done === true) break;
        await stream.send(source.toEvent(next.value));
      }
    } catch (error) {
      if (!signal.aborted) await stream.send(errorEvent(error, call, settings));
    } finally {
      stream.end();
    }
  } finally {
    stop.abort();
    first?.catch(() => undefined);
    messages.return?.().catch(() => undefined);
  }
}

function errorEvent(error: unknown, call: RestCall, settings: RelaySettings): ServerEvent {
  if (isDefect(error)) settings.onDefect(error);
  const { problem } = problemOf(error, {
    instance: pathOf(call.request),
    traceId: traceIdOf(call.request),
    conditional: false,
  });
  return { name: 'error', data: JSON.stringify(problem) };
}
