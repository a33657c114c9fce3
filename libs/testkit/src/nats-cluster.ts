import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connect } from 'nats';
import { eventually } from './eventually.js';
import { freePorts } from './free-ports.js';
import { natsServerBinary } from './nats-server.js';

/** Three NATS servers that hold every stream together. */
export interface NatsCluster {
  /** All of them, with commas. */
  readonly url: string;
  /** Ends one with SIGKILL and starts it again on its store; 0, 1 or 2. */
  strike(index: number): Promise<void>;
  stop(): Promise<void>;
}

const SIZE = 3;
const ELECTION_TIMEOUT_MS = 60_000;
/** The first version that can be told to write to the disk before it answers. */
const SYNC_ALWAYS_FROM = [2, 10] as const;

/**
 * Starts three servers with their stores in a folder, which stays.
 *
 * @throws Error when `nats-server` is missing
 */
export async function startNatsCluster(folder: string): Promise<NatsCluster> {
  const binary = await natsServerBinary();
  if (binary === undefined)
    throw new Error('nats-server is missing: `make nats-server` installs it');
  const ports = await freePorts(2 * SIZE);
  const [clients, routes] = [ports.slice(0, SIZE), ports.slice(SIZE)];
  const sync = await syncsAlways(binary);
  const files = clients.map((_port, index) => join(folder, `nats-${index}.conf`));
  for (const [index, file] of files.entries()) {
    await mkdir(join(folder, `nats-${index}`), { recursive: true });
    const own = { name: `nats-${index}`, client: clients[index], route: routes[index] };
    await writeFile(file, configOf(own, { folder, routes, sync }));
  }
  const children = files.map((file) => launch(binary, file));
  const servers = clients.map((port) => `127.0.0.1:${port}`);
  await eventually(() => hasLeader(servers), {
    what: 'a leader of the NATS cluster',
    timeoutMs: ELECTION_TIMEOUT_MS,
  });
  return {
    url: servers.map((server) => `nats://${server}`).join(),
    strike: async (index) => {
      await end(children[index], 'SIGKILL');
      children[index] = launch(binary, files[index] ?? '');
    },
    stop: async () => {
      await Promise.all(children.map((child) => end(child, 'SIGTERM')));
    },
  };
}

function configOf(
  own: {
    readonly name: string;
    readonly client: number | undefined;
    readonly route: number | undefined;
  },
  all: { readonly folder: string; readonly routes: readonly number[]; readonly sync: boolean },
): string {
  const routes = all.routes.map((port) => `nats-route://127.0.0.1:${port}`).join(', ');
  return [
    `server_name: ${own.name}`,
    `listen: 127.0.0.1:${own.client}`,
    `log_file: "${join(all.folder, `${own.name}.log`)}"`,
    `jetstream { store_dir: "${join(all.folder, own.name)}"${all.sync ? ', sync_interval: always' : ''} }`,
    `cluster { name: trimtab, listen: 127.0.0.1:${own.route}, routes: [${routes}] }`,
    '',
  ].join('\n');
}

async function syncsAlways(binary: string): Promise<boolean> {
  const { stdout } = await promisify(execFile)(binary, ['--version']);
  const [, major = '0', minor = '0'] = /v(\d+)\.(\d+)/.exec(stdout) ?? [];
  const [fromMajor, fromMinor] = SYNC_ALWAYS_FROM;
  return Number(major) > fromMajor || (Number(major) === fromMajor && Number(minor) >= fromMinor);
}

/** Whether JetStream answers, which it does once a leader is elected. */
async function hasLeader(servers: readonly string[]): Promise<true> {
  const connection = await connect({ servers: [...servers], maxReconnectAttempts: 0 });
  try {
    const manager = await connection.jetstreamManager({ timeout: 1_000 });
    await manager.streams.list().next();
    return true;
  } finally {
    await connection.close();
  }
}

function launch(binary: string, config: string): ChildProcess {
  const child = spawn(binary, ['--config', config], { stdio: 'ignore' });
  // A run that ends without its teardown takes its servers along.
  const takeAlong = (): void => void child.kill('SIGKILL');
  process.once('exit', takeAlong);
  child.once('exit', () => process.off('exit', takeAlong));
  return child;
}

async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}
