import {
  mergeTemplate,
  templateOf,
  TEMPLATES,
  type StrategyType,
  type Violation,
} from '@trimtab/strategy';
import { exactText } from './exact-text.js';
import type {
  StrategyConfig,
  StrategyConstraints,
  StrategyNotifications,
} from './strategy-parameters.js';

/** What replaces values of a template; absent fields keep the template's. */
export interface StrategyOverrides {
  readonly config?: Partial<StrategyConfig>;
  readonly constraints?: Partial<StrategyConstraints>;
  readonly notifications?: Partial<StrategyNotifications>;
}

/** The parameters of a strategy, ready for a create request; decimals are canonical texts. */
export interface StrategyParameters {
  readonly type: StrategyType;
  readonly config: StrategyConfig;
  readonly constraints: StrategyConstraints;
  readonly notifications: StrategyNotifications;
}

/** Overrides that no template can take: an unknown key or a value of another kind. */
export class StrategyOverridesError extends Error {
  override readonly name = 'StrategyOverridesError';
  /** Each with its path in the overrides. */
  readonly violations: readonly Violation[];

  constructor(violations: readonly Violation[]) {
    super(violations.map(({ field, message }) => `${field} ${message}`).join('; '));
    this.violations = violations;
  }
}

/**
 * A template's parameters with overrides merged in field by field (intent rules, templates), locally:
 * nothing is sent. Values are checked by {@link validateStrategyConfig} and by the service.
 *
 * @throws StrategyOverridesError for an unknown type, an unknown key, or a value of another kind
 */
export function createFromTemplate(
  type: StrategyType,
  overrides: StrategyOverrides = {},
): StrategyParameters {
  const template = templateOf(type);
  if (template === undefined) throw new StrategyOverridesError([unknownType(type)]);
  const merged = mergeTemplate(template, withExactDecimals(overrides));
  if (!merged.ok) throw new StrategyOverridesError(merged.error);
  // A merged template has every field of its template: overrides only replace, absent ones keep.
  return { type, ...(merged.value as Omit<StrategyParameters, 'type'>) };
}

const DECIMALS: ReadonlyMap<string, readonly string[]> = new Map([
  ['config', ['strikeRatio', 'rebalanceThreshold']],
  ['constraints', ['maxCapital']],
]);

/** Numbers become exact decimals where the rules have decimals; everything else stays to be checked. */
function withExactDecimals(overrides: StrategyOverrides): unknown {
  if (typeof overrides !== 'object') return overrides;
  return Object.fromEntries(
    Object.entries(overrides).flatMap(([part, values]: [string, unknown]) => {
      if (values === undefined) return [];
      const names = DECIMALS.get(part);
      return [[part, names === undefined ? present(values) : exactFields(values, names)]];
    }),
  );
}

function exactFields(values: unknown, names: readonly string[]): unknown {
  const given = present(values);
  if (typeof given !== 'object' || given === null) return given;
  return Object.fromEntries(
    Object.entries(given).map(([key, value]: [string, unknown]) =>
      names.includes(key) && (typeof value === 'number' || typeof value === 'string')
        ? [key, exactText(value)]
        : [key, value],
    ),
  );
}

/** A field that is stated as undefined is absent. */
function present(values: unknown): unknown {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) return values;
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function unknownType(type: string): Violation {
  const limit = `one of ${TEMPLATES.map((template) => template.type).join(', ')}`;
  const message = `was "${type}", must be ${limit}`;
  return { field: 'type', rule: 'ONE_OF', found: type, limit, message };
}
