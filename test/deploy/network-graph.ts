import { readFileSync } from 'node:fs';
import type {
  INetworkPolicyPeer,
  INetworkPolicyPort,
} from 'kubernetes-models/networking.k8s.io/v1';
import type { Overlay } from './kustomize.js';
import { containersOf, ofKind, podsOf, selects, type Manifest, type Pod } from './manifests.js';

const TABLE_HEADING = '## Who calls whom';
const PRIVATE_NETWORKS = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];

/** The edges `from → to:port` of the table in deploy/README.md for one overlay. */
export function documentedEdges(overlay: Overlay): ReadonlySet<string> {
  const text = readFileSync('deploy/README.md', 'utf8');
  const section = text.slice(text.indexOf(TABLE_HEADING)).split('\n## ')[0] ?? '';
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));
  const edges = rows
    .filter(([, , , , where]) => where === 'both' || where === overlay)
    .flatMap(([, from = '', to = '', port = '']) =>
      list(from).flatMap((source) => list(to).map((target) => `${source} → ${target}:${port}`)),
    );
  return new Set(edges);
}

/** Edges as the policies of an overlay have them. */
export interface Edges {
  /** Let through by one side at least. */
  readonly open: ReadonlySet<string>;
  /** Let through by the sender and by the receiver, where both are in the overlay. */
  readonly through: ReadonlySet<string>;
}

/** What the policies of an overlay let through. */
export function renderedEdges(manifests: readonly Manifest[]): Edges {
  const pods = podsOf(manifests);
  const outside = pods.flatMap((pod) => outsideEdges(manifests, pod));
  const outgoing = new Set<string>();
  const incoming = new Set<string>();
  for (const pod of pods) {
    for (const other of pods) {
      const edges = (from: Pod, to: Pod, allowances: readonly Allowance[]): readonly string[] =>
        portsTo(other, to, allowances).map((port) => `${nameOf(from)} → ${nameOf(to)}:${port}`);
      for (const edge of edges(pod, other, sent(manifests, pod))) outgoing.add(edge);
      for (const edge of edges(other, pod, taken(manifests, pod))) incoming.add(edge);
    }
  }
  return {
    open: new Set([...outside, ...outgoing, ...incoming]),
    through: new Set([...outside, ...[...outgoing].filter((edge) => incoming.has(edge))]),
  };
}

function outsideEdges(manifests: readonly Manifest[], pod: Pod): readonly string[] {
  const name = nameOf(pod);
  const out = sent(manifests, pod).flatMap(({ peers, ports }) =>
    outsiders(peers).flatMap((to) =>
      ports.length === 0
        ? [`${name} → ${to}:any`]
        : ports.map(({ port }) => `${name} → ${to}:${port}`),
    ),
  );
  const into = taken(manifests, pod).flatMap(({ peers, ports }) =>
    outsiders(peers).flatMap((from) =>
      openPorts(pod, ports).map((port) => `${from} → ${name}:${port}`),
    ),
  );
  return [...out, ...into];
}

interface Allowance {
  readonly peers: readonly INetworkPolicyPeer[];
  readonly ports: readonly INetworkPolicyPort[];
}

/** What the policies let a pod send; a rule without peers counts as to anybody. */
function sent(manifests: readonly Manifest[], pod: Pod): readonly Allowance[] {
  return policiesOf(manifests, pod).flatMap(({ spec }) =>
    (spec?.egress ?? []).map(({ to, ports }) => ({ peers: to ?? [ANYBODY], ports: ports ?? [] })),
  );
}

function taken(manifests: readonly Manifest[], pod: Pod): readonly Allowance[] {
  return policiesOf(manifests, pod).flatMap(({ spec }) =>
    (spec?.ingress ?? []).map(({ from, ports }) => ({
      peers: from ?? [ANYBODY],
      ports: ports ?? [],
    })),
  );
}

const ANYBODY: INetworkPolicyPeer = { podSelector: {}, ipBlock: { cidr: '0.0.0.0/0' } };

function policiesOf(manifests: readonly Manifest[], pod: Pod) {
  return ofKind(manifests, 'NetworkPolicy').filter(({ spec }) =>
    selects(spec?.podSelector, pod.labels),
  );
}

/** The ports of `target` that allowances for `peer` open. */
function portsTo(peer: Pod, target: Pod, allowances: readonly Allowance[]): readonly number[] {
  return allowances
    .filter(({ peers }) => peers.some((each) => isInside(each, peer)))
    .flatMap(({ ports }) => openPorts(target, ports));
}

function isInside({ podSelector, namespaceSelector }: INetworkPolicyPeer, pod: Pod): boolean {
  return namespaceSelector === undefined && selects(podSelector, pod.labels);
}

/** Numbers of the ports of a pod that a rule means; one without ports means all. */
function openPorts(pod: Pod, ports: readonly INetworkPolicyPort[]): readonly number[] {
  const open = containersOf(pod).flatMap((container) => container.ports ?? []);
  return open
    .filter(
      ({ name, containerPort }) =>
        ports.length === 0 || ports.some(({ port }) => port === name || port === containerPort),
    )
    .map(({ containerPort }) => containerPort);
}

/** What peers are outside the overlay, by the names of the table. */
function outsiders(peers: readonly INetworkPolicyPeer[]): readonly string[] {
  return peers.flatMap(({ namespaceSelector, podSelector, ipBlock }) => {
    if (ipBlock !== undefined) return [networkOf(ipBlock.cidr, ipBlock.except ?? [])];
    const labels = namespaceSelector?.matchLabels ?? {};
    if (labels['trimtab.dev/edge'] === 'true') return ['edge'];
    const namespace = labels['kubernetes.io/metadata.name'];
    if (podSelector?.matchLabels?.['k8s-app'] === 'kube-dns') return ['names'];
    if (namespace !== undefined) return [namespace];
    return namespaceSelector === undefined ? [] : ['any namespace'];
  });
}

function networkOf(cidr: string, except: readonly string[]): string {
  if (cidr !== '0.0.0.0/0') return 'database';
  const isPublic = PRIVATE_NETWORKS.every((network) => except.includes(network));
  return isPublic ? 'internet' : 'any address';
}

/** The database is known by what it is, in the cluster or outside. */
function nameOf({ name }: Pod): string {
  return name === 'postgres' ? 'database' : name;
}

function list(cell: string): readonly string[] {
  return cell.split(',').map((name) => name.trim());
}
