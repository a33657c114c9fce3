import * as wire from '@trimtab/contracts/solver';

/** Where two messages of a plan differ first, in words. */
export type Difference = wire.PlanDifference;

/**
 * The order in which a plan is computed: a wrong input shows as the input's hash, a wrong score as
 * the score and not as everything that follows from it. What is not named comes before the plan's hash.
 */
const ORDER = [
  'inputs',
  'inputsHash',
  'scores',
  'scoresHash',
  'rounds',
  'reserveBps',
  'idleBps',
  'targets',
  'targetWeightsHash',
  'steps',
  'txBundleHash',
];
const LAST = 'planHash';

/** When a plan was stored says nothing about the plan. */
const NOT_COMPUTED = new Set(['createTime']);

/**
 * The first field in which a plan is not what was computed from its inputs. Every field of the
 * message is compared, whether a hash covers it or not.
 */
export function firstDifference(found: wire.Plan, expected: wire.Plan): Difference | undefined {
  const named = new Set([...ORDER, LAST]);
  const others = Object.keys(expected).filter((key) => !named.has(key) && !NOT_COMPUTED.has(key));
  const pair = {
    found,
    expected,
    foundJson: wire.Plan.toJSON(found),
    expectedJson: wire.Plan.toJSON(expected),
  };
  for (const key of [...ORDER, ...others, LAST]) {
    const difference = differenceAt(snakeCase(key), memberOf(pair, key));
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** One place of both messages, with their JSON forms, which have the words of enum values. */
interface Pair {
  readonly found: unknown;
  readonly expected: unknown;
  readonly foundJson: unknown;
  readonly expectedJson: unknown;
}

function differenceAt(field: string, pair: Pair): Difference | undefined {
  const { found, expected } = pair;
  if (Array.isArray(found) && Array.isArray(expected)) {
    const count = Math.max(found.length, expected.length);
    return firstOf(
      Array.from({ length: count }, (_, index) => index),
      (index) => differenceAt(`${field}[${index}]`, memberOf(pair, index)),
    );
  }
  if (isMessage(found) && isMessage(expected)) {
    const keys = new Set([...Object.keys(expected), ...Object.keys(found)]);
    return firstOf([...keys], (key) =>
      differenceAt(`${field}.${snakeCase(key)}`, memberOf(pair, key)),
    );
  }
  if (textOf(found) === textOf(expected)) return undefined;
  return {
    field,
    found: wordOf(found, pair.foundJson),
    expected: wordOf(expected, pair.expectedJson),
  };
}

function firstOf<T>(
  items: readonly T[],
  find: (item: T) => Difference | undefined,
): Difference | undefined {
  for (const item of items) {
    const difference = find(item);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function isMessage(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
  );
}

function memberOf(pair: Pair, key: string | number): Pair {
  const member = (value: unknown): unknown =>
    typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return {
    found: member(pair.found),
    expected: member(pair.expected),
    foundJson: member(pair.foundJson),
    expectedJson: member(pair.expectedJson),
  };
}

/** A value as text; two values with the same text are the same. */
function textOf(value: unknown): string {
  if (value === undefined) return 'absent';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'no time' : value.toISOString();
  if (typeof value === 'string') return value;
  const isPlain =
    typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean';
  return isPlain ? value.toString() : 'present';
}

/** The value in the words of the contract: the JSON form leaves out what is empty. */
function wordOf(value: unknown, json: unknown): string {
  return typeof json === 'string' && typeof value !== 'object' ? json : textOf(value);
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
