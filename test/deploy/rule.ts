import type { Overlay } from './kustomize.js';
import type { Kind, Manifest } from './manifests.js';

/** Something that holds in every cluster, or in those named. */
export interface Rule {
  /** A sentence. */
  readonly name: string;
  /** Absent: all. */
  readonly overlays?: readonly Overlay[];
  /** What breaks it, one sentence each; empty when it holds. */
  check(manifests: readonly Manifest[]): readonly string[];
  /** Changes that break it, each alone. */
  readonly violations: readonly Violation[];
}

/** A change of one object. */
export interface Violation {
  readonly kind: Kind;
  /** Without the hash of a generated one. */
  readonly name: string;
  /** Steps with dots; in lists numbers, or names as `@tls`; empty: the whole object. */
  readonly path: string;
  /** Absent: what is there is taken away. */
  readonly value?: unknown;
}

type Plain = Record<string, unknown>;

/** The sentences of those conditions that do not hold. */
export function unless(
  ...conditions: readonly (readonly [holds: boolean, sentence: string])[]
): readonly string[] {
  return conditions.filter(([holds]) => !holds).map(([, sentence]) => sentence);
}

/**
 * A copy of the manifests with one change.
 *
 * @throws Error when there is nothing at the path to change
 */
export function planted(manifests: readonly Manifest[], violation: Violation): readonly Manifest[] {
  const copy = structuredClone(manifests) as Manifest[];
  const index = copy.findIndex(
    ({ kind, metadata }) =>
      kind === violation.kind && metadata.name.replace(/-[a-z0-9]{10}$/, '') === violation.name,
  );
  const target = copy[index];
  if (target === undefined) throw new Error(`no ${violation.kind} ${violation.name} to change`);
  if (violation.path === '') copy.splice(index, 1);
  else change(target as unknown as Plain, violation.path.split('.'), violation.value);
  return copy;
}

function change(root: Plain, path: readonly string[], value: unknown): void {
  let place: unknown = root;
  for (const step of path.slice(0, -1)) place = (place as Plain | undefined)?.[keyOf(place, step)];
  if (typeof place !== 'object' || place === null) throw new Error(`nothing at ${path.join('.')}`);
  const last = keyOf(place, path.at(-1) ?? '');
  if (value !== undefined) (place as Plain)[last] = value;
  else if (!(last in place)) throw new Error(`nothing at ${path.join('.')}`);
  else if (Array.isArray(place)) place.splice(Number(last), 1);
  else Reflect.deleteProperty(place, last);
}

/** A step `@tls` is the place of what has this name. */
function keyOf(place: unknown, step: string): string {
  if (!Array.isArray(place) || !step.startsWith('@')) return step;
  return String(place.findIndex((each: Plain) => each['name'] === step.slice(1)));
}
