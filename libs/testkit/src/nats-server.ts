import { spawn, type ChildProcess } from 'node:child_process';
import { access, constants, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { eventually } from './eventually.js';

/** A private NATS server with JetStream. */
export interface NatsServer {
  readonly url: string;
  /** Stops the server; its store stays. */
  stop(): Promise<void>;
  /**
   * Stops the server, deletes its whole store if asked to, and starts it on the same port. `signal` is
   * SIGTERM unless given; SIGKILL leaves it no time to write anything.
   */
  restart(options: {
    readonly wipeStore: boolean;
    readonly signal?: NodeJS.Signals;
  }): Promise<void>;
  /** Stops it for good and deletes its folder. */
  dispose(): Promise<void>;
}

/** Debian installs servers outside the path of ordinary users. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin'];
const START_TIMEOUT_MS = 20_000;

/** Where the program `nats-server` is, or undefined. */
export async function natsServerBinary(): Promise<string | undefined> {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const folder of [...path, ...SYSTEM_FOLDERS]) {
    const file = join(folder, 'nats-server');
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

/**
 * Starts `nats-server -js` on a free port of 127.0.0.1 with its store in a temporary folder, with more
 * arguments if given.
 * @throws Error naming what to install when the program is missing
 */
export async function startNatsServer(more: readonly string[] = []): Promise<NatsServer> {
  const binary = await natsServerBinary();
  if (binary === undefined) {
    throw new Error(
      'nats-server is needed and was not found: `make nats-server` installs it (Debian, Ubuntu: apt-get install nats-server; macOS: brew install nats-server)',
    );
  }
  const folder = await mkdtemp(join(tmpdir(), 'trimtab-test-nats-'));
  const store = join(folder, 'store');
  let child = launch(binary, folder, -1, more);
  const port = await portOf(child, folder);
  const stop = (): Promise<void> => end(child);
  return {
    url: `nats://127.0.0.1:${port}`,
    stop,
    restart: async ({ wipeStore, signal }) => {
      await end(child, signal);
      if (wipeStore) await rm(store, { recursive: true, force: true });
      child = launch(binary, folder, port, more);
      await portOf(child, folder);
    },
    dispose: async () => {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Port -1: the server chooses a free one. It writes its ports to a file when it is ready. */
function launch(
  binary: string,
  folder: string,
  port: number,
  more: readonly string[],
): ChildProcess {
  const child = spawn(
    binary,
    [
      ...['--jetstream', '--store_dir', join(folder, 'store')],
      ...['--addr', '127.0.0.1', '--port', String(port)],
      ...['--ports_file_dir', folder, '--log', join(folder, 'server.log')],
      ...more,
    ],
    { stdio: 'ignore' },
  );
  // A run that ends without its teardown takes its server along.
  const takeAlong = (): void => void child.kill('SIGKILL');
  process.once('exit', takeAlong);
  child.once('exit', () => process.off('exit', takeAlong));
  return child;
}

async function portOf(child: ChildProcess, folder: string): Promise<number> {
  return eventually(
    async () => {
      if (child.exitCode !== null) {
        const log = await readFile(join(folder, 'server.log'), 'utf8').catch(() => '');
        throw new Error(`nats-server ended with code ${child.exitCode}:\n${log.slice(-2_000)}`);
      }
      const name = (await readdir(folder)).find((file) => file.endsWith(`_${child.pid}.ports`));
      if (name === undefined) return undefined;
      const port = /"nats":\s*\[\s*"(?:nats|tls):\/\/[^"]*:(\d+)"/.exec(
        await readFile(join(folder, name), 'utf8'),
      )?.[1];
      return port === undefined ? undefined : Number(port);
    },
    { timeoutMs: START_TIMEOUT_MS, what: 'the start of nats-server' },
  );
}

async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
