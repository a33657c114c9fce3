/** What JSON can say. */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/**
 * The one text of a document (RFC 8785): members by UTF-16 code unit, no white space, numbers and
 * strings as ECMAScript writes them.
 */
export function canonicalText(value: Json): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalText).join(',')}]`;
  const names = Object.keys(value).sort((left, right) => (left < right ? -1 : 1));
  const members = names.map((name) => `${JSON.stringify(name)}:${memberText(value, name)}`);
  return `{${members.join(',')}}`;
}

/** Whether a value is a list. */
export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function memberText(value: { readonly [name: string]: Json }, name: string): string {
  return canonicalText(value[name] ?? null);
}
