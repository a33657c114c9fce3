import type { ChannelCredentials } from '@grpc/grpc-js';
import type { CallOptions } from './client-call.js';
import type { MethodShape, RequestOf, ResponseOf, ServiceShape } from './service-binding.js';
import { createChannel, type Channel } from './channel.js';
import { serviceActor } from './caller.js';
import { createServiceTokens } from './service-tokens.js';
import { clientCredentials, type TlsIdentity } from './tls.js';
import type { TokenIssuer } from './token-issuer.js';

/** A method of a client: a promise for unary, an async iterable for server streaming. */
export type ClientMethod<M extends MethodShape> = M extends { readonly responseStream: true }
  ? (request: RequestOf<M>, options?: CallOptions) => AsyncIterable<ResponseOf<M>>
  : (request: RequestOf<M>, options?: CallOptions) => Promise<ResponseOf<M>>;

/**
 * A typed client: the methods by their ts-proto name (`getPrice`), and `close`. A refusal of the
 * server is thrown as DomainFailure with its reason; anything else as RemoteFailure.
 */
export type ServiceClient<D extends ServiceShape> = {
  readonly [K in keyof D & string]: ClientMethod<D[K]>;
} & { close(): void };

/** How one of our services calls another. */
export interface ServiceClientOptions<D extends ServiceShape> {
  readonly definition: D;
  /** `host:port`, or a function when it is known only after a start. */
  readonly address: string | (() => string);
  /** Name of the calling service: the token's actor is `service:<name>`. */
  readonly serviceName: string;
  readonly issuer: TokenIssuer;
  /** Deadline of a unary call that is given none, in milliseconds. */
  readonly defaultDeadlineMs: number;
  /** Mutual TLS; absent: plain text. */
  readonly tls?: TlsIdentity | undefined;
}

/**
 * A client for calls between services. Each call carries a signed token with the caller's subject and
 * scopes and this service as actor; without a caller the service is its own subject.
 */
export function createServiceClient<D extends ServiceShape>(
  options: ServiceClientOptions<D>,
): ServiceClient<D> {
  const tokens = createServiceTokens(options.issuer, serviceActor(options.serviceName));
  return createClient(options.definition, {
    address: options.address,
    defaultDeadlineMs: options.defaultDeadlineMs,
    token: (call) => tokens.tokenFor(call.caller),
    credentials: clientCredentials(options.tls),
  });
}

/** How a user, a command or a test calls a service. */
export interface UserClientOptions<D extends ServiceShape> {
  readonly definition: D;
  readonly address: string | (() => string);
  /** The bearer token; absent: calls carry none. */
  readonly token?: string | (() => Promise<string>);
  /** 10 000 by default. */
  readonly defaultDeadlineMs?: number;
  /** TLS or plain text, as grpc-js makes them; plain text unless given. */
  readonly credentials?: ChannelCredentials | undefined;
  /** True: a connection that no other client of the process shares, for its limit of 100 streams. */
  readonly ownConnection?: boolean | undefined;
}

/** A client with a fixed bearer token; a call can bring its own. */
export function createUserClient<D extends ServiceShape>(
  options: UserClientOptions<D>,
): ServiceClient<D> {
  const { token } = options;
  return createClient(options.definition, {
    address: options.address,
    defaultDeadlineMs: options.defaultDeadlineMs ?? 10_000,
    token: async (call) => call.token ?? (typeof token === 'function' ? token() : token),
    credentials: options.credentials,
    ownConnection: options.ownConnection,
  });
}

interface ClientSettings {
  readonly address: string | (() => string);
  readonly defaultDeadlineMs: number;
  readonly token: (options: CallOptions) => Promise<string | undefined>;
  readonly credentials?: ChannelCredentials | undefined;
  readonly ownConnection?: boolean | undefined;
}

function createClient<D extends ServiceShape>(
  definition: D,
  settings: ClientSettings,
): ServiceClient<D> {
  let channel: Channel | undefined;
  const connected = (): Channel => (channel ??= createChannel(settings));
  const methods = Object.entries<MethodShape>(definition).map(([key, method]) => [
    key,
    method.responseStream
      ? (request: never, options: CallOptions = {}) => connected().stream(method, request, options)
      : (request: never, options: CallOptions = {}) => connected().unary(method, request, options),
  ]);
  // The entries above are exactly the mapped type: one function for each key of the definition.
  return {
    ...(Object.fromEntries(methods) as Omit<ServiceClient<D>, 'close'>),
    close: () => {
      channel?.close();
      channel = undefined;
    },
  } as ServiceClient<D>;
}
