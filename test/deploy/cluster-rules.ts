import { readFileSync } from 'node:fs';
import {
  containersOf,
  generated,
  named,
  ofKind,
  podsOf,
  SERVICES,
  serviceContainer,
  servicePods,
  STORING,
  type Manifest,
  type Pod,
} from './manifests.js';
import { unless, type Rule } from './rule.js';

/** What somebody makes before an overlay is applied: the table "Before" of deploy/README.md. */
const MADE_BEFORE: ReadonlySet<string> = new Set([
  'ConfigMap jwks',
  'ConfigMap database-authority',
  'Secret development-keys',
  'Secret nats-tls',
  ...SERVICES.flatMap((name) => [`Secret ${name}-key`, `Secret ${name}-tls`]),
  ...STORING.map((name) => `Secret ${name}-database`),
]);

/** What holds the parts of a cluster together. */
export const CLUSTER_RULES: readonly Rule[] = [
  {
    name: 'what a pod refers to is in the overlay, or is made before',
    check: (manifests) => {
      const there = new Set(manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
      return podsOf(manifests).flatMap((pod) =>
        references(pod)
          .filter((reference) => !there.has(reference) && !MADE_BEFORE.has(reference))
          .map((reference) => `${pod.owner} refers to ${reference}`),
      );
    },
    violations: [
      { kind: 'ConfigMap', name: 'settings', path: '' },
      {
        kind: 'Deployment',
        name: 'oracle',
        path: 'spec.template.spec.containers.0.env.@DATABASE_URL.valueFrom.secretKeyRef.name',
        value: 'orcale-database',
      },
    ],
  },
  {
    name: 'tables are brought up to date by a job for each service that has any, and by nobody else',
    check: (manifests) => [
      ...STORING.flatMap((name) => migrates(manifests, name)),
      ...unless([
        generated(manifests, 'settings')['MIGRATIONS'] === 'job',
        'services change their tables themselves',
      ]),
    ],
    violations: [
      { kind: 'Job', name: 'migrate-ordergen', path: '' },
      { kind: 'Job', name: 'migrate-oracle', path: 'spec.template.spec.containers.0.args' },
      {
        kind: 'Job',
        name: 'migrate-intent',
        path: 'spec.template.spec.containers.0.image',
        value: 'registry.example.com/trimtab-intent:0.0.9',
      },
      { kind: 'ConfigMap', name: 'settings', path: 'data.MIGRATIONS', value: 'start' },
    ],
  },
  {
    name: 'services read the very streams file that the code has',
    check: (manifests) => {
      const file = readFileSync('deploy/nats/streams.yaml', 'utf8');
      const path = generated(manifests, 'settings')['STREAMS_FILE'] ?? '';
      return [
        ...unless([generated(manifests, 'streams')['streams.yaml'] === file, 'another file']),
        ...servicePods(manifests).flatMap((pod) =>
          unless([mountsStreams(pod, path), `${pod.owner} does not mount it at ${path}`]),
        ),
      ];
    },
    violations: [
      {
        kind: 'ConfigMap',
        name: 'streams',
        path: 'data',
        value: { 'streams.yaml': 'streams: []' },
      },
      {
        kind: 'ConfigMap',
        name: 'settings',
        path: 'data.STREAMS_FILE',
        value: '/app/streams.yaml',
      },
    ],
  },
];

/** `Kind name` of every ConfigMap and Secret that a pod cannot start without. */
function references(pod: Pod): readonly string[] {
  const named = (kind: 'ConfigMap' | 'Secret', name: string | undefined, optional?: boolean) =>
    name === undefined || optional === true ? [] : [`${kind} ${name}`];
  const containers = containersOf(pod).flatMap(({ env = [], envFrom = [] }) => [
    ...envFrom.flatMap((from) => named('ConfigMap', from.configMapRef?.name)),
    ...env.flatMap(({ valueFrom }) => [
      ...named('ConfigMap', valueFrom?.configMapKeyRef?.name),
      ...named('Secret', valueFrom?.secretKeyRef?.name),
    ]),
  ]);
  const volumes = (pod.spec.volumes ?? []).flatMap(({ configMap, secret, projected }) => [
    ...named('ConfigMap', configMap?.name),
    ...named('Secret', secret?.secretName, secret?.optional),
    ...(projected?.sources ?? []).flatMap((source) => [
      ...named('ConfigMap', source.configMap?.name),
      ...named('Secret', source.secret?.name),
    ]),
  ]);
  return [...containers, ...volumes];
}

function migrates(manifests: readonly Manifest[], name: string): readonly string[] {
  const job = podsOf(manifests).find(({ owner }) => owner === `Job migrate-${name}`);
  const service = podsOf(manifests).find(({ owner }) => owner === `Deployment ${name}`);
  const container = job && serviceContainer(job);
  const image = service && serviceContainer(service)?.image;
  return unless(
    [job !== undefined, `no job migrates ${name}`],
    [container?.args?.join() === 'migrate', `the job of ${name} does something else`],
    [container?.image === image, `the job of ${name} is of another version`],
  );
}

function mountsStreams(pod: Pod, path: string): boolean {
  const mount = serviceContainer(pod)?.volumeMounts?.find(({ name }) => name === 'streams');
  const volume = pod.spec.volumes?.find(({ name }) => name === 'streams');
  return `${mount?.mountPath}/streams.yaml` === path && volume?.configMap !== undefined;
}

/** Rules of the cluster of a developer. */
export const DEV_RULES: readonly Rule[] = [
  {
    name: 'dev has one NATS, one PostgreSQL, reflection and the paper venue',
    overlays: ['dev'],
    check: (manifests) => {
      const settings = generated(manifests, 'settings');
      const size = (name: string) => named(manifests, 'StatefulSet', name)?.spec?.replicas;
      return unless(
        [size('nats') === 1, 'not one NATS'],
        [size('postgres') === 1, 'not one PostgreSQL'],
        [ofKind(manifests, 'StatefulSet').length === 2, 'another server'],
        [settings['REFLECTION'] === 'on', 'no reflection'],
        [settings['VENUE'] === 'paper', 'another venue'],
      );
    },
    violations: [
      { kind: 'StatefulSet', name: 'nats', path: 'spec.replicas', value: 3 },
      { kind: 'ConfigMap', name: 'settings', path: 'data.REFLECTION', value: 'off' },
      { kind: 'ConfigMap', name: 'settings', path: 'data.VENUE' },
    ],
  },
];
