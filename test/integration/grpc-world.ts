import { Client, Metadata, credentials, type ServiceError } from '@grpc/grpc-js';
import { OracleServiceService } from '@trimtab/contracts/oracle';
import { BadRequest, ErrorInfo, RetryInfo, Status } from '@trimtab/contracts/rpc';
import {
  AUTHENTICATED,
  bindService,
  createAuthenticator,
  createGrpcServer,
  createKeyPair,
  createServiceClient,
  createTokenIssuer,
  createUserClient,
  type Authenticator,
  type GrpcServer,
  type Handlers,
  type MessageLimit,
  type MethodName,
  type Rule,
  type ServiceClient,
  type TokenIssuer,
} from '@trimtab/grpc';
import { createLogger } from '@trimtab/telemetry';

/** The methods of the oracle, served by handlers of a test. */
export type Oracle = typeof OracleServiceService;

const METHOD_NAMES: readonly MethodName<Oracle>[] = [
  'RegisterAsset',
  'UpdateAsset',
  'ListAssets',
  'SubmitObservations',
  'ListPublishers',
  'GetPrice',
  'ListPrices',
  'TakeSnapshot',
  'GetSnapshot',
  'WatchPrices',
];

/** What a server of a test serves. */
export interface Served {
  readonly handlers: Handlers<Oracle>;
  readonly rules?: Partial<Record<MethodName<Oracle>, Rule>>;
  readonly limits?: Partial<Record<MethodName<Oracle>, MessageLimit>>;
  readonly drainTimeoutMs?: number;
  readonly tokenRecheckMs?: number;
}

/** One key pair, and servers and clients that trust it. */
export interface GrpcWorld {
  readonly authenticator: Authenticator;
  readonly issuer: TokenIssuer;
  /** Every log line that a server wrote. */
  readonly logged: Record<string, unknown>[];
  serve(served: Served): Promise<GrpcServer>;
  /** A client of the user "ada" with the scopes. */
  user(
    server: { readonly address: string },
    scopes?: readonly string[],
  ): Promise<ServiceClient<Oracle>>;
  /** A client of the service "intent". */
  service(server: { readonly address: string }): ServiceClient<Oracle>;
  token(scopes?: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

/** Creates a world; `close` stops what it started. `now` is the time that tokens are checked against. */
export async function createGrpcWorld(now: () => Date = () => new Date()): Promise<GrpcWorld> {
  const { privateKey, jwks } = await createKeyPair();
  const names = { issuer: 'test', audience: 'trimtab' };
  const authenticator = createAuthenticator({ ...names, jwks, now });
  const issuer = createTokenIssuer({ ...names, key: privateKey });
  const logged: Record<string, unknown>[] = [];
  const closing: (() => Promise<void> | void)[] = [];
  const logger = createLogger({
    service: 'test',
    level: 'info',
    output: { write: (line) => void logged.push(JSON.parse(line) as Record<string, unknown>) },
  });
  const token = (scopes: readonly string[] = []): Promise<string> =>
    issuer.issue({ subject: 'ada', scopes });
  return {
    authenticator,
    issuer,
    logged,
    token,
    serve: async (served) => {
      const server = createGrpcServer({
        name: 'oracle',
        address: '127.0.0.1:0',
        services: [bindOracle(served)],
        authenticator,
        logger,
        reflection: true,
        drainTimeoutMs: served.drainTimeoutMs ?? 1000,
        ...(served.tokenRecheckMs !== undefined && { tokenRecheckMs: served.tokenRecheckMs }),
      });
      await server.start();
      closing.push(() => server.stop());
      return server;
    },
    user: async ({ address }, scopes) => {
      const client = createUserClient({
        definition: OracleServiceService,
        address,
        token: await token(scopes),
      });
      closing.unshift(() => client.close());
      return client;
    },
    service: ({ address }) => {
      const client = createServiceClient({
        definition: OracleServiceService,
        address,
        serviceName: 'intent',
        issuer,
        defaultDeadlineMs: 5000,
      });
      closing.unshift(() => client.close());
      return client;
    },
    close: async () => {
      for (const close of closing.splice(0)) await close();
    },
  };
}

/** The oracle's service; every method needs a token unless a rule says else. */
export function bindOracle(served: Served): ReturnType<typeof bindService> {
  const rules = Object.fromEntries(METHOD_NAMES.map((name) => [name, AUTHENTICATED])) as Record<
    MethodName<Oracle>,
    Rule
  >;
  return bindService({
    definition: OracleServiceService,
    rules: { ...rules, ...served.rules },
    handlers: served.handlers,
    limits: served.limits ?? {},
  });
}

/** A failed call as it is on the wire. */
export interface WireFailure {
  readonly code: number;
  readonly message: string;
  readonly infos: readonly ErrorInfo[];
  readonly violations: readonly string[];
  readonly retryDelays: readonly number[];
}

/** Sends bytes to a method with @grpc/grpc-js and nothing of ours; undefined when it succeeded. */
export function callRaw(
  address: string,
  method: string,
  bytes: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Promise<WireFailure | undefined> {
  const client = new Client(address, credentials.createInsecure(), {
    'grpc.max_send_message_length': -1,
  });
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(headers)) metadata.set(key, value);
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      method,
      (value: Uint8Array) => Buffer.from(value),
      (value) => value,
      bytes,
      metadata,
      (failure: ServiceError | null) => {
        client.close();
        resolve(failure === null ? undefined : readFailure(failure));
      },
    );
  });
}

function readFailure(failure: ServiceError): WireFailure {
  const [trailer] = failure.metadata.get('grpc-status-details-bin');
  const details = trailer instanceof Buffer ? Status.decode(trailer).details : [];
  const ofType = (name: string): Buffer[] =>
    details
      .filter(({ typeUrl }) => typeUrl === `type.googleapis.com/google.rpc.${name}`)
      .map(({ value }) => value);
  return {
    code: failure.code,
    message: failure.details,
    infos: ofType('ErrorInfo').map((value) => ErrorInfo.decode(value)),
    violations: ofType('BadRequest').flatMap((value) =>
      BadRequest.decode(value).fieldViolations.map(
        ({ field, description }) => `${field} ${description}`,
      ),
    ),
    retryDelays: ofType('RetryInfo').map((value) => {
      const delay = RetryInfo.decode(value).retryDelay;
      return Number(delay?.seconds ?? 0n) * 1000 + (delay?.nanos ?? 0) / 1_000_000;
    }),
  };
}
