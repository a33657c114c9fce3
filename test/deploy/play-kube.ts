import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { IContainer, IPodSpec } from 'kubernetes-models/v1';
import { stringify } from 'yaml';
import { podman } from './container.js';
import { findRenderer, renderOverlay } from './kustomize.js';
import { named, ofKind, type Manifest } from './manifests.js';
import { awaitServing } from './probe.js';

/** Where the parts are that podman has none of: Services, the database, NATS, keys. */
export interface PlayOptions {
  readonly folder: string;
  readonly runtime: string;
  readonly keysFolder: string;
  readonly databaseUrl: string;
  readonly natsUrl: string;
  readonly tag: string;
}

const HEALTH_ADDRESS = '127.0.0.1:8081';

/**
 * Plays each Deployment of the dev overlay with `podman play kube`, one after the other on the host's
 * network, with its ConfigMaps, its security context and its environment. Podman has no Services, probes,
 * Jobs, projected volumes and optional secrets: addresses of servers are given, readiness is asked here,
 * tables are migrated before, keys are a folder of the host.
 */
export async function playDevOverlay(
  services: readonly string[],
  options: PlayOptions,
): Promise<void> {
  const renderer = findRenderer();
  if (renderer === undefined) {
    console.log('play kube: skipped, neither kubectl from 1.27 nor kustomize from 5.0 is here');
    return;
  }
  const manifests = renderOverlay(renderer, 'dev');
  process.env['CONTAINERS_CONF'] = await containersConfig(options);
  for (const service of services) await play(service, manifests, options);
}

async function play(
  service: string,
  manifests: readonly Manifest[],
  options: PlayOptions,
): Promise<void> {
  const deployment = structuredClone(named(manifests, 'Deployment', service));
  const spec = deployment?.spec?.template.spec;
  if (deployment === undefined || spec === undefined) throw new Error(`no Deployment ${service}`);
  adapt(spec, service, options);
  const file = join(options.folder, `${service}.yaml`);
  const documents = [...ofKind(manifests, 'ConfigMap'), deployment];
  await writeFile(file, documents.map((each) => stringify(each)).join('---\n'));
  try {
    await podman('play', 'kube', '--network', 'host', file);
    const [container = ''] = (
      await podman('ps', '--all', '--filter', `name=${service}-.*service`, '--format', '{{.Names}}')
    ).split('\n');
    await awaitServing(service, HEALTH_ADDRESS, () => podman('logs', container));
    const rights = await podman('inspect', '--format', RIGHTS, container);
    if (rights !== 'read-only: true, capabilities: [], user: 65532:65532') {
      throw new Error(`${service} is played with other rights: ${rights}`);
    }
    await podman('stop', '--time', '45', container);
    const code = await podman('inspect', '--format', '{{.State.ExitCode}}', container);
    if (code !== '0') throw new Error(`${service} ended with ${code} on SIGTERM`);
    console.log(`${service}: played as the dev overlay has it, ready, drains`);
  } finally {
    // What was never made cannot be taken down; the reason why is the error that matters.
    await podman('play', 'kube', '--down', file).catch(() => undefined);
  }
}

const RIGHTS =
  'read-only: {{.HostConfig.ReadonlyRootfs}}, capabilities: {{.EffectiveCaps}}, user: {{.Config.User}}';

/** Gives a pod what podman cannot. */
function adapt(spec: IPodSpec, service: string, options: PlayOptions): void {
  const container = spec.containers.find(({ name }) => name === 'service');
  if (container === undefined) throw new Error(`${service} has no container`);
  const given: Readonly<Record<string, string>> = {
    DATABASE_URL: options.databaseUrl,
    NATS_URL: options.natsUrl,
    ENGINE_ID: 'engine-0',
    INTENT_ADDRESS: '127.0.0.1:50051',
    ORACLE_ADDRESS: '127.0.0.1:50052',
    SOLVER_ADDRESS: '127.0.0.1:50053',
    ORDERGEN_ADDRESS: '127.0.0.1:50054',
  };
  container.env = [
    ...(container.env ?? []).filter(({ name }) => given[name] === undefined),
    ...Object.entries(given).map(([name, value]) => ({ name, value })),
  ];
  // On the host's network they would be mapped, which podman refuses.
  container.ports = [];
  container.image = `localhost/trimtab-${service}:${options.tag}`;
  container.volumeMounts = mountsBut(container, 'tls');
  spec.volumes = (spec.volumes ?? [])
    .filter(({ name }) => name !== 'tls')
    .map((volume) =>
      volume.name === 'keys'
        ? { name: 'keys', hostPath: { path: options.keysFolder, type: 'Directory' } }
        : volume,
    );
}

function mountsBut({ volumeMounts = [] }: IContainer, name: string) {
  return volumeMounts.filter((mount) => mount.name !== name);
}

/** What `podman run` is told by flags, `play kube` reads from a file. */
async function containersConfig({ folder, runtime }: PlayOptions): Promise<string> {
  const file = join(folder, 'containers.conf');
  const limits = 'default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]';
  await writeFile(file, `[containers]\n${limits}\n[engine]\nruntime = "${runtime}"\n`);
  return file;
}
