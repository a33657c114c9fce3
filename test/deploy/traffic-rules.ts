import { documentedEdges, renderedEdges } from './network-graph.js';
import {
  generated,
  named,
  ofKind,
  podsOf,
  selects,
  servicePods,
  SERVICES,
  type Manifest,
  type Pod,
} from './manifests.js';
import { unless, type Rule } from './rule.js';

/** The services that others call by gRPC. */
const CALLED = ['intent', 'oracle', 'solver', 'ordergen'] as const;
/** What consumes a stream, and is scaled by how far it lags behind. */
const CONSUMERS = ['ordergen', 'executor'] as const;

/** How pods find, reach and relieve each other. */
export const TRAFFIC_RULES: readonly Rule[] = [
  {
    name: 'the seven services are there',
    check: (manifests) =>
      SERVICES.flatMap((service) =>
        unless([named(manifests, 'Deployment', service) !== undefined, `no ${service}`]),
      ),
    violations: [{ kind: 'Deployment', name: 'engine', path: '' }],
  },
  {
    name: 'a called service is headless, so that its clients balance over every pod by themselves',
    check: (manifests) => CALLED.flatMap((name) => headless(manifests, name)),
    violations: [
      { kind: 'Service', name: 'solver', path: 'spec.clusterIP' },
      { kind: 'Service', name: 'oracle', path: 'spec.selector', value: { app: 'oracle' } },
      { kind: 'Service', name: 'intent', path: 'spec.ports.0.port', value: 50_052 },
      { kind: 'ConfigMap', name: 'settings', path: 'data.SOLVER_ADDRESS', value: 'solver:50052' },
    ],
  },
  {
    name: 'every service that runs may lose one pod at a time to a disruption',
    check: (manifests) =>
      running(manifests).flatMap((pod) => {
        const budget = ofKind(manifests, 'PodDisruptionBudget').find(({ spec }) =>
          selects(spec?.selector, pod.labels),
        );
        return unless([budget?.spec?.maxUnavailable === 1, `${pod.owner} has no such budget`]);
      }),
    violations: [
      { kind: 'PodDisruptionBudget', name: 'gateway', path: '' },
      { kind: 'PodDisruptionBudget', name: 'oracle', path: 'spec.maxUnavailable', value: 2 },
    ],
  },
  {
    name: 'every service that runs is scaled by its load, a consumer by its lag as well',
    check: (manifests) => running(manifests).flatMap((pod) => scaled(manifests, pod)),
    violations: [
      { kind: 'HorizontalPodAutoscaler', name: 'solver', path: '' },
      { kind: 'HorizontalPodAutoscaler', name: 'ordergen', path: 'spec.metrics.1' },
      {
        kind: 'HorizontalPodAutoscaler',
        name: 'ordergen',
        path: 'spec.metrics.1.external.metric.selector.matchLabels.consumer_name',
        value: 'executor',
      },
    ],
  },
  {
    name: 'a new version takes no pod away before its successor is ready',
    check: (manifests) =>
      ofKind(manifests, 'Deployment').flatMap(({ metadata, spec }) =>
        unless([
          spec?.strategy?.rollingUpdate?.maxUnavailable === 0,
          `${metadata.name} goes below its size`,
        ]),
      ),
    violations: [
      {
        kind: 'Deployment',
        name: 'intent',
        path: 'spec.strategy.rollingUpdate.maxUnavailable',
        value: '25%',
      },
    ],
  },
  {
    name: 'pods of a service are spread over zones and over nodes',
    check: (manifests) =>
      servicePods(manifests).flatMap((pod) =>
        ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].flatMap((key) => {
          const spread = pod.spec.topologySpreadConstraints?.find(
            ({ topologyKey }) => topologyKey === key,
          );
          return unless([
            spread?.maxSkew === 1 && selects(spread.labelSelector, pod.labels),
            `${pod.owner} is not spread over ${key}`,
          ]);
        }),
      ),
    violations: [
      {
        kind: 'Deployment',
        name: 'executor',
        path: 'spec.template.spec.topologySpreadConstraints.1',
      },
    ],
  },
  {
    name: 'what is not allowed is denied, for every pod, both ways',
    check: (manifests) => {
      const everything = ofKind(manifests, 'NetworkPolicy').some(
        ({ spec }) =>
          Object.keys(spec?.podSelector ?? { x: 1 }).length === 0 &&
          spec?.policyTypes?.includes('Ingress') === true &&
          spec.policyTypes.includes('Egress') &&
          (spec.ingress ?? []).length === 0 &&
          (spec.egress ?? []).length === 0,
      );
      return unless([everything, 'no policy denies everything']);
    },
    violations: [
      { kind: 'NetworkPolicy', name: 'default-deny', path: '' },
      { kind: 'NetworkPolicy', name: 'default-deny', path: 'spec.egress', value: [{}] },
      {
        kind: 'NetworkPolicy',
        name: 'default-deny',
        path: 'spec.podSelector',
        value: { matchLabels: { 'app.kubernetes.io/name': 'oracle' } },
      },
    ],
  },
  {
    name: 'the network lets through exactly the calls of the table in deploy/README.md',
    check: (manifests) => {
      const { open, through } = renderedEdges(manifests);
      const documented = documentedEdges(isProduction(manifests) ? 'production' : 'dev');
      return [
        ...[...open]
          .filter((edge) => !documented.has(edge))
          .map((edge) => `not documented: ${edge}`),
        ...[...documented]
          .filter((edge) => !through.has(edge))
          .map((edge) => `not let through: ${edge}`),
      ].sort();
    },
    violations: [
      {
        kind: 'NetworkPolicy',
        name: 'solver',
        path: 'spec.ingress.0.from.0.podSelector.matchLabels',
        value: {},
      },
      { kind: 'NetworkPolicy', name: 'gateway', path: 'spec.egress.0' },
      { kind: 'NetworkPolicy', name: 'executor', path: 'spec.egress', value: [{}] },
      { kind: 'NetworkPolicy', name: 'oracle', path: 'spec.ingress', value: [{}] },
      { kind: 'NetworkPolicy', name: 'names', path: '' },
      { kind: 'NetworkPolicy', name: 'intent', path: 'spec.egress.3.to.0.ipBlock.except' },
    ],
  },
];

