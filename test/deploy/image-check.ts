import { readdirSync, existsSync } from 'node:fs';
import { mkdtemp, rm, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  HealthCheckResponse_ServingStatus as Serving,
  HealthService,
} from '@trimtab/contracts/health';
import { createUserClient, ensureDevelopmentKeys } from '@trimtab/grpc';
import { eventually, startNatsServer, startPrivatePostgres } from '@trimtab/testkit';
import {
  podman,
  runContainer,
  startContainer,
  workingRuntime,
  type Container,
} from './container.js';

/**
 * Runs every image that `make images` built as a pod would: read-only root, no capability, a user that
 * is not root; against a PostgreSQL and a NATS of this run. Each must migrate its tables, serve, tell its
 * health by gRPC, and end with 0 on SIGTERM.
 */
const TAG = process.argv[2] ?? 'dev';
const IMAGE_USER = 65532;

/** What a process in the container finds of its own rights, one line each. */
const RIGHTS = `
const fs = require('node:fs');
const status = fs.readFileSync('/proc/1/status', 'utf8');
const writable = (path) => { try { fs.writeFileSync(path, ''); return true; } catch { return false; } };
console.log(JSON.stringify({
  command: fs.readFileSync('/proc/1/cmdline', 'utf8').split('\\0')[0],
  user: process.getuid(),
  capabilities: /CapEff:\\s*(\\w+)/.exec(status)[1],
  noNewPrivileges: /NoNewPrivs:\\s*(\\d)/.exec(status)[1],
  writable: ['/x', '/app/x', '/tmp/x', '/etc/x'].filter(writable),
  shell: fs.existsSync('/bin/sh'),
}));`;

interface Rights {
  readonly command: string;
  readonly user: number;
  readonly capabilities: string;
  readonly noNewPrivileges: string;
  readonly writable: readonly string[];
  readonly shell: boolean;
}

const EXPECTED: Rights = {
  command: '/usr/local/bin/node',
  user: IMAGE_USER,
  capabilities: '0000000000000000',
  noNewPrivileges: '1',
  writable: [],
  shell: false,
};

const services = readdirSync('services').filter((name) =>
  existsSync(`services/${name}/src/main.ts`),
);
const built: string[] = [];
for (const name of services) {
  if (await isBuilt(imageOf(name))) built.push(name);
  else console.log(`${name}: no image ${imageOf(name)}; make images builds it`);
}
if (built.length > 0) await checkImages(built);

async function checkImages(names: readonly string[]): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'trimtab-images-'));
  const nats = await startNatsServer();
  const postgres = await startPrivatePostgres();
  try {
    const runtime = await workingRuntime(imageOf(names[0] ?? ''));
    const keys = await ensureDevelopmentKeys(join(folder, 'keys'));
    await chmod(folder, 0o755);
    await chmod(join(folder, 'keys'), 0o755);
    await chmod(keys.privateKeyFile, 0o644);
    for (const [index, name] of names.entries()) {
      await check(name, {
        runtime,
        healthAddress: `127.0.0.1:${18_080 + index}`,
        folders: { '/keys': join(folder, 'keys') },
        environment: { DATABASE_URL: postgres.connectionString, NATS_URL: nats.url },
      });
    }
  } finally {
    await nats.dispose();
    await postgres.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Surroundings {
  readonly runtime: string;
  readonly healthAddress: string;
  readonly folders: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}

async function check(name: string, around: Surroundings): Promise<void> {
  const image = imageOf(name);
  const { runtime, folders } = around;
  const isEdge = name === 'gateway' || name === 'engine';
  if (!isEdge) {
    const migrated = await runContainer(
      { image, runtime, folders, environment: around.environment },
      'migrate',
    );
    demand(migrated.code === 0, `${name} does not migrate: ${migrated.output}`);
  }
  const container = await startContainer({
    image,
    runtime,
    folders,
    environment: {
      ...around.environment,
      ...(isEdge ? {} : { MIGRATIONS: 'job' }),
      HEALTH_ADDRESS: around.healthAddress,
      GRPC_ADDRESS: '127.0.0.1:0',
      HTTP_ADDRESS: '127.0.0.1:0',
      AUTH_JWKS_FILE: '/keys/jwks.json',
      SERVICE_PRIVATE_KEY_FILE: '/keys/private-key.json',
      NOTIFICATION_OUTBOX_FOLDER: '/tmp/outbox',
    },
  });
  try {
    await awaitServing(name, around.healthAddress, container);
    const rights = JSON.parse(await container.evaluate(RIGHTS)) as Rights;
    demand(
      JSON.stringify(rights) === JSON.stringify(EXPECTED),
      `${name} has other rights: ${JSON.stringify(rights)}`,
    );
    const code = await container.stop();
    demand(code === 0, `${name} ended with ${code} on SIGTERM:\n${await container.logs()}`);
    demand((await container.logs()).includes('"msg":"stopped"'), `${name} did not drain`);
  } finally {
    await container.remove();
  }
  const bytes = Number(await podman('image', 'inspect', '--format', '{{.Size}}', image));
  console.log(`${name}: serves, restricted, drains; ${Math.round(bytes / 1_000_000)} MB`);
}

async function awaitServing(name: string, address: string, container: Container): Promise<void> {
  const client = createUserClient({ definition: HealthService, address });
  try {
    await eventually(
      async () => {
        const { status } = await client.check({ service: '' });
        return status === Serving.SERVING ? true : undefined;
      },
      { what: `the health of ${name}`, timeoutMs: 30_000 },
    );
  } catch (cause) {
    throw new Error(`${name} does not serve:\n${await container.logs()}`, { cause });
  } finally {
    client.close();
  }
}

function demand(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}

function imageOf(name: string): string {
  return `localhost/trimtab-${name}:${TAG}`;
}

async function isBuilt(image: string): Promise<boolean> {
  return podman('image', 'exists', image).then(
    () => true,
    () => false,
  );
}
