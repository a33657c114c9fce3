import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** One service running as a process of its own, as it does in production. */
export interface ServiceProcess {
  /** `host:port`, read from its line that says it is ready. */
  readonly address: string;
  readonly child: ChildProcess;
  /** Sends a signal and resolves with the exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

/** What a process that has ended leaves behind. */
export interface EndedProcess {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the built service, of this tree or of another folder's, and waits for its line `ready`. */
export async function startProcess(
  name: string,
  environment: Readonly<Record<string, string>>,
  folder = '.',
): Promise<ServiceProcess> {
  const child = launch(name, environment, { folder });
  const exited = exitOf(child);
  const address = await new Promise<string>((resolve, reject) => {
    const lines: string[] = [];
    const keep = (line: string): void => {
      lines.push(line);
      const ready = readyAddress(line);
      if (ready !== undefined) resolve(ready);
    };
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', keep);
    }
    void exited.then((code) =>
      reject(new Error(`${name} ended with ${code}:\n${lines.join('\n')}`)),
    );
  });
  return {
    address,
    child,
    end: (signal) => {
      child.kill(signal);
      return exited;
    },
  };
}

/** Runs the service until it ends by itself: because it refuses its environment, or after a command. */
export async function runToEnd(
  name: string,
  environment: Readonly<Record<string, string>>,
  ...command: readonly string[]
): Promise<EndedProcess> {
  const child = launch(name, environment, { command });
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString('utf8')));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  const code = await exitOf(child);
  return { code: typeof code === 'number' ? code : null, stdout, stderr };
}

function launch(
  name: string,
  environment: Readonly<Record<string, string>>,
  {
    folder = '.',
    command = [],
  }: { readonly folder?: string; readonly command?: readonly string[] },
): ChildProcess {
  const main = `${folder}/services/${name}/dist/main.js`;
  if (!existsSync(main)) throw new Error(`${main} is missing: run \`make build\` first`);
  const child = spawn(process.execPath, [main, ...command], {
    env: { PATH: process.env['PATH'] ?? '', METRICS_ADDRESS: '127.0.0.1:0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // A test run that ends without its teardown takes its processes along.
  const takeAlong = (): void => void child.kill('SIGKILL');
  process.once('exit', takeAlong);
  child.once('exit', () => process.off('exit', takeAlong));
  return child;
}

function exitOf(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });
}

function readyAddress(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  const entry = JSON.parse(line) as { msg?: string; address?: string };
  return entry.msg === 'ready' ? entry.address : undefined;
}
