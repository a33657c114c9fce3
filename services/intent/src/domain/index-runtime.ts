import { invalidFields, type DomainError, type FieldViolation, type Instant } from '@trimtab/core';
import { parseSeriesId } from '@trimtab/option-index';
import type { IntentSpec } from '@trimtab/strategy';

/** Why a series is bought next. */
export const BUY_TRIGGERS = ['OPENING', 'PRICE', 'MATURITY'] as const;
/** Why a series is bought next. */
export type BuyTrigger = (typeof BUY_TRIGGERS)[number];

/** What can be notified of a held series once. */
export const NOTIFIED_TRIGGERS = ['PRICE', 'MATURITY'] as const;
/** What was notified of a held series. */
export type NotifiedTrigger = (typeof NOTIFIED_TRIGGERS)[number];

/**
 * What the engine keeps of the option index of an intent. The service stores it and acts on two of its
 * fields alone: the series that is held and the one that comes next must be priced.
 */
export interface IndexRuntime {
  /** The series that the vault holds a half of. */
  readonly seriesId: string | undefined;
  /** When it was bought. */
  readonly openTime: Instant | undefined;
  /** The series that shall be bought next. */
  readonly nextSeriesId: string | undefined;
  readonly nextTrigger: BuyTrigger | undefined;
  /** When the next series was chosen. */
  readonly nextTime: Instant | undefined;
  /** Units in issue, as text. */
  readonly issuedUnits: string;
  readonly firstUnitTime: Instant | undefined;
  /** The last line of the vault's ledger that the units account for. */
  readonly ledgerSequence: number;
  /** The version of the vault at that line. */
  readonly vaultVersion: number;
  /** I / I0 when the held series was bought, a canonical decimal. */
  readonly index: string | undefined;
  /** The model value of N when the held series was bought, a canonical decimal. */
  readonly linkValue: string | undefined;
  readonly notifiedTrigger: NotifiedTrigger | undefined;
  /** How often in a row a roll was put off. */
  readonly deferralCount: number;
  /** Until when what was put off or refused is left alone. */
  readonly retryTime: Instant | undefined;
}

/** The option index of a vault that never held anything. */
export const NO_INDEX: IndexRuntime = {
  seriesId: undefined,
  openTime: undefined,
  nextSeriesId: undefined,
  nextTrigger: undefined,
  nextTime: undefined,
  issuedUnits: '0',
  firstUnitTime: undefined,
  ledgerSequence: 0,
  vaultVersion: 0,
  index: undefined,
  linkValue: undefined,
  notifiedTrigger: undefined,
  deferralCount: 0,
  retryTime: undefined,
};

/** The series of an intent that must be priced, each once. */
export function wantedSeries(index: IndexRuntime | undefined): readonly string[] {
  const ids = [index?.seriesId, index?.nextSeriesId].filter((id) => id !== undefined);
  return [...new Set(ids)];
}

/** Whether a report chose another series to be bought next. */
export function choosesSeries(
  before: IndexRuntime | undefined,
  after: IndexRuntime | undefined,
): boolean {
  const next = after?.nextSeriesId;
  return next !== undefined && next !== before?.nextSeriesId;
}

/** The asset that the series of an intent are made of, as in its ticker. */
export function baseOf({ ticker }: Pick<IntentSpec, 'ticker'>): string {
  return ticker.slice(0, ticker.indexOf('/'));
}

/** Why a series is none of an intent's, if it is not: the index alone has some, of the ticker's base. */
export function seriesViolation(
  field: string,
  seriesId: string,
  spec: IntentSpec,
): FieldViolation | undefined {
  const { kind } = spec.allocation;
  if (kind !== 'index') {
    const message = `was "${seriesId}", must be empty: the allocation is ${kind}`;
    return { field, reason: 'FIELD_INVALID', message };
  }
  const series = parseSeriesId(seriesId);
  const base = baseOf(spec);
  if (series.ok && series.value.base === base) return undefined;
  const message = `was "${seriesId}", must be a series of ${base}, the base of ${spec.ticker}`;
  return { field, reason: 'FIELD_INVALID', message };
}

/** Fields that are there together or not at all. */
const GROUPS = [
  { id: 'seriesId', field: 'series_id', others: { openTime: 'open_time', index: 'index_decimal' } },
  {
    id: 'nextSeriesId',
    field: 'next_series_id',
    others: { nextTrigger: 'next_trigger', nextTime: 'next_time' },
  },
] as const;

function tornGroups(index: IndexRuntime): readonly FieldViolation[] {
  return GROUPS.flatMap(({ id, field, others }) => {
    const seriesIdText = index[id];
    if (seriesIdText === undefined) return [];
    return Object.entries(others)
      .filter(([name]) => index[name as keyof IndexRuntime] === undefined)
      .map(([, other]) => ({
        field: `runtime.index.${other}`,
        reason: 'FIELD_REQUIRED',
        message: `was absent, must be set with ${field}, which is "${seriesIdText}"`,
      }));
  });
}

/** Why a report of the index is none of an intent's. */
export function refuseIndex(
  index: IndexRuntime | undefined,
  spec: IntentSpec,
): DomainError | undefined {
  if (index === undefined) return undefined;
  const { kind } = spec.allocation;
  if (kind !== 'index') {
    const message = `was set, must be absent: the allocation is ${kind}`;
    return invalidFields([{ field: 'runtime.index', reason: 'FIELD_INVALID', message }]);
  }
  const violations = [
    { field: 'runtime.index.series_id', id: index.seriesId },
    { field: 'runtime.index.next_series_id', id: index.nextSeriesId },
  ].flatMap(({ field, id }) => {
    const violation = id === undefined ? undefined : seriesViolation(field, id, spec);
    return violation === undefined ? [] : [violation];
  });
  violations.push(...tornGroups(index));
  return violations.length === 0 ? undefined : invalidFields(violations);
}
