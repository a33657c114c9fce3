import type { IContainer, IVolume } from 'kubernetes-models/v1';
import {
  containersOf,
  generated,
  ofKind,
  podsOf,
  servicePods,
  serviceContainer,
  type Manifest,
  type Pod,
} from './manifests.js';
import { unless, type Rule } from './rule.js';

/** The volumes that a restricted pod may have. */
const RESTRICTED_VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
const HEALTH_PORT = 8081;

const everyContainer = (
  manifests: readonly Manifest[],
  check: (container: IContainer, where: string) => readonly string[],
): readonly string[] =>
  podsOf(manifests).flatMap((pod) =>
    containersOf(pod).flatMap((container) => check(container, `${pod.owner}/${container.name}`)),
  );

/** What each pod is and may. */
export const POD_RULES: readonly Rule[] = [
  {
    name: 'every pod meets the restricted Pod Security Standard, and the namespace lets no other in',
    check: (manifests) => [
      ...ofKind(manifests, 'Namespace').flatMap(({ metadata }) =>
        unless([
          metadata.labels?.['pod-security.kubernetes.io/enforce'] === 'restricted',
          `namespace ${metadata.name} does not enforce it`,
        ]),
      ),
      ...podsOf(manifests).flatMap(unrestrictedPod),
      ...everyContainer(manifests, unrestrictedContainer),
    ],
    violations: [
      {
        kind: 'Namespace',
        name: 'trimtab',
        path: 'metadata.labels',
        value: { 'pod-security.kubernetes.io/enforce': 'baseline' },
      },
      {
        kind: 'Deployment',
        name: 'oracle',
        path: 'spec.template.spec.securityContext.runAsNonRoot',
      },
      {
        kind: 'Deployment',
        name: 'solver',
        path: 'spec.template.spec.securityContext.seccompProfile.type',
        value: 'Unconfined',
      },
      { kind: 'Job', name: 'migrate-intent', path: 'spec.template.spec.hostNetwork', value: true },
      {
        kind: 'StatefulSet',
        name: 'nats',
        path: 'spec.template.spec.containers.0.securityContext.capabilities.drop',
        value: ['NET_RAW'],
      },
      {
        kind: 'Deployment',
        name: 'gateway',
        path: 'spec.template.spec.containers.0.securityContext.allowPrivilegeEscalation',
      },
      {
        kind: 'Deployment',
        name: 'engine',
        path: 'spec.template.spec.volumes.0',
        value: { name: 'host', hostPath: { path: '/' } },
      },
    ],
  },
  {
    name: 'no container can write to its root',
    check: (manifests) =>
      everyContainer(manifests, ({ securityContext }, where) =>
        unless([securityContext?.readOnlyRootFilesystem === true, `${where} can`]),
      ),
    violations: [
      {
        kind: 'Deployment',
        name: 'ordergen',
        path: 'spec.template.spec.containers.0.securityContext.readOnlyRootFilesystem',
        value: false,
      },
    ],
  },
  {
    name: 'every pod has a ServiceAccount of its own, without a token',
    check: (manifests) => [
      ...ofKind(manifests, 'ServiceAccount').flatMap(({ metadata, automountServiceAccountToken }) =>
        unless([automountServiceAccountToken === false, `${metadata.name} has a token`]),
      ),
      ...podsOf(manifests).flatMap(({ owner, spec }) =>
        unless(
          [spec.automountServiceAccountToken === false, `${owner} mounts a token`],
          [
            ofKind(manifests, 'ServiceAccount').some(
              ({ metadata }) => metadata.name === spec.serviceAccountName,
            ),
            `${owner} has no account of its own`,
          ],
        ),
      ),
    ],
    violations: [
      {
        kind: 'ServiceAccount',
        name: 'intent',
        path: 'automountServiceAccountToken',
        value: true,
      },
      {
        kind: 'Deployment',
        name: 'intent',
        path: 'spec.template.spec.automountServiceAccountToken',
      },
      { kind: 'Deployment', name: 'executor', path: 'spec.template.spec.serviceAccountName' },
    ],
  },
  {
    name: 'every container says what it needs, and how much memory it gets at most',
    check: (manifests) =>
      everyContainer(manifests, ({ resources }, where) =>
        unless(
          [resources?.requests?.['cpu'] !== undefined, `${where} requests no processor`],
          [resources?.requests?.['memory'] !== undefined, `${where} requests no memory`],
          [resources?.limits?.['memory'] !== undefined, `${where} has no limit of memory`],
        ),
      ),
    violations: [
      {
        kind: 'Deployment',
        name: 'solver',
        path: 'spec.template.spec.containers.0.resources.limits',
      },
    ],
  },
  {
    name: 'every image has a fixed version',
    check: (manifests) =>
      everyContainer(manifests, ({ image = '' }, where) =>
        unless([
          /[^/]:(?!latest$)[\w.-]+$|@sha256:[0-9a-f]{64}$/.test(image),
          `${where}: ${image}`,
        ]),
      ),
    violations: ['trimtab-oracle', 'localhost/trimtab-oracle:latest'].map((value) => ({
      kind: 'Deployment',
      name: 'oracle',
      path: 'spec.template.spec.containers.0.image',
      value,
    })),
  },
  {
    name: 'services are probed by gRPC for life and readiness, and have time to start',
    check: (manifests) => servicePods(manifests).flatMap(probesOf),
    violations: [
      {
        kind: 'Deployment',
        name: 'intent',
        path: 'spec.template.spec.containers.0.readinessProbe',
        value: { tcpSocket: { port: 50_051 } },
      },
      {
        kind: 'Deployment',
        name: 'gateway',
        path: 'spec.template.spec.containers.0.livenessProbe.grpc.service',
        value: 'readiness',
      },
      {
        kind: 'Deployment',
        name: 'oracle',
        path: 'spec.template.spec.containers.0.startupProbe',
      },
    ],
  },
  {
    name: 'a pod has longer to go than its process takes to drain',
    check: (manifests) => {
      const drainMs = Number(generated(manifests, 'settings')['DRAIN_TIMEOUT_MILLIS']);
      return servicePods(manifests).flatMap((pod) => {
        const preStop = serviceContainer(pod)?.lifecycle?.preStop?.sleep?.seconds ?? 0;
        // A process ends after twice its time to drain, whatever happens.
        const needed = preStop + (2 * drainMs) / 1000;
        const grace = pod.spec.terminationGracePeriodSeconds ?? 30;
        return unless(
          [preStop > 0, `${pod.owner} goes before its clients have heard of it`],
          [grace > needed, `${pod.owner} has ${grace} s, and needs ${needed} s`],
        );
      });
    },
    violations: [
      {
        kind: 'Deployment',
        name: 'ordergen',
        path: 'spec.template.spec.terminationGracePeriodSeconds',
        value: 45,
      },
      { kind: 'ConfigMap', name: 'settings', path: 'data.DRAIN_TIMEOUT_MILLIS', value: '30000' },
      { kind: 'Deployment', name: 'oracle', path: 'spec.template.spec.containers.0.lifecycle' },
    ],
  },
];

