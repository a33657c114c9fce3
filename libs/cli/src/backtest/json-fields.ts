import { normaliseHumanDecimal } from '@trimtab/decimal';
import { numberText } from '@trimtab/gateway/json';
import { violation, type Violation } from '@trimtab/strategy';

/** The fields of a JSON object that a person wrote; what has another form than it must is reported. */
export interface JsonFields {
  readonly path: string;
  has(key: string): boolean;
  text(key: string): string | undefined;
  integer(key: string): number | undefined;
  flag(key: string): boolean | undefined;
  /** A canonical decimal, of a number by its digits or of a text. */
  decimal(key: string): string | undefined;
  texts(key: string): readonly string[];
  /** Absent if it is not there; empty if it is no object. */
  object(key: string, keys: readonly string[]): JsonFields | undefined;
}

/** Reads an object that may have these keys and no others. */
export function fieldsOf(
  value: unknown,
  at: {
    readonly path: string;
    readonly keys: readonly string[];
    readonly report: (violation: Violation) => void;
  },
): JsonFields {
  const { path, keys, report } = at;
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject) report(violation(path, 'ONE_OF', kindOf(value), 'an object'));
  const fields: object = isObject ? value : {};
  const found = new Map<string, unknown>(Object.entries(fields));
  for (const key of found.keys()) {
    if (keys.includes(key)) continue;
    const limit = `one of ${keys.join(', ')}`;
    report(violation(pathOf(path, key.slice(0, 60)), 'UNKNOWN_KEY', 'an unknown key', limit));
  }
  const read = <T>(key: string, limit: string, accept: (item: unknown) => T | undefined) => {
    if (!found.has(key)) return undefined;
    const accepted = accept(found.get(key));
    if (accepted === undefined) {
      report(violation(pathOf(path, key), 'ONE_OF', kindOf(found.get(key)), limit));
    }
    return accepted;
  };
  return {
    path,
    has: (key) => found.has(key),
    text: (key) => read(key, 'a text', textOf),
    integer: (key) =>
      read(key, 'a number', (item) => (typeof item === 'number' ? item : undefined)),
    flag: (key) =>
      read(key, 'true or false', (item) => (typeof item === 'boolean' ? item : undefined)),
    decimal: (key) =>
      read(key, 'a number or a text', (item) =>
        typeof item === 'number' ? numberText(fields, key) : canonicalOrSame(textOf(item)),
      ),
    texts: (key) => read(key, 'a list of texts', textsOf) ?? [],
    object: (key, inner) =>
      found.has(key)
        ? fieldsOf(found.get(key), { path: pathOf(path, key), keys: inner, report })
        : undefined,
  };
}

function pathOf(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function textOf(item: unknown): string | undefined {
  return typeof item === 'string' ? item : undefined;
}

function textsOf(item: unknown): readonly string[] | undefined {
  const isTexts = Array.isArray(item) && item.every((one) => typeof one === 'string');
  return isTexts ? item : undefined;
}

/** "0.50" is 0.5; a text that is no decimal stays, for the rules to say what is wrong with it. */
function canonicalOrSame(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const canonical = normaliseHumanDecimal(text);
  return canonical.ok ? canonical.value : text;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
