import { isList, type Json } from './canonical-text.js';
import { refuse } from './difference.js';
import { fractionOf, type Fraction } from './exact.js';

/** A value of the bundle and where it stands. Every reader refuses what its field cannot hold. */
export interface Node {
  readonly path: string;
  readonly value: Json;
}

/** The members of an object: those that must be there, and those that may be. */
export type Members<Required extends string, Optional extends string> = {
  readonly [name in Required]: Node;
} & { readonly [name in Optional]?: Node };

/** Reads an object that has these members and no other. */
export function members<Required extends string, Optional extends string = never>(
  node: Node,
  required: readonly Required[],
  optional: readonly Optional[] = [],
): Members<Required, Optional> {
  const { path, value } = node;
  if (value === null || typeof value !== 'object' || isList(value)) {
    return refuse(path, JSON.stringify(value), 'an object');
  }
  const known = new Set<string>([...required, ...optional]);
  const found: Record<string, Node> = {};
  for (const [name, member] of Object.entries(value)) {
    const place = path === '' ? name : `${path}.${name}`;
    if (!known.has(name)) refuse(place, JSON.stringify(member), 'absent');
    found[name] = { path: place, value: member };
  }
  for (const name of required) {
    if (found[name] === undefined)
      refuse(path === '' ? name : `${path}.${name}`, 'absent', 'a value');
  }
  // Every required member was found, and nothing but known ones.
  return found as Members<Required, Optional>;
}

/** Reads a list. */
export function items({ path, value }: Node): readonly Node[] {
  if (!isList(value)) return refuse(path, JSON.stringify(value), 'a list');
  return value.map((item, place) => ({ path: `${path}[${place}]`, value: item }));
}

/** Reads a text. */
export function text({ path, value }: Node): string {
  return typeof value === 'string' ? value : refuse(path, JSON.stringify(value), 'a text');
}

/** Reads a text that is not empty. */
export function name(node: Node): string {
  const found = text(node);
  return found === '' ? refuse(node.path, '""', 'a name') : found;
}

/** Reads a switch. */
export function flag({ path, value }: Node): boolean {
  return typeof value === 'boolean' ? value : refuse(path, JSON.stringify(value), 'true or false');
}

/** Reads a whole number. */
export function count({ path, value }: Node, from = 0, to = Number.MAX_SAFE_INTEGER): number {
  const whole = typeof value === 'number' && Number.isSafeInteger(value);
  if (whole && value >= from && value <= to) return value;
  return refuse(path, JSON.stringify(value), `a whole number from ${from} to ${to}`);
}

/** Reads any whole number, negative ones too. */
export function whole(node: Node): number {
  return count(node, Number.MIN_SAFE_INTEGER);
}

/** Reads an amount: a whole number in a text. */
export function amount(node: Node): bigint {
  const found = text(node);
  if (!/^(0|-?[1-9]\d*)$/.test(found)) refuse(node.path, found, 'a whole number in a text');
  return BigInt(found);
}

/** Reads an amount of at least 0. */
export function positive(node: Node): bigint {
  const found = amount(node);
  return found >= 0n ? found : refuse(node.path, found.toString(), 'at least 0');
}

/** Reads a canonical decimal. */
export function decimal(node: Node): Fraction {
  const found = text(node);
  return fractionOf(found) ?? refuse(node.path, found, 'a canonical decimal');
}

/** Reads one of a closed set of words. */
export function word<Word extends string>(node: Node, words: readonly Word[]): Word {
  const found = text(node);
  return words.find((one) => one === found) ?? refuse(node.path, found, words.join(', '));
}

/** Reads a hash. */
export function digest(node: Node): string {
  const found = text(node);
  return /^[0-9a-f]{64}$/.test(found) ? found : refuse(node.path, found, '64 hexadecimal digits');
}

/** Reads a time: RFC 3339, UTC, milliseconds. */
export function time(node: Node): string {
  const found = text(node);
  const shaped = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(found);
  return shaped ? found : refuse(node.path, found, 'a UTC time with milliseconds');
}

/** Requires each item to stand after the one before it, by code unit. */
export function ascending(nodes: readonly Node[], keyOf: (place: number) => string): void {
  for (const [place, node] of nodes.entries()) {
    if (place === 0) continue;
    const [before, here] = [keyOf(place - 1), keyOf(place)];
    if (before >= here) refuse(node.path, here, `something after ${before}`);
  }
}
