import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The file systems, rights and limits that a pod of the manifests has, said to podman. */
const RESTRICTED = [
  ...['--read-only', '--read-only-tmpfs=false', '--cap-drop=all'],
  ...['--security-opt', 'no-new-privileges', '--network', 'host'],
  ...['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'],
];

/** A running container. */
export interface Container {
  /** Runs a script in the container's Node, and answers with what it printed. */
  evaluate(script: string): Promise<string>;
  logs(): Promise<string>;
  /** SIGTERM, and after 20 s SIGKILL; resolves with the exit code. */
  stop(): Promise<number>;
  remove(): Promise<void>;
}

/** What ran to its end in a container. */
export interface EndedContainer {
  readonly code: number;
  readonly output: string;
}

/** Runs `podman` and answers with its output. */
export async function podman(...words: readonly string[]): Promise<string> {
  const { stdout, stderr } = await run('podman', [...words]);
  return `${stdout}${stderr}`.trim();
}

/** The runtime that works here: some do not run under the control groups of a virtual machine. */
export async function workingRuntime(image: string): Promise<string> {
  const failures: unknown[] = [];
  for (const runtime of ['crun', 'runc']) {
    try {
      const node = ['--entrypoint', '/usr/local/bin/node', image, '--version'];
      await podman('--runtime', runtime, 'run', '--rm', ...RESTRICTED, ...node);
      return runtime;
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(
    failures,
    `neither crun nor runc runs a container here: ${String(failures[1])}`,
  );
}

/** Starts an image with nothing that a pod would not have. */
export async function startContainer(options: {
  readonly image: string;
  readonly runtime: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Folders to show read-only, by their path inside. */
  readonly folders: Readonly<Record<string, string>>;
}): Promise<Container> {
  const { image, runtime } = options;
  const id = await podman(
    ...['--runtime', runtime, 'run', '--detach', ...RESTRICTED],
    ...flags(options),
    image,
  );
  return {
    evaluate: (script) =>
      podman('--runtime', runtime, 'exec', id, '/usr/local/bin/node', '-e', script),
    logs: () => podman('logs', id),
    stop: async () => {
      await podman('--runtime', runtime, 'stop', '--time', '20', id);
      return Number.parseInt(await podman('inspect', '--format', '{{.State.ExitCode}}', id), 10);
    },
    remove: async () => {
      await podman('--runtime', runtime, 'rm', '--force', '--time', '0', id);
    },
  };
}

/** Runs an image with arguments until it ends by itself. */
export async function runContainer(
  options: Parameters<typeof startContainer>[0],
  ...command: readonly string[]
): Promise<EndedContainer> {
  const words = ['--runtime', options.runtime, 'run', '--rm', ...RESTRICTED, ...flags(options)];
  try {
    return { code: 0, output: await podman(...words, options.image, ...command) };
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return { code: Number(error.code), output: error.message };
  }
}

function flags({ environment, folders }: Parameters<typeof startContainer>[0]): readonly string[] {
  return [
    ...Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...Object.entries(folders).flatMap(([inside, outside]) => [
      '--volume',
      `${outside}:${inside}:ro`,
    ]),
  ];
}
