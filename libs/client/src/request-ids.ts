import { randomUUID } from 'node:crypto';
import type {
  MethodShape,
  RequestOf,
  ResponseOf,
  ServiceClient,
  ServiceShape,
} from '@trimtab/grpc';
import type { CallOptions } from '@trimtab/grpc';

/** A request whose absent top-level fields take their proto defaults. */
export type PartialRequest<M extends MethodShape> = Partial<RequestOf<M>>;

/** The methods of a service, with requests that may leave fields out. */
export type FilledClient<D extends ServiceShape> = {
  readonly [K in keyof D & string]: D[K] extends { readonly responseStream: true }
    ? (request?: PartialRequest<D[K]>, options?: CallOptions) => AsyncIterable<ResponseOf<D[K]>>
    : (request?: PartialRequest<D[K]>, options?: CallOptions) => Promise<ResponseOf<D[K]>>;
} & { close(): void };

type AnyMethod = (request: object, options?: CallOptions) => unknown;

/**
 * Completes each request: absent fields take their defaults, and a method that knows `request_id` is
 * given a fresh one where the caller stated none, so that a retry of the call has one effect.
 */
export function withRequestIds<D extends ServiceShape>(
  definition: D,
  client: ServiceClient<D>,
): FilledClient<D> {
  const methods = Object.entries<MethodShape>(definition).map(([key, method]) => {
    const call = (client as unknown as Readonly<Record<string, AnyMethod>>)[key];
    const filled = (request: object = {}, options?: CallOptions): unknown =>
      call?.(complete(method, request), options);
    return [key, filled];
  });
  // One function for each key of the definition: exactly the mapped type.
  return {
    ...(Object.fromEntries(methods) as Omit<FilledClient<D>, 'close'>),
    close: () => client.close(),
  } as FilledClient<D>;
}

function complete(method: MethodShape, request: object): object {
  const defaults = method.requestDeserialize(Buffer.alloc(0)) as object;
  const filled: Record<string, unknown> = { ...defaults, ...request };
  if (filled['requestId'] === '') filled['requestId'] = randomUUID();
  return filled;
}
