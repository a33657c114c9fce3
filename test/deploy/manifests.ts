import type { IDeployment, IStatefulSet } from 'kubernetes-models/apps/v1';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import type { IJob } from 'kubernetes-models/batch/v1';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1';
import type {
  IConfigMap,
  IContainer,
  INamespace,
  IPodSpec,
  ISecret,
  IService,
  IServiceAccount,
} from 'kubernetes-models/v1';

/** The kinds that the overlays use, with the types of their content. */
export interface Kinds {
  readonly ConfigMap: IConfigMap;
  readonly Deployment: IDeployment;
  readonly HorizontalPodAutoscaler: IHorizontalPodAutoscaler;
  readonly Job: IJob;
  readonly Namespace: INamespace;
  readonly NetworkPolicy: INetworkPolicy;
  readonly PodDisruptionBudget: IPodDisruptionBudget;
  readonly Secret: ISecret;
  readonly Service: IService;
  readonly ServiceAccount: IServiceAccount;
  readonly StatefulSet: IStatefulSet;
}

/** One of {@link Kinds}. */
export type Kind = keyof Kinds;

/** An object of a rendered overlay. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: Kind;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

/** A pod as the object that makes it describes it. */
export interface Pod {
  /** Kind and name of that object. */
  readonly owner: string;
  /** The name that policies and the documentation know it by. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: IPodSpec;
}

/** The services, each a Deployment. */
export const SERVICES = [
  'intent',
  'oracle',
  'solver',
  'ordergen',
  'executor',
  'engine',
  'gateway',
] as const;

/** The services with tables of their own. */
export const STORING = ['intent', 'oracle', 'solver', 'ordergen', 'executor'] as const;

/** All objects of a kind. */
export function ofKind<K extends Kind>(
  manifests: readonly Manifest[],
  kind: K,
): readonly (Kinds[K] & Manifest)[] {
  return manifests.filter((each): each is Kinds[K] & Manifest => each.kind === kind);
}

/** One object by kind and name. */
export function named<K extends Kind>(
  manifests: readonly Manifest[],
  kind: K,
  name: string,
): (Kinds[K] & Manifest) | undefined {
  return ofKind(manifests, kind).find((each) => each.metadata.name === name);
}

/** The pods of all Deployments, StatefulSets and Jobs. */
export function podsOf(manifests: readonly Manifest[]): readonly Pod[] {
  return (['Deployment', 'StatefulSet', 'Job'] as const).flatMap((kind) =>
    ofKind(manifests, kind).flatMap(({ metadata, spec }) => {
      const template = spec?.template;
      if (template?.spec === undefined) return [];
      const labels = template.metadata?.labels ?? {};
      const name = labels['app.kubernetes.io/name'] ?? metadata.name;
      return [{ owner: `${kind} ${metadata.name}`, name, labels, spec: template.spec }];
    }),
  );
}

/** The pods of the services. */
export function servicePods(manifests: readonly Manifest[]): readonly Pod[] {
  return podsOf(manifests).filter(
    ({ labels }) => labels['app.kubernetes.io/component'] === 'service',
  );
}

/** Every container of a pod, also those that run before the others. */
export function containersOf({ spec }: Pod): readonly IContainer[] {
  return [...(spec.initContainers ?? []), ...spec.containers];
}

/** The container that runs the service. */
export function serviceContainer(pod: Pod): IContainer | undefined {
  return pod.spec.containers.find(({ name }) => name === 'service');
}

/** The ConfigMap that a generator made under a name: `settings` is `settings-98987kdh4g`. */
export function generated(
  manifests: readonly Manifest[],
  name: string,
): Readonly<Record<string, string>> {
  const found = ofKind(manifests, 'ConfigMap').find(({ metadata }) =>
    new RegExp(`^${name}-[a-z0-9]{10}$`).test(metadata.name),
  );
  return found?.data ?? {};
}

/** Whether a label selector chooses labels; an empty one chooses all. */
export function selects(
  selector: { readonly matchLabels?: Readonly<Record<string, string>> | undefined } | undefined,
  labels: Readonly<Record<string, string>>,
): boolean {
  if (selector === undefined) return false;
  return Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
}