function unrestrictedPod({ owner, spec }: Pod): readonly string[] {
  const { securityContext: context } = spec;
  const volumes = (spec.volumes ?? []).filter((volume) => !isRestricted(volume));
  return unless(
    [context?.runAsNonRoot === true, `${owner} may run as root`],
    [(context?.runAsUser ?? 0) > 0, `${owner} has no user`],
    [context?.seccompProfile?.type === 'RuntimeDefault', `${owner} has no seccomp profile`],
    [!(spec.hostNetwork ?? spec.hostPID ?? spec.hostIPC ?? false), `${owner} is on the host`],
    [volumes.length === 0, `${owner} mounts ${volumes.map(({ name }) => name).join()}`],
  );
}

function isRestricted(volume: IVolume): boolean {
  return Object.keys(volume).every((key) => key === 'name' || RESTRICTED_VOLUMES.includes(key));
}

function unrestrictedContainer(
  { securityContext: context, ports = [] }: IContainer,
  where: string,
): readonly string[] {
  return unless(
    [context?.allowPrivilegeEscalation === false, `${where} may gain privileges`],
    [context?.privileged !== true, `${where} is privileged`],
    [context?.capabilities?.drop?.includes('ALL') === true, `${where} keeps capabilities`],
    [(context?.capabilities?.add ?? []).length === 0, `${where} adds capabilities`],
    [ports.every(({ hostPort }) => hostPort === undefined), `${where} takes a port of the host`],
  );
}

function probesOf(pod: Pod): readonly string[] {
  const container = serviceContainer(pod);
  const asks = (probe: 'startupProbe' | 'livenessProbe' | 'readinessProbe', service: string) => {
    const grpc = container?.[probe]?.grpc;
    return grpc?.port === HEALTH_PORT && grpc.service === service;
  };
  const port = container?.ports?.find(({ name }) => name === 'health')?.containerPort;
  return unless(
    [port === HEALTH_PORT, `${pod.owner} has no port of health`],
    [asks('startupProbe', 'liveness'), `${pod.owner} has no startup probe`],
    [asks('livenessProbe', 'liveness'), `${pod.owner} has no liveness probe`],
    [asks('readinessProbe', 'readiness'), `${pod.owner} has no readiness probe`],
  );
}
