import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, openSync, closeSync } from 'node:fs';
import {
  HealthCheckResponse_ServingStatus as Serving,
  HealthService,
} from '@trimtab/contracts/health';
import { createUserClient } from '@trimtab/grpc';
import { eventually } from '@trimtab/testkit';

/** One process of a topology: probed as a kubelet does, and started again when it ends. */
export interface Member {
  readonly name: string;
  start(): Promise<void>;
  /** Ends it with SIGKILL; resolves when its successor serves. */
  strike(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** What a member runs. */
export interface MemberOptions {
  /** Such as `ordergen-2`. */
  readonly name: string;
  readonly service: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly healthAddress: string;
  readonly logFile: string;
}

const START_TIMEOUT_MS = 60_000;

/** Describes a member; nothing runs yet. */
export function createMember(options: MemberOptions): Member {
  const { name, healthAddress } = options;
  let child: ChildProcess | undefined;
  let wanted = false;

  const run = (): void => {
    child = launch(options);
    child.once('exit', () => {
      if (wanted) run();
    });
  };
  const serving = (): Promise<unknown> =>
    eventually(() => serves(healthAddress), {
      what: `the health of ${name} (${options.logFile})`,
      timeoutMs: START_TIMEOUT_MS,
    });
  return {
    name,
    start: async () => {
      wanted = true;
      run();
      await serving();
    },
    strike: async () => {
      const struck = child;
      const ended = new Promise((resolve) => struck?.once('exit', resolve));
      struck?.kill('SIGKILL');
      await ended;
      await serving();
    },
    stop: async () => {
      wanted = false;
      const stopped = child;
      if (stopped === undefined || stopped.exitCode !== null) return stopped?.exitCode ?? null;
      const code = new Promise<number | null>((resolve) => stopped.once('exit', resolve));
      stopped.kill('SIGTERM');
      return code;
    },
  };
}

/** Runs a service's migrations as a job does. */
export async function runMigrationJob(
  service: string,
  environment: Readonly<Record<string, string>>,
  logFile: string,
): Promise<void> {
  const name = `migrate-${service}`;
  const job = launch({ name, service, environment, healthAddress: '', logFile }, 'migrate');
  const code = await new Promise((resolve) => job.once('exit', resolve));
  if (code !== 0) throw new Error(`${name} ended with ${String(code)}: read ${logFile}`);
}

function launch(options: MemberOptions, ...command: readonly string[]): ChildProcess {
  const main = `services/${options.service}/dist/main.js`;
  if (!existsSync(main)) throw new Error(`${main} is missing: run \`make build\` first`);
  const log = openSync(options.logFile, 'a');
  const health = options.healthAddress === '' ? {} : { HEALTH_ADDRESS: options.healthAddress };
  const child = spawn(process.execPath, [main, ...command], {
    env: {
      PATH: process.env['PATH'] ?? '',
      NODE_NO_WARNINGS: '1',
      ...options.environment,
      ...health,
    },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  // What ends without its teardown takes its processes along.
  const takeAlong = (): void => void child.kill('SIGKILL');
  process.once('exit', takeAlong);
  child.once('exit', () => process.off('exit', takeAlong));
  return child;
}

async function serves(address: string): Promise<true | undefined> {
  const client = createUserClient({
    definition: HealthService,
    address,
    defaultDeadlineMs: 1_000,
  });
  try {
    const { status } = await client.check({ service: '' });
    return status === Serving.SERVING ? true : undefined;
  } finally {
    client.close();
  }
}