/** The services that are not switched off. */
function running(manifests: readonly Manifest[]): readonly Pod[] {
  return servicePods(manifests).filter(
    ({ name }) => named(manifests, 'Deployment', name)?.spec?.replicas !== 0,
  );
}

function isProduction(manifests: readonly Manifest[]): boolean {
  return named(manifests, 'StatefulSet', 'postgres') === undefined;
}

function headless(manifests: readonly Manifest[], name: string): readonly string[] {
  const spec = named(manifests, 'Service', name)?.spec;
  const pod = podsOf(manifests).find((each) => each.name === name);
  const [port] = spec?.ports ?? [];
  const address = generated(manifests, 'settings')[`${name.toUpperCase()}_ADDRESS`];
  const listens = pod?.spec.containers.some(({ ports = [] }) =>
    ports.some((each) => each.name === port?.targetPort && each.containerPort === port?.port),
  );
  return unless(
    [spec?.clusterIP === 'None', `${name} is not headless`],
    [selects({ matchLabels: spec?.selector }, pod?.labels ?? {}), `${name} finds no pod`],
    [listens === true, `${name} leads to no port`],
    [address === `${name}:${port?.port}`, `${name} is called as ${address}`],
  );
}

function scaled(manifests: readonly Manifest[], { name, owner }: Pod): readonly string[] {
  const spec = ofKind(manifests, 'HorizontalPodAutoscaler').find(
    ({ spec: each }) => each?.scaleTargetRef.name === name,
  )?.spec;
  const byProcessor = spec?.metrics?.some(({ resource }) => resource?.name === 'cpu') === true;
  const byLag = spec?.metrics?.some(
    ({ external }) => external?.metric.selector?.matchLabels?.['consumer_name'] === name,
  );
  const consumes = CONSUMERS.some((each) => each === name);
  return unless(
    [byProcessor, `${owner} is not scaled by its processor time`],
    [!consumes || byLag === true, `${owner} is not scaled by its lag`],
  );
}
