import { readdirSync, existsSync } from 'node:fs';
import { mkdtemp, rm, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDevelopmentKeys } from '@trimtab/grpc';
import { startNatsServer, startPrivatePostgres } from '@trimtab/testkit';
import { podman, runContainer, startContainer, workingRuntime } from './container.js';
import { playDevOverlay } from './play-kube.js';
import { awaitServing } from './probe.js';

/**
 * Runs every image that `make images` built as a pod would: read-only root, no capability, a user that
 * is not root; against a PostgreSQL and a NATS of this run. Each must migrate its tables, serve, tell its
 * health by gRPC, and end with 0 on SIGTERM. Then the Deployments of the dev overlay are played.
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
    await playDevOverlay(names, {
      folder,
      runtime,
      keysFolder: join(folder, 'keys'),
      databaseUrl: postgres.connectionString,
      natsUrl: nats.url,
      tag: TAG,
    });
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
    await awaitServing(name, around.healthAddress, () => container.logs());
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
