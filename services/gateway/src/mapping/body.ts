import { canonicalOrSame } from '../json/exact-decimal.js';
import { numberText } from '../json/read-json.js';

/** An object of a request that its schema has accepted. Fields are read by name, decimals by their digits. */
export interface Body {
  text(key: string): string | undefined;
  integer(key: string): number | undefined;
  flag(key: string): boolean | undefined;
  /** A canonical decimal, of a number or a text; a text that is no decimal stays as it is. */
  decimal(key: string): string | undefined;
  texts(key: string): readonly string[];
  object(key: string): Body | undefined;
  objects(key: string): readonly Body[];
  has(key: string): boolean;
  isNull(key: string): boolean;
}

/** Reads a value that is an object by its schema; anything else has no fields. */
export function bodyOf(value: unknown): Body {
  const fields: object = typeof value === 'object' && value !== null ? value : {};
  const at = (key: string): unknown =>
    Object.hasOwn(fields, key) ? (fields as Readonly<Record<string, unknown>>)[key] : undefined;
  const textAt = (key: string): string | undefined => {
    const found = at(key);
    return typeof found === 'string' ? found : undefined;
  };
  const listAt = (key: string): readonly unknown[] => {
    const found = at(key);
    return Array.isArray(found) ? found : [];
  };
  return {
    text: textAt,
    integer: (key) => {
      const found = at(key);
      return typeof found === 'number' ? found : undefined;
    },
    flag: (key) => {
      const found = at(key);
      return typeof found === 'boolean' ? found : undefined;
    },
    decimal: (key) => {
      const text = textAt(key);
      return text === undefined ? numberText(fields, key) : canonicalOrSame(text);
    },
    texts: (key) => listAt(key).filter((item) => typeof item === 'string'),
    object: (key) => {
      const found = at(key);
      return typeof found === 'object' && found !== null ? bodyOf(found) : undefined;
    },
    objects: (key) => listAt(key).map(bodyOf),
    has: (key) => Object.hasOwn(fields, key),
    isNull: (key) => at(key) === null,
  };
}
