import {
  generated,
  named,
  ofKind,
  podsOf,
  serviceContainer,
  servicePods,
  type Manifest,
  type Pod,
} from './manifests.js';
import { unless, type Rule, type Violation } from './rule.js';

const TLS_FILES = {
  TLS_CERTIFICATE_FILE: 'tls.crt',
  TLS_PRIVATE_KEY_FILE: 'tls.key',
  TLS_AUTHORITIES_FILE: 'ca.crt',
};

const setting = (name: string, value?: string): Violation => ({
  kind: 'ConfigMap',
  name: 'settings',
  path: `data.${name}`,
  ...(value === undefined ? {} : { value }),
});

const DATABASE_URL = 'spec.template.spec.containers.0.env.@DATABASE_URL';

/** What a cluster with money in it has beyond the others. */
const RULES: readonly Omit<Rule, 'overlays'>[] = [
  {
    name: 'reflection is off',
    check: (manifests) =>
      unless([generated(manifests, 'settings')['REFLECTION'] === 'off', 'reflection is on']),
    violations: [setting('REFLECTION', 'on'), setting('REFLECTION')],
  },
  {
    name: 'services talk to each other and to NATS by mutual TLS only, and do not start without it',
    check: (manifests) => {
      const bus = (generated(manifests, 'bus')['url'] ?? '').split(',');
      return [
        ...unless([bus.every((url) => url.startsWith('tls://')), 'the bus is plain']),
        ...servicePods(manifests).flatMap((pod) => encrypted(manifests, pod)),
      ];
    },
    violations: [
      setting('TLS_AUTHORITIES_FILE'),
      { kind: 'ConfigMap', name: 'bus', path: 'data.url', value: 'nats://nats:4222' },
      {
        kind: 'Deployment',
        name: 'executor',
        path: 'spec.template.spec.containers.0.env.@NATS_URL',
        value: { name: 'NATS_URL', value: 'nats://nats:4222' },
      },
      {
        kind: 'Deployment',
        name: 'gateway',
        path: 'spec.template.spec.volumes.@tls.secret.optional',
        value: true,
      },
    ],
  },
  {
    name: 'no secret is in the files, and no key of development',
    check: (manifests) => [
      ...ofKind(manifests, 'Secret').map(({ metadata }) => `Secret ${metadata.name}`),
      ...(JSON.stringify(manifests).includes('development') ? ['something of development'] : []),
      ...podsOf(manifests).flatMap(({ owner, spec }) =>
        spec.containers
          .flatMap(({ env = [] }) => env)
          .filter(({ value = '' }) => /:\/\/[^/]*:[^/]*@/.test(value))
          .map(({ name }) => `${owner} has a password in ${name}`),
      ),
    ],
    violations: [
      setting('AUTH_ISSUER', 'trimtab-development'),
      {
        kind: 'Deployment',
        name: 'oracle',
        path: DATABASE_URL,
        value: { name: 'DATABASE_URL', value: 'postgres://trimtab:secret@db.example.com/trimtab' },
      },
      {
        kind: 'Deployment',
        name: 'intent',
        path: 'spec.template.spec.volumes.@keys.projected.sources',
        value: [{ secret: { name: 'development-keys' } }],
      },
    ],
  },
  {
    name: 'users are known by an issuer that is named',
    check: (manifests) =>
      unless([
        (generated(manifests, 'settings')['AUTH_ISSUER'] ?? '').startsWith('https://'),
        'no issuer',
      ]),
    violations: [setting('AUTH_ISSUER')],
  },
  {
    name: 'nothing trades on paper: the executor is off until a venue is configured',
    check: (manifests) => {
      const executor = named(manifests, 'Deployment', 'executor');
      const pod = podsOf(manifests).find(({ owner }) => owner === 'Deployment executor');
      const env = (pod && serviceContainer(pod)?.env) ?? [];
      const venue = env.find(({ name }) => name === 'VENUE')?.value;
      return unless(
        [executor?.spec?.replicas === 0, 'the executor runs'],
        [!['paper', '', undefined].includes(venue), `the executor would trade on ${venue}`],
        [named(manifests, 'HorizontalPodAutoscaler', 'executor') === undefined, 'it is scaled'],
        [!/"(VENUE|PAPER_\w+)":/.test(JSON.stringify(generated(manifests, 'settings'))), 'paper'],
      );
    },
    violations: [
      { kind: 'Deployment', name: 'executor', path: 'spec.replicas', value: 1 },
      { kind: 'Deployment', name: 'executor', path: 'spec.replicas' },
      {
        kind: 'Deployment',
        name: 'executor',
        path: 'spec.template.spec.containers.0.env',
        value: [{ name: 'VENUE', value: 'paper' }],
      },
      {
        kind: 'Deployment',
        name: 'executor',
        path: 'spec.template.spec.containers.0.env',
        value: [],
      },
      setting('PAPER_FEE_BPS', '0'),
    ],
  },
  {
    name: 'three NATS servers on three nodes hold every stream, each message on disk before it is acknowledged',
    check: natsCluster,
    violations: [
      { kind: 'StatefulSet', name: 'nats', path: 'spec.replicas', value: 1 },
      { kind: 'PodDisruptionBudget', name: 'nats', path: '' },
      {
        kind: 'StatefulSet',
        name: 'nats',
        path: 'spec.template.spec.topologySpreadConstraints.0.whenUnsatisfiable',
        value: 'ScheduleAnyway',
      },
      setting('STREAM_REPLICAS', '1'),
      setting('STREAM_REPLICAS'),
      { kind: 'ConfigMap', name: 'nats', path: 'data', value: { 'nats.conf': 'listen: 4222' } },
      { kind: 'ConfigMap', name: 'bus', path: 'data.url', value: 'tls://nats-0.nats:4222' },
    ],
  },
  {
    name: 'PostgreSQL is outside, its address a secret and its certificate checked',
    check: (manifests) => [
      ...unless([ofKind(manifests, 'StatefulSet').length === 1, 'a database is in the cluster']),
      ...podsOf(manifests)
        .filter(({ labels }) => labels['trimtab.dev/database'] === 'yes')
        .flatMap(databaseBySecret),
    ],
    violations: [
      {
        kind: 'Job',
        name: 'migrate-solver',
        path: 'spec.template.spec.containers.0.env',
        value: [{ name: 'DATABASE_URL', value: 'postgres://db.example.com/trimtab' }],
      },
      {
        kind: 'Deployment',
        name: 'ordergen',
        path: 'spec.template.spec.containers.0.volumeMounts.@database-authority',
      },
    ],
  },
];

