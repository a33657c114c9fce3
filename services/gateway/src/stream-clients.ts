import { domainError, DomainFailure } from '@trimtab/core';
import type { ServiceClient, ServiceShape } from '@trimtab/grpc';

/** Clients for streams: each has a connection of its own, and no connection has more than it takes. */
export interface StreamClients<D extends ServiceShape> {
  /**
   * A client with room for one more stream; `release` gives the room back.
   *
   * @throws DomainFailure UNAVAILABLE when every stream that is allowed is open
   */
  take(): { readonly client: ServiceClient<D>; release(): void };
  close(): void;
}

/** A server takes 100 streams on a connection; further ones would wait without a word. */
export const STREAMS_PER_CONNECTION = 80;
const FULL_RETRY_MILLIS = 5_000;

/** Creates the pool; it opens a connection when the others are full. */
export function createStreamClients<D extends ServiceShape>(
  maxStreams: number,
  open: () => ServiceClient<D>,
): StreamClients<D> {
  const connections: { readonly client: ServiceClient<D>; count: number }[] = [];
  let total = 0;
  return {
    take: () => {
      if (total >= maxStreams) throw full(maxStreams);
      let connection = connections.find(({ count }) => count < STREAMS_PER_CONNECTION);
      if (connection === undefined) {
        connection = { client: open(), count: 0 };
        connections.push(connection);
      }
      const taken = connection;
      taken.count += 1;
      total += 1;
      let held = true;
      return {
        client: taken.client,
        release: () => {
          if (!held) return;
          held = false;
          taken.count -= 1;
          total -= 1;
        },
      };
    },
    close: () => {
      for (const { client } of connections.splice(0)) client.close();
    },
  };
}

function full(maxStreams: number): DomainFailure {
  const message = `${maxStreams} event streams are open, no more are served`;
  return new DomainFailure({
    ...domainError('UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE', message),
    retryAfterMillis: FULL_RETRY_MILLIS,
  });
}
