import { isList, type Json } from './canonical-text.js';
import { refuse } from './difference.js';

/** @throws Refused at the first place, in canonical order, where two documents differ */
export function sameDocument(
  path: string,
  found: Json | undefined,
  expected: Json | undefined,
): void {
  if (found === expected) return;
  if (isObject(found) && isObject(expected)) {
    if (isList(found) !== isList(expected)) refuse(path, say(found), say(expected));
    const names = [...new Set([...Object.keys(expected), ...Object.keys(found)])];
    const ordered = isList(found) ? names : names.sort((left, right) => (left < right ? -1 : 1));
    for (const name of ordered) {
      sameDocument(
        join(path, name, isList(found)),
        memberOf(found, name),
        memberOf(expected, name),
      );
    }
    return;
  }
  refuse(path, say(found), say(expected));
}

function isObject(
  value: Json | undefined,
): value is Exclude<Json, string | number | boolean | null> {
  return typeof value === 'object' && value !== null;
}

function memberOf(
  value: readonly Json[] | { readonly [name: string]: Json },
  name: string,
): Json | undefined {
  // A list has its places as names.
  return Object.hasOwn(value, name)
    ? (value as { readonly [name: string]: Json })[name]
    : undefined;
}

function join(path: string, name: string, inList: boolean): string {
  if (inList) return `${path}[${name}]`;
  return path === '' ? name : `${path}.${name}`;
}

function say(value: Json | undefined): string {
  if (value === undefined) return 'absent';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
