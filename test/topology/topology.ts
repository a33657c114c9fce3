import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createTokenIssuer, ensureDevelopmentKeys, type TokenIssuer } from '@trimtab/grpc';
import type { ServiceName } from '@trimtab/cli';
import {
  freePorts,
  startNatsCluster,
  startPrivatePostgres,
  type NatsCluster,
  type PrivatePostgres,
} from '@trimtab/testkit';
import { createMember, runMigrationJob, type Member } from './member.js';

/** How many processes of each service run; the paper venue's books are in the database, one is enough. */
const SIZES = {
  oracle: 2,
  solver: 2,
  ordergen: 2,
  executor: 1,
  intent: 2,
  engine: 2,
  gateway: 2,
} as const;

type Service = keyof typeof SIZES;

const SERVICES = Object.keys(SIZES) as readonly Service[];
const STORING = ['oracle', 'solver', 'ordergen', 'executor', 'intent'] as const;
/** The port of the first process of each service; the second has one 100 higher. */
const FIXED_PORTS: Readonly<Record<Service, number>> = {
  oracle: 50_052,
  solver: 50_053,
  ordergen: 50_054,
  executor: 50_055,
  intent: 50_051,
  engine: 50_056,
  gateway: 8_080,
};
/** Half of what PostgreSQL allows by default goes to nine pools. */
const POOL_SIZE = '6';

/** How a topology is run. */
export interface TopologyOptions {
  /** Holds the database, the stores of NATS, keys and logs. */
  readonly folder: string;
  /** Whether services listen where `trimtab dev` has them; else on free ports. */
  readonly fixedPorts: boolean;
  /** Goes before the schema of each service, with an underscore. */
  readonly schemaPrefix?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly onProgress?: (line: string) => void;
}

/** Production's topology on one machine, as processes. */
export interface Topology {
  /** What a gRPC client dials: every process of a service, balanced over. */
  readonly addresses: Readonly<Record<ServiceName, string>>;
  /** `host:port` of each gateway. */
  readonly gateways: readonly string[];
  readonly tokenIssuer: TokenIssuer;
  readonly connectionString: string;
  /** What can be struck: each process, `nats-0` to `nats-2`, `PostgreSQL`. */
  readonly targets: readonly string[];
  /** SIGKILL; resolves when the target serves again. */
  strike(target: string): Promise<void>;
  /** Everything drains; resolves with the names of what did not end with 0. */
  stop(): Promise<readonly string[]>;
}

/** Starts three NATS servers, PostgreSQL, the migration jobs and every process of every service. */
export async function startTopology(options: TopologyOptions): Promise<Topology> {
  const { folder } = options;
  const progress = options.onProgress ?? (() => undefined);
  for (const part of ['nats', 'logs']) await mkdir(join(folder, part), { recursive: true });
  const keys = await ensureDevelopmentKeys(join(folder, 'development-keys'));
  const postgres = await startPrivatePostgres(join(folder, 'postgres'));
  progress('PostgreSQL');
  const nats = await startNatsCluster(join(folder, 'nats'));
  progress(`NATS ${nats.url}`);
  const places = await place(options.fixedPorts);
  const common = {
    DATABASE_URL: postgres.connectionString,
    DATABASE_MAX_CONNECTIONS: POOL_SIZE,
    NATS_URL: nats.url,
    STREAM_REPLICAS: '3',
    MIGRATIONS: 'job',
    AUTH_JWKS_FILE: keys.jwksFile,
    SERVICE_PRIVATE_KEY_FILE: keys.privateKeyFile,
    NOTIFICATION_OUTBOX_FOLDER: join(folder, 'outbox'),
    INTENT_ADDRESS: listOf(places, 'intent'),
    ORACLE_ADDRESS: listOf(places, 'oracle'),
    SOLVER_ADDRESS: listOf(places, 'solver'),
    ORDERGEN_ADDRESS: listOf(places, 'ordergen'),
    ...options.environment,
  };
  const ofService = (service: Service): Record<string, string> => ({
    ...common,
    DATABASE_SCHEMA: `${options.schemaPrefix === undefined ? '' : `${options.schemaPrefix}_`}${service}`,
  });
  await Promise.all(
    STORING.map((service) =>
      runMigrationJob(service, ofService(service), logOf(folder, `migrate-${service}`)),
    ),
  );
  progress('migrations');
  const members = places.map((each) => memberOf(each, ofService(each.service), folder));
  await Promise.all(members.map((member) => member.start()));
  for (const { name, address } of places) progress(`${name.padEnd(12)} ${address}`);
  return topologyOf({ places, members, nats, postgres, keyFile: keys.privateKeyFile });
}

