import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PostgresBinaries } from './postgres-binaries.js';
import type { ServerUser } from './postgres-user.js';

/** A server process of ours. */
export interface ServerProcess {
  /** Asks for a fast shutdown and waits for the end. Idempotent. */
  stop(): Promise<void>;
}

export interface ServerSettings {
  readonly binaries: PostgresBinaries;
  readonly user: ServerUser;
  /** Holds `cluster`, the data directory. */
  readonly folder: string;
  readonly port: number;
}

const READY = 'database system is ready to accept connections';
const START_TIMEOUT_MS = 60_000;
/** Words of the server kept for an error message. */
const KEPT_OUTPUT = 4_000;

/**
 * Runs the server under a shell that waits for the end of its own input and then interrupts it: the
 * pipe closes when this process ends in any way, so no server is left behind. The server has its own
 * process group, so that Ctrl-C reaches only us and services can drain before their database goes.
 */
const GUARDIAN = `
"$@" </dev/null &
server=$!
( cat >/dev/null; kill -INT "$server" 2>/dev/null ) <&3 &
wait "$server"
`;

const execute = promisify(execFile);

/** Runs a program to its end. @throws Error with what it wrote when it fails */
export async function runProgram(
  user: ServerUser,
  program: string,
  args: readonly string[],
): Promise<void> {
  await execute(program, [...args], { ...identity(user), cwd: '/', env: environment() }).catch(
    (cause: unknown) => {
      throw new Error(`${program} failed`, { cause });
    },
  );
}

/** Starts the server and waits until it takes connections. @throws Error with its last words */
export async function startServer(settings: ServerSettings): Promise<ServerProcess> {
  const { binaries, user, folder, port } = settings;
  const command = [
    binaries.postgres,
    ...['-D', join(folder, 'cluster'), '-p', String(port)],
    ...setting('listen_addresses', '127.0.0.1'),
    ...setting('unix_socket_directories', ''),
    ...setting('max_connections', '300'),
    ...setting('log_min_messages', 'warning'),
  ];
  const child = spawn('/bin/sh', ['-c', GUARDIAN, 'trimtab-postgres', ...command], {
    ...identity(user),
    cwd: '/',
    env: environment(),
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((end) => child.once('exit', () => end()));
  await ready(child, ended);
  // Neither the process nor its pipes keep ours alive.
  const guard = child.stdio[3];
  child.unref();
  if (child.stderr instanceof Socket) child.stderr.unref();
  if (guard instanceof Socket) guard.unref();
  return {
    stop: async () => {
      child.ref();
      guard?.destroy();
      await ended;
    },
  };
}

function setting(name: string, value: string): readonly string[] {
  return ['-c', `${name}=${value}`];
}

function identity(user: ServerUser): { uid?: number; gid?: number } {
  return user.uid === undefined ? {} : { uid: user.uid, gid: user.gid ?? user.uid };
}

/** Messages are read, so they must be English; PG* variables of the caller must not leak in. */
function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
}

async function ready(child: ChildProcess, ended: Promise<void>): Promise<void> {
  let output = '';
  let timer: NodeJS.Timeout | undefined;
  const up = new Promise<'up'>((found) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-KEPT_OUTPUT);
      if (output.includes(READY)) found('up');
    });
  });
  const late = new Promise<'late'>((found) => {
    timer = setTimeout(() => found('late'), START_TIMEOUT_MS);
  });
  const outcome = await Promise.race([up, late, ended.then(() => 'ended' as const)]);
  clearTimeout(timer);
  if (outcome === 'up') return;
  if (outcome === 'late') child.kill('SIGKILL');
  throw new Error(`the embedded PostgreSQL did not start:\n${output.trim()}`);
}