/** Rules of production. */
export const PRODUCTION_RULES: readonly Rule[] = RULES.map((rule) => ({
  ...rule,
  overlays: ['production'],
}));

function encrypted(manifests: readonly Manifest[], pod: Pod): readonly string[] {
  const settings = generated(manifests, 'settings');
  const container = serviceContainer(pod);
  const folder = container?.volumeMounts?.find(({ name }) => name === 'tls')?.mountPath;
  const volume = pod.spec.volumes?.find(({ name }) => name === 'tls')?.secret;
  const plain = (container?.env ?? []).filter(({ value = '' }) => value.startsWith('nats://'));
  return unless(
    [volume?.secretName === `${pod.name}-tls`, `${pod.owner} has no certificate`],
    [volume?.optional === false, `${pod.owner} starts without its certificate`],
    [plain.length === 0, `${pod.owner} talks to NATS in plain text`],
    ...Object.entries(TLS_FILES).map(
      ([variable, file]) =>
        [settings[variable] === `${folder}/${file}`, `${pod.owner} has no ${variable}`] as const,
    ),
  );
}

function natsCluster(manifests: readonly Manifest[]): readonly string[] {
  const nats = named(manifests, 'StatefulSet', 'nats')?.spec;
  const config = generated(manifests, 'nats')['nats.conf'] ?? '';
  const size = nats?.replicas ?? 1;
  const servers = Array.from({ length: size }, (_, index) => `nats-${index}.nats`);
  const bus = generated(manifests, 'bus')['url'];
  const byHost = nats?.template.spec?.topologySpreadConstraints?.find(
    ({ topologyKey }) => topologyKey === 'kubernetes.io/hostname',
  );
  const budget = named(manifests, 'PodDisruptionBudget', 'nats')?.spec;
  return unless(
    [size === 3, `${size} servers`],
    [generated(manifests, 'settings')['STREAM_REPLICAS'] === '3', 'streams on fewer servers'],
    [/^ {2}sync_interval: always$/m.test(config), 'acknowledged before it is on disk'],
    [(config.match(/^ {2,4}verify: true$/gm) ?? []).length === 2, 'not every client shows itself'],
    [servers.every((server) => config.includes(`//${server}:6222`)), 'a route is missing'],
    [bus === servers.map((server) => `tls://${server}:4222`).join(), 'clients know other servers'],
    [byHost?.whenUnsatisfiable === 'DoNotSchedule', 'two servers on one node'],
    [budget?.maxUnavailable === 1, 'two servers may be taken away at once'],
  );
}

function databaseBySecret(pod: Pod): readonly string[] {
  const container = serviceContainer(pod);
  const name = pod.name.replace('migrate-', '');
  const variable = (wanted: string) => container?.env?.find((each) => each.name === wanted);
  const key = variable('DATABASE_URL')?.valueFrom?.secretKeyRef;
  const folder = container?.volumeMounts?.find((mount) => mount.name === 'database-authority');
  const isJob = pod.owner.startsWith('Job');
  return unless(
    [key?.name === `${name}-database`, `${pod.owner} reads another address`],
    [key?.key === (isJob ? 'owner-url' : 'url'), `${pod.owner} has the rights of another`],
    [
      variable('NODE_EXTRA_CA_CERTS')?.value === `${folder?.mountPath}/ca.crt`,
      `${pod.owner} does not know the authority of the database`,
    ],
  );
}