interface Place {
  readonly name: string;
  readonly service: Service;
  readonly address: string;
  readonly healthAddress: string;
  readonly metricsAddress: string;
}

async function place(fixed: boolean): Promise<readonly Place[]> {
  const wanted = SERVICES.flatMap((service) =>
    Array.from({ length: SIZES[service] }, (_, index) => ({ service, index })),
  );
  const free = await freePorts(3 * wanted.length);
  return wanted.map(({ service, index }, order) => {
    const port = fixed ? FIXED_PORTS[service] + 100 * index : free[order];
    const [health, metrics] = free.slice(wanted.length + 2 * order);
    return {
      name: `${service}-${index + 1}`,
      service,
      address: `127.0.0.1:${port}`,
      healthAddress: `127.0.0.1:${health}`,
      metricsAddress: `127.0.0.1:${metrics}`,
    };
  });
}

function listOf(places: readonly Place[], service: Service): string {
  return places
    .filter((each) => each.service === service)
    .map(({ address }) => address)
    .join();
}

function memberOf(
  { name, service, address, healthAddress, metricsAddress }: Place,
  environment: Readonly<Record<string, string>>,
  folder: string,
): Member {
  return createMember({
    name,
    service,
    healthAddress,
    logFile: logOf(folder, name),
    environment: {
      ...environment,
      [service === 'gateway' ? 'HTTP_ADDRESS' : 'GRPC_ADDRESS']: address,
      METRICS_ADDRESS: metricsAddress,
    },
  });
}

interface Parts {
  readonly places: readonly Place[];
  readonly members: readonly Member[];
  readonly nats: NatsCluster;
  readonly postgres: PrivatePostgres;
  readonly keyFile: string;
}

function topologyOf({ places, members, nats, postgres, keyFile }: Parts): Topology {
  const dialled = (service: ServiceName): string => {
    const list = listOf(places, service);
    return list.includes(',') ? `ipv4:${list}` : list;
  };
  return {
    addresses: {
      oracle: dialled('oracle'),
      solver: dialled('solver'),
      ordergen: dialled('ordergen'),
      executor: dialled('executor'),
      intent: dialled('intent'),
    },
    gateways: listOf(places, 'gateway').split(','),
    tokenIssuer: createTokenIssuer({
      key: { file: keyFile },
      issuer: 'trimtab-development',
      audience: 'trimtab',
    }),
    connectionString: postgres.connectionString,
    targets: [...members.map(({ name }) => name), 'nats-0', 'nats-1', 'nats-2', 'PostgreSQL'],
    strike: async (target) => {
      if (target === 'PostgreSQL') return postgres.strike();
      const server = /^nats-(\d)$/.exec(target)?.[1];
      if (server !== undefined) return nats.strike(Number(server));
      const member = members.find(({ name }) => name === target);
      if (member === undefined) throw new Error(`no ${target} runs`);
      return member.strike();
    },
    stop: async () => {
      const failed: string[] = [];
      // Whoever calls others goes first.
      for (const service of [...SERVICES].reverse()) {
        const going = members.filter(({ name }) => name.startsWith(service));
        const codes = await Promise.all(going.map((member) => member.stop()));
        failed.push(...going.filter((_, index) => codes[index] !== 0).map(({ name }) => name));
      }
      await nats.stop();
      await postgres.dispose();
      return failed;
    },
  };
}

function logOf(folder: string, name: string): string {
  return join(folder, 'logs', `${name}.log`);
}
