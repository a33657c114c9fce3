import { err, ok, quoted, type Result } from '@trimtab/core';
import { normaliseHumanDecimal } from '@trimtab/decimal';

/**
 * Prices out of JSON without binary floating point: a number is taken as the text that the document
 * has, never as a `number`.
 */

/** A string, or a number of the document as it is written there. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;
/** Digits before or behind the point that a price may have. */
const MAX_DIGITS = 40;

/** A JSON document whose numbers are strings: the text of the document. */
export function parseExactJson(text: string): Result<unknown, string> {
  try {
    // What the first call accepts is JSON, in which a number outside strings is exactly one token.
    JSON.parse(text);
    const exact = text.replace(TOKEN, (token) => (token.startsWith('"') ? token : `"${token}"`));
    return ok(JSON.parse(exact) as unknown);
  } catch {
    return err('the document is not JSON');
  }
}

/** The value at a JSON pointer (RFC 6901); own members only. */
export function atPointer(document: unknown, pointer: string): Result<unknown, string> {
  const refused = pointerFault(pointer);
  if (refused !== undefined) return err(refused);
  let value = document;
  for (const token of pointer.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    const isIndex = !Array.isArray(value) || /^(0|[1-9]\d*)$/.test(name);
    const member =
      typeof value === 'object' && value !== null && isIndex
        ? Object.getOwnPropertyDescriptor(value, name)
        : undefined;
    if (member === undefined) return err(`nothing is at ${quoted(pointer)}`);
    value = member.value as unknown;
  }
  return ok(value);
}

/** Why a text is no JSON pointer; undefined when it is one. */
export function pointerFault(pointer: string): string | undefined {
  const isPointer = pointer === '' || (/^\//.test(pointer) && !/~(?![01])/.test(pointer));
  return isPointer
    ? undefined
    : `pointer was ${quoted(pointer)}, must be a JSON pointer like /price`;
}

/** The price at a pointer, a number or a string of digits, as a canonical decimal above 0. */
export function priceAt(document: unknown, pointer: string): Result<string, string> {
  const value = atPointer(document, pointer);
  if (!value.ok) return value;
  if (typeof value.value !== 'string') return err(`at ${quoted(pointer)} is no number`);
  const plain = withoutExponent(value.value);
  const price = plain === undefined ? undefined : normaliseHumanDecimal(plain);
  if (!price?.ok) return err(`at ${quoted(pointer)} was ${quoted(value.value)}, must be a number`);
  if (price.value === '0' || price.value.startsWith('-')) {
    return err(`at ${quoted(pointer)} was ${quoted(value.value)}, must be above 0`);
  }
  return price;
}

/** Moves the point instead of writing an exponent. */
function withoutExponent(text: string): string | undefined {
  const match = NUMBER.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const shift = parseInt(exponent, 10);
  const digits = `${'0'.repeat(Math.max(0, -shift))}${whole}${fraction}${'0'.repeat(Math.max(0, shift))}`;
  const point = Math.max(0, -shift) + whole.length + shift;
  const left = digits.slice(0, point).replace(/^0+(?=\d)/, '');
  const right = digits.slice(point).replace(/0+$/, '');
  if (left.length > MAX_DIGITS || right.length > MAX_DIGITS) return undefined;
  return `${sign}${left === '' ? '0' : left}${right === '' ? '' : `.${right}`}`;
}
