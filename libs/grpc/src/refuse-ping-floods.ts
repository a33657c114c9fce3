import { EventEmitter } from 'node:events';
import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { Server } from '@grpc/grpc-js';
import { invariant } from '@trimtab/core';

/** Keepalive abuse (rpc rules, limits). The gRPC library answers every ping, so we count them. */

/** Idle connections may ping this often; clients clamp their keepalive to 10 s, one second is slack. */
const MIN_INTERVAL_MS = 9000;
/** So many pings too early are forgiven, as other gRPC servers do. */
const MAX_STRIKES = 2;
/** Clients measure the bandwidth of busy connections with pings; a flood is far above that. */
const MAX_BUSY_PER_SECOND = 2000;

/**
 * Closes connections that ping too often with ENHANCE_YOUR_CALM "too_many_pings". Call it once the
 * server is bound.
 *
 * @throws InvariantViolation when the gRPC library keeps its listeners in another place
 */
export function refusePingFloods(server: Server): void {
  const listeners: unknown = Reflect.get(server, 'http2Servers');
  invariant(listeners instanceof Map && listeners.size > 0, 'grpc-js has bound HTTP/2 servers');
  for (const listener of listeners.keys()) {
    invariant(listener instanceof EventEmitter, 'a bound HTTP/2 server emits sessions');
    listener.on('session', watch);
  }
}

function watch(session: ServerHttp2Session): void {
  const pings = createPingCounter();
  session.on('stream', (stream: ServerHttp2Stream) => {
    pings.opened();
    stream.once('close', () => pings.closed());
  });
  session.on('ping', () => {
    if (pings.isFlood(performance.now())) {
      session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 0, Buffer.from('too_many_pings'));
      session.destroy();
    }
  });
}

/** Counts the pings of one connection. */
export interface PingCounter {
  /** A call starts. */
  opened(): void;
  /** A call ends. */
  closed(): void;
  /** Notes a ping; true when it is one too many. */
  isFlood(nowMs: number): boolean;
}

/** Creates a counter; time is given in milliseconds from any start. */
export function createPingCounter(): PingCounter {
  let openCount = 0;
  let strikeCount = 0;
  let lastMs = -Infinity;
  let secondStartMs = -Infinity;
  let busyCount = 0;
  return {
    opened: () => {
      openCount += 1;
      strikeCount = 0;
    },
    closed: () => {
      openCount -= 1;
    },
    isFlood: (nowMs) => {
      const sinceLastMs = nowMs - lastMs;
      lastMs = nowMs;
      if (nowMs - secondStartMs >= 1000) {
        secondStartMs = nowMs;
        busyCount = 0;
      }
      busyCount += 1;
      if (openCount > 0) return busyCount > MAX_BUSY_PER_SECOND;
      if (sinceLastMs < MIN_INTERVAL_MS) strikeCount += 1;
      return strikeCount > MAX_STRIKES;
    },
  };
}
