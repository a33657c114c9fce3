import { credentials as grpcCredentials } from '@grpc/grpc-js';
import { IntentServiceService, type WatchIntentsResponse } from '@trimtab/contracts/intent';
import { OracleServiceService, type WatchPricesResponse } from '@trimtab/contracts/oracle';
import { OrderGenServiceService, type WatchRebalanceResponse } from '@trimtab/contracts/ordergen';
import { SolverServiceService } from '@trimtab/contracts/solver';
import { VaultServiceService } from '@trimtab/contracts/vault';
import { createUserClient, type ServiceShape } from '@trimtab/grpc';
import { withRequestIds, type FilledClient } from './request-ids.js';
import { resume, type ResumeOptions } from './resume.js';

/** Where the services are. */
export interface TrimtabAddresses {
  readonly intent: string;
  readonly oracle: string;
  readonly solver: string;
  /** Serves OrderGenService and VaultService. */
  readonly ordergen: string;
}

/** TLS of the connections, in PEM. */
export interface TrimtabTls {
  /** Authorities; those of the system if absent. */
  readonly rootCertificates?: Buffer;
  /** For mutual TLS, together with the chain. */
  readonly privateKey?: Buffer;
  readonly certificateChain?: Buffer;
}

/** How a client is made. */
export interface TrimtabClientOptions {
  /** `host:port` of each service; the defaults of one machine if absent. */
  readonly addresses?: Partial<TrimtabAddresses>;
  /** The bearer token, or where a fresh one comes from. */
  readonly token?: string | (() => Promise<string>);
  /** Deadline of a unary call that states none, in milliseconds; 10 000 by default. */
  readonly deadlineMs?: number;
  /** Absent: plain text. */
  readonly tls?: TrimtabTls;
}

/** Streams that survive lost connections. Breaking out of the loop ends them. */
export interface TrimtabWatch {
  /** What happens to a rebalance, from its first event or after a sequence, until it ends. */
  rebalance(rebalanceId: string, options?: WatchOptions): AsyncIterable<WatchRebalanceResponse>;
  /** Changes of intents; of all that the caller may see if none is named. */
  intents(
    intentIds?: readonly string[],
    options?: WatchOptions,
  ): AsyncIterable<WatchIntentsResponse>;
  /** Published prices; of every asset if none is named. */
  prices(assetIds?: readonly string[], options?: WatchOptions): AsyncIterable<WatchPricesResponse>;
}

/** From where a stream is read, and until when. */
export interface WatchOptions extends ResumeOptions {
  /** The last sequence that was seen. */
  readonly afterSequence?: bigint;
}

/** The five services of Trimtab. */
export interface TrimtabClient {
  readonly intents: FilledClient<typeof IntentServiceService>;
  readonly oracle: FilledClient<typeof OracleServiceService>;
  readonly solver: FilledClient<typeof SolverServiceService>;
  readonly rebalances: FilledClient<typeof OrderGenServiceService>;
  readonly vaults: FilledClient<typeof VaultServiceService>;
  readonly watch: TrimtabWatch;
  /** Ends every connection. */
  close(): void;
}

const LOCAL: TrimtabAddresses = {
  intent: '127.0.0.1:50051',
  oracle: '127.0.0.1:50052',
  solver: '127.0.0.1:50053',
  ordergen: '127.0.0.1:50054',
};

/**
 * Creates a client. Calls carry the token and a deadline, are repeated on UNAVAILABLE at most three
 * times within it, and get a request id where the caller states none: a repeated call has one effect.
 *
 * Calls throw DomainFailure with the reason, the metadata and the field violations of the service.
 */
export function createTrimtabClient(options: TrimtabClientOptions = {}): TrimtabClient {
  const addresses = { ...LOCAL, ...options.addresses };
  const { token, deadlineMs, tls } = options;
  const settings = {
    ...(token !== undefined && { token }),
    ...(deadlineMs !== undefined && { defaultDeadlineMs: deadlineMs }),
    credentials: tls && channelCredentials(tls),
  };
  const open = <D extends ServiceShape>(definition: D, address: string): FilledClient<D> =>
    withRequestIds(definition, createUserClient({ definition, address, ...settings }));
  const intents = open(IntentServiceService, addresses.intent);
  const oracle = open(OracleServiceService, addresses.oracle);
  const solver = open(SolverServiceService, addresses.solver);
  const rebalances = open(OrderGenServiceService, addresses.ordergen);
  const vaults = open(VaultServiceService, addresses.ordergen);
  return {
    intents,
    oracle,
    solver,
    rebalances,
    vaults,
    watch: {
      rebalance: (rebalanceId, watch = {}) =>
        resume(
          (after, signal) =>
            rebalances.watchRebalance({ rebalanceId, afterSequence: after ?? 0n }, { signal }),
          ({ event }) => event?.sequence ?? 0n,
          watch.afterSequence,
          watch,
        ),
      intents: (intentIds = [], watch = {}) =>
        resume(
          (after, signal) =>
            intents.watchIntents({ intentIds: [...intentIds], afterSequence: after }, { signal }),
          ({ sequence }) => sequence,
          watch.afterSequence,
          watch,
        ),
      prices: (assetIds = [], watch = {}) =>
        resume(
          (after, signal) =>
            oracle.watchPrices({ assetIds: [...assetIds], afterSequence: after }, { signal }),
          ({ price }) => price?.sequence ?? 0n,
          watch.afterSequence,
          watch,
        ),
    },
    close: () => {
      for (const client of [intents, oracle, solver, rebalances, vaults]) client.close();
    },
  };
}

function channelCredentials({ rootCertificates, privateKey, certificateChain }: TrimtabTls) {
  return grpcCredentials.createSsl(
    rootCertificates ?? null,
    privateKey ?? null,
    certificateChain ?? null,
  );
}
