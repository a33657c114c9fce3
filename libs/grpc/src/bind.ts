import type { Server, ServerCredentials } from '@grpc/grpc-js';

/** Listens on `host:port` and answers with the address that was bound. */
export function bind(
  server: Server,
  address: string,
  credentials: ServerCredentials,
): Promise<string> {
  const host = address.slice(0, address.lastIndexOf(':'));
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (cause, port) => {
      if (cause === null) resolve(`${host}:${port}`);
      else reject(new Error(`cannot listen on ${address}: ${cause.message}`, { cause }));
    });
  });
}
