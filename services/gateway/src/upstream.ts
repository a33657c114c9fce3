import { IntentServiceService } from '@trimtab/contracts/intent';
import { OrderGenServiceService } from '@trimtab/contracts/ordergen';
import {
  clientCredentials,
  createUserClient,
  type ServiceClient,
  type ServiceShape,
  type TlsIdentity,
} from '@trimtab/grpc';
import { createStreamClients, type StreamClients } from './stream-clients.js';

/** The services that the gateway calls, always with the token of its caller. */
export interface Upstream {
  readonly intents: ServiceClient<typeof IntentServiceService>;
  readonly rebalances: ServiceClient<typeof OrderGenServiceService>;
  /** For streams, which would otherwise use up the connection of the calls above. */
  readonly intentStreams: StreamClients<typeof IntentServiceService>;
  readonly rebalanceStreams: StreamClients<typeof OrderGenServiceService>;
  close(): void;
}

/** Where the services are. */
export interface UpstreamOptions {
  readonly intentAddress: string;
  readonly orderGenAddress: string;
  readonly requestTimeoutMs: number;
  readonly maxStreams: number;
  readonly tls: TlsIdentity | undefined;
}

/** Opens the clients; they connect at the first call. */
export function openUpstream(options: UpstreamOptions): Upstream {
  const settings = {
    defaultDeadlineMs: options.requestTimeoutMs,
    credentials: clientCredentials(options.tls),
  };
  const open = <D extends ServiceShape>(definition: D, address: string, ownConnection: boolean) =>
    createUserClient({ ...settings, definition, address, ownConnection });
  const intents = open(IntentServiceService, options.intentAddress, false);
  const rebalances = open(OrderGenServiceService, options.orderGenAddress, false);
  const { maxStreams } = options;
  const intentStreams = createStreamClients(maxStreams, () =>
    open(IntentServiceService, options.intentAddress, true),
  );
  const rebalanceStreams = createStreamClients(maxStreams, () =>
    open(OrderGenServiceService, options.orderGenAddress, true),
  );
  return {
    intents,
    rebalances,
    intentStreams,
    rebalanceStreams,
    close: () => {
      for (const part of [intents, rebalances, intentStreams, rebalanceStreams]) part.close();
    },
  };
}
