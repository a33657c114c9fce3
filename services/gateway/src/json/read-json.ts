import { exactDecimal } from './exact-decimal.js';

/** A text that is no JSON, or JSON that two readers could take for two things. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
}

/** The texts of numbers, as they were written, by the object or list that holds them. */
const literals = new WeakMap<object, Map<string, string>>();

const MAX_DEPTH = 32;
const MAX_NUMBER_LENGTH = 100;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?/y;
const WHITE = /[ \t\n\r]*/y;
const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/**
 * Reads JSON (RFC 8259) and keeps the text of each number, so that decimals never pass through binary
 * floating point: {@link numberText} gives it back. Objects have no prototype, so `__proto__` and
 * `constructor` are keys like any other. A key that comes twice is refused, as is nesting above 32.
 *
 * @throws JsonSyntaxError saying what was found and where
 */
export function readJson(text: string): unknown {
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

/** The text of a number of a value of {@link readJson}; undefined if there is none at the key. */
export function numberText(holder: object, key: string): string | undefined {
  return literals.get(holder)?.get(key);
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth: number, holder?: object, key?: string): unknown {
    if (depth > MAX_DEPTH) throw this.#problem(`is nested deeper than ${MAX_DEPTH} levels`);
    const next = this.#peek();
    if (next === '{') return this.#object(depth);
    if (next === '[') return this.#list(depth);
    if (next === '"') return this.#string();
    for (const [word, meaning] of WORDS) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return meaning;
    }
    return this.#number(holder, key);
  }

  end(): void {
    if (this.#peek() !== '') throw this.#problem('goes on after its value');
  }

  #object(depth: number): object {
    const object = Object.create(null) as Record<string, unknown>;
    this.#at += 1;
    if (this.#peek() === '}') return this.#skip(object);
    for (;;) {
      if (this.#peek() !== '"') throw this.#problem('must have a key in quotes');
      const key = this.#string();
      if (Object.hasOwn(object, key)) throw this.#problem('has a key twice');
      if (this.#peek() !== ':') throw this.#problem('must have a colon after a key');
      this.#at += 1;
      object[key] = this.value(depth + 1, object, key);
      if (this.#peek() === '}') return this.#skip(object);
      this.#comma('}');
    }
  }

  #list(depth: number): unknown[] {
    const list: unknown[] = [];
    this.#at += 1;
    if (this.#peek() === ']') return this.#skip(list);
    for (;;) {
      list.push(this.value(depth + 1, list, String(list.length)));
      if (this.#peek() === ']') return this.#skip(list);
      this.#comma(']');
    }
  }

  #string(): string {
    let end = this.#at + 1;
    while (end < this.#text.length && this.#text[end] !== '"') {
      end += this.#text[end] === '\\' ? 2 : 1;
    }
    const literal = this.#text.slice(this.#at, end + 1);
    try {
      const text = JSON.parse(literal) as string;
      this.#at = end + 1;
      return text;
    } catch {
      throw this.#problem('has a string that is not closed or not well escaped');
    }
  }

  #number(holder: object | undefined, key: string | undefined): number {
    NUMBER.lastIndex = this.#at;
    const literal = NUMBER.exec(this.#text)?.[0];
    if (literal === undefined) throw this.#problem('must have a value');
    const value = Number(literal);
    const exact = literal.length > MAX_NUMBER_LENGTH ? undefined : exactDecimal(literal);
    // What is no whole number must not become one by rounding to the nearest double.
    if (exact === undefined || (Number.isInteger(value) && exact.includes('.'))) {
      throw this.#problem('has a number of more digits than can be used');
    }
    this.#at += literal.length;
    if (holder === undefined || key === undefined) return value;
    const known = literals.get(holder) ?? new Map<string, string>();
    literals.set(holder, known.set(key, exact));
    return value;
  }

  /** The next character that is no white space; empty at the end. */
  #peek(): string {
    WHITE.lastIndex = this.#at;
    this.#at += WHITE.exec(this.#text)?.[0].length ?? 0;
    return this.#text.charAt(this.#at);
  }

  #comma(close: string): void {
    if (this.#peek() !== ',') throw this.#problem(`must go on with "," or "${close}"`);
    this.#at += 1;
  }

  #skip<T>(value: T): T {
    this.#at += 1;
    return value;
  }

  #problem(what: string): JsonSyntaxError {
    return new JsonSyntaxError(`the JSON ${what}, at character ${this.#at + 1}`);
  }
}
