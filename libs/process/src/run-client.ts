import { present, type IdSource } from '@trimtab/core';
import { createTokenIssuer, type TokenIssuer } from '@trimtab/grpc';
import { ConfigError, systemIds, type BaseConfig, type ServedComponent } from '@trimtab/lifecycle';
import { connectJetStream, loadStreams, type Bus } from '@trimtab/messaging';
import { runEdge, type EdgeConfig, type EdgeDependencies } from './run-edge.js';

/** The configuration of a process that keeps nothing, but calls services on its own account. */
export type ClientConfig = EdgeConfig &
  Pick<
    BaseConfig,
    | 'NATS_URL'
    | 'STREAMS_FILE'
    | 'STREAM_REPLICAS'
    | 'SERVICE_PRIVATE_KEY_FILE'
    | 'AUTH_ISSUER'
    | 'AUTH_AUDIENCE'
  >;

/** The outside world of such a process. */
export interface ClientDependencies extends EdgeDependencies {
  readonly ids: IdSource;
  /** Signs the tokens that it calls services with. */
  readonly tokenIssuer: TokenIssuer;
  /** Absent without `NATS_URL`. */
  readonly bus: Bus | undefined;
}

/** Such a process as its `main.ts` names it. */
export interface ClientProcess<Config extends ClientConfig> {
  readonly name: string;
  readonly readConfig: (env: Record<string, string | undefined>) => Config;
  readonly compose: (config: Config, dependencies: ClientDependencies) => ServedComponent;
}

/**
 * Runs a process without a database that acts by itself until SIGTERM or SIGINT, as `runEdge` runs one
 * that acts for others: it has a key to sign with, and a bus if it is given one.
 */
export function runClient<Config extends ClientConfig>(
  client: ClientProcess<Config>,
): Promise<void> {
  return runEdge({
    name: client.name,
    readConfig: (env) => {
      const config = client.readConfig(env);
      keyFileOf(config);
      return config;
    },
    compose: (config, edge) => {
      const { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = config;
      const key = { file: keyFileOf(config) };
      const tokenIssuer = createTokenIssuer({ issuer, audience, key });
      return connected(config, edge, (bus) =>
        client.compose(config, { ...edge, ids: systemIds, tokenIssuer, bus }),
      );
    },
  });
}

/** @throws ConfigError when there is none */
function keyFileOf({ SERVICE_PRIVATE_KEY_FILE: file }: ClientConfig): string {
  if (file === undefined) throw new ConfigError(['SERVICE_PRIVATE_KEY_FILE must be set']);
  return file;
}

/** A component that is made once the bus is connected, and takes the connection along when it stops. */
function connected(
  config: ClientConfig,
  { logger, tls }: EdgeDependencies,
  compose: (bus: Bus | undefined) => ServedComponent,
): ServedComponent {
  const { NATS_URL: url } = config;
  let running: { readonly component: ServedComponent; readonly bus: Bus | undefined } | undefined;
  return {
    name: 'client',
    start: async () => {
      const streams = loadStreams(config.STREAMS_FILE, config.STREAM_REPLICAS);
      const bus =
        url === undefined ? undefined : await connectJetStream({ url, logger, streams, tls });
      const component = compose(bus);
      running = { component, bus };
      await component.start();
    },
    stop: async () => {
      await running?.component.stop();
      await running?.bus?.close();
      running = undefined;
    },
    get address() {
      return present(running, 'a client has no address before it is started').component.address;
    },
  };
}
