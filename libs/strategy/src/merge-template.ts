import { err, ok, type Result } from '@trimtab/core';
import { quoted } from './checks.js';
import type { ConfigDraft, ConstraintsDraft, NotificationsDraft } from './draft.js';
import type { Template } from './template.js';
import { violation, type Violation } from './violation.js';

/** The three parts that a template fills, with the overrides merged in; values are still unchecked. */
export interface MergedTemplate {
  readonly config: ConfigDraft;
  readonly constraints: ConstraintsDraft;
  readonly notifications: NotificationsDraft;
}

type Leaf = 'string' | 'number' | 'boolean' | 'strings';
type Keys<T> = Readonly<Record<keyof T, Leaf>>;

const CONFIG_KEYS: Keys<ConfigDraft> = {
  strikeRatio: 'string',
  maturityDays: 'number',
  rebalanceThreshold: 'string',
  autoRoll: 'boolean',
  rollStrategy: 'string',
};
const CONSTRAINTS_KEYS: Keys<ConstraintsDraft> = {
  maxAnnualDriftBps: 'number',
  maxSlippagePerRollBps: 'number',
  maxCapital: 'string',
  stopLossDriftBps: 'number',
};
const NOTIFICATIONS_KEYS: Keys<NotificationsDraft> = {
  onRoll: 'boolean',
  onThresholdBreach: 'boolean',
  onStopLoss: 'boolean',
  channels: 'strings',
};
const PARTS = {
  config: CONFIG_KEYS,
  constraints: CONSTRAINTS_KEYS,
  notifications: NOTIFICATIONS_KEYS,
} as const;

/**
 * Merges overrides field by field over a template's defaults (intent rules, templates). `overrides` is
 * data from outside: only own keys count, an unknown one is refused (`__proto__` and `constructor`
 * are just unknown), and every violation is returned at once. Lists are replaced, not merged.
 */
export function mergeTemplate(
  template: Template,
  overrides: unknown,
): Result<MergedTemplate, readonly Violation[]> {
  const violations: Violation[] = [];
  const root = record(overrides, 'overrides', violations);
  unknownKeys(root, PARTS, 'overrides', violations);
  const part = <T extends object>(name: keyof typeof PARTS, defaults: T, keys: Keys<T>): T => {
    if (!root.has(name)) return defaults;
    const path = `overrides.${name}`;
    const given = record(root.get(name), path, violations);
    unknownKeys(given, keys, path, violations);
    return mergePart(defaults, given, { keys, path, violations });
  };
  const merged: MergedTemplate = {
    config: part<ConfigDraft>('config', template.config, CONFIG_KEYS),
    constraints: part<ConstraintsDraft>('constraints', template.constraints, CONSTRAINTS_KEYS),
    notifications: part<NotificationsDraft>(
      'notifications',
      template.notifications,
      NOTIFICATIONS_KEYS,
    ),
  };
  return violations.length === 0 ? ok(merged) : err(violations);
}

interface PartContext<T> {
  readonly keys: Keys<T>;
  readonly path: string;
  readonly violations: Violation[];
}

function mergePart<T extends object>(
  defaults: T,
  given: ReadonlyMap<string, unknown>,
  { keys, path, violations }: PartContext<T>,
): T {
  const known = new Map<string, Leaf>(Object.entries(keys));
  const merged = new Map<string, unknown>(Object.entries(defaults));
  for (const [key, value] of given) {
    const leaf = known.get(key);
    if (leaf === undefined) continue;
    if (isLeaf(value, leaf)) merged.set(key, value);
    else violations.push(violation(`${path}.${key}`, 'ONE_OF', typeof value, `a ${leaf} value`));
  }
  return { ...defaults, ...Object.fromEntries(merged) };
}

function unknownKeys(
  given: ReadonlyMap<string, unknown>,
  keys: object,
  path: string,
  violations: Violation[],
): void {
  const allowed = Object.keys(keys);
  for (const key of given.keys()) {
    if (allowed.includes(key)) continue;
    const limit = `one of ${allowed.join(', ')}`;
    violations.push(
      violation(`${path}.${key.slice(0, 60)}`, 'UNKNOWN_KEY', `the key ${quoted(key)}`, limit),
    );
  }
}

/** The own keys of a plain object; anything else is refused, nothing at all is an empty record. */
function record(
  value: unknown,
  path: string,
  violations: Violation[],
): ReadonlyMap<string, unknown> {
  if (value === undefined) return new Map();
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return new Map(Object.entries(value));
  }
  violations.push(violation(path, 'ONE_OF', value === null ? 'null' : typeof value, 'an object'));
  return new Map();
}

function isLeaf(value: unknown, leaf: Leaf): boolean {
  if (leaf !== 'strings') return typeof value === leaf;
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
