import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/** A message of a stream of server-sent events. */
export interface ServerEvent {
  /** Where to resume; absent for what is no message of the stream. */
  readonly id?: string;
  readonly name: string;
  /** JSON on one line. */
  readonly data: string;
}

/** How a stream of events is kept up. */
export interface EventStreamOptions {
  readonly heartbeatMs: number;
  /** Aborted when the caller leaves or the gateway stops. */
  readonly signal: AbortSignal;
}

/** Events on their way to one caller. */
export interface EventStream {
  /** Resolves when there is room for the next one: a slow caller slows its service down. */
  send(event: ServerEvent): Promise<void>;
  end(): void;
}

/** A caller that takes nothing for this long has gone without a word. */
const STALL_MS = 60_000;
const RETRY_MS = 2_000;

/** Opens a stream of server-sent events on a connection that the framework has handed over. */
export function openEventStream(
  response: ServerResponse,
  { heartbeatMs, signal }: EventStreamOptions,
): EventStream {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.write(`retry: ${RETRY_MS}\n\n`);
  const heartbeat = setInterval(() => {
    // What cannot be written now shows by itself that the connection lives.
    if (!response.writableNeedDrain) response.write(': heartbeat\n\n');
  }, heartbeatMs);
  const end = (): void => {
    clearInterval(heartbeat);
    if (!response.writableEnded) response.end();
  };
  response.once('close', () => clearInterval(heartbeat));
  return {
    send: async (event) => {
      if (response.write(frame(event))) return;
      const limit = AbortSignal.any([signal, AbortSignal.timeout(STALL_MS)]);
      await once(response, 'drain', { signal: limit });
    },
    end,
  };
}

/** The text of an event. */
export function frame({ id, name, data }: ServerEvent): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${data}\n\n`;
}
