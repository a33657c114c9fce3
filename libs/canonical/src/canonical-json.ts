/** What a hashed document may consist of. Money and prices are strings, counts are safe integers. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue | undefined };

/** Text that stands in JSON as it is, which nearly all of ours does. */
const PLAIN = /^[ !#-[\]-~]*$/;
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

/**
 * Writes a document as RFC 8785 canonical JSON: keys by UTF-16 code unit, no white space. An absent
 * field (`undefined`) is left out.
 *
 * Numbers are written as ECMAScript writes them, which is the RFC's form; our own hashed documents
 * hold whole numbers only.
 *
 * @throws TypeError for numbers that are not finite and for text that is not well-formed Unicode
 */
export function canonicalJson(value: JsonValue): string {
  switch (typeof value) {
    case 'string':
      return canonicalString(value);
    case 'number':
      return canonicalNumber(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      return value === null ? 'null' : canonicalObject(value);
    default:
      throw new TypeError(`cannot write ${typeof value} as canonical JSON`);
  }
}

function canonicalObject(value: object): string {
  if (Array.isArray(value)) return canonicalList(value);
  const record = value as { readonly [key: string]: JsonValue | undefined };
  let members = '';
  for (const key of ascending(Object.keys(record))) {
    const member = record[key];
    if (member === undefined) continue;
    members += `${members === '' ? '' : ','}${canonicalString(key)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
}

function canonicalList(items: readonly JsonValue[]): string {
  let text = '';
  for (const item of items) text += `${text === '' ? '' : ','}${canonicalJson(item)}`;
  return `[${text}]`;
}

/** Sorts keys by UTF-16 code unit, as the RFC asks; most documents are written in that order already. */
function ascending(keys: string[]): readonly string[] {
  let previous = '';
  for (const key of keys) {
    // The default order of sort() is the one of `<`: by UTF-16 code unit.
    if (key < previous) return keys.sort();
    previous = key;
  }
  return keys;
}

function canonicalString(text: string): string {
  return `"${canonicalCharacters(text)}"`;
}

/**
 * What canonical JSON writes between the quotes of a text: for documents that are written field by field.
 *
 * @throws TypeError for text that is not well-formed Unicode
 */
export function canonicalCharacters(text: string): string {
  if (PLAIN.test(text)) return text;
  if (LONE_SURROGATE.test(text)) throw new TypeError('text is not well-formed Unicode');
  return JSON.stringify(text).slice(1, -1);
}

function canonicalNumber(value: number): string {
  if (!Number.isFinite(value))
    throw new TypeError(`number was ${value}, JSON has finite ones only`);
  return String(value);
}
