import type * as wire from '@trimtab/contracts/intent';
import { DECIMAL_ZERO, formatDecimal } from '@trimtab/decimal';
import type { FieldReader } from '@trimtab/grpc';
import { parseSeriesId } from '@trimtab/option-index';
import {
  BUY_TRIGGERS,
  NO_INDEX,
  NOTIFIED_TRIGGERS,
  type IndexRuntime,
} from '../../domain/index-runtime.js';
import { triggerWords } from './enum-words.js';

const MAX_ID_LENGTH = 64;
const MAX_COUNT = 2 ** 31 - 1;
const COUNTS = { min: 0, max: MAX_COUNT };
const SEQUENCES = { min: 0, max: Number.MAX_SAFE_INTEGER };
/** Wider than the money of any vault. */
const MAX_UNITS = 10n ** 36n;

const BUY_WORDS = Object.fromEntries(BUY_TRIGGERS.map((word) => [triggerWords.toWire[word], word]));
const NOTIFIED_WORDS = Object.fromEntries(
  NOTIFIED_TRIGGERS.map((word) => [triggerWords.toWire[word], word]),
);

/** What the engine keeps of the option index, on the wire. */
export function fromIndexRuntime(index: IndexRuntime): wire.IndexRuntime {
  const { openTime, nextTrigger, nextTime, firstUnitTime, notifiedTrigger, retryTime } = index;
  return {
    seriesId: index.seriesId ?? '',
    openTime: openTime === undefined ? undefined : new Date(openTime),
    nextSeriesId: index.nextSeriesId ?? '',
    nextTrigger: nextTrigger === undefined ? 0 : triggerWords.toWire[nextTrigger],
    nextTime: nextTime === undefined ? undefined : new Date(nextTime),
    issuedUnits: index.issuedUnits,
    firstUnitTime: firstUnitTime === undefined ? undefined : new Date(firstUnitTime),
    ledgerSequence: BigInt(index.ledgerSequence),
    vaultVersion: BigInt(index.vaultVersion),
    indexDecimal: index.index ?? '',
    linkValueDecimal: index.linkValue ?? '',
    notifiedTrigger: notifiedTrigger === undefined ? 0 : triggerWords.toWire[notifiedTrigger],
    deferralCount: index.deferralCount,
    retryTime: retryTime === undefined ? undefined : new Date(retryTime),
  };
}

/** Reads what the engine reports of the option index; what belongs together comes together. */
export function readIndexRuntime(index: wire.IndexRuntime, fields: FieldReader): IndexRuntime {
  return {
    ...NO_INDEX,
    ...readHeld(index, fields),
    ...readNext(index, fields),
    issuedUnits: fields.amount('issued_units', index.issuedUnits, { max: MAX_UNITS }).toString(),
    firstUnitTime: fields.optional(index.firstUnitTime, (time) =>
      fields.timestamp('first_unit_time', time),
    ),
    ledgerSequence: fields.integer('ledger_sequence', index.ledgerSequence, SEQUENCES),
    vaultVersion: fields.integer('vault_version', index.vaultVersion, SEQUENCES),
    notifiedTrigger: fields.optional(index.notifiedTrigger || undefined, (value) =>
      fields.enumValue('notified_trigger', value, NOTIFIED_WORDS),
    ),
    deferralCount: fields.integer('deferral_count', index.deferralCount, COUNTS),
    retryTime: fields.optional(index.retryTime, (time) => fields.timestamp('retry_time', time)),
  };
}

/** Reads the id of a series without its half. */
export function readSeriesId(fields: FieldReader, field: string, text: string): string {
  const id = fields.text(field, text, { maxLength: MAX_ID_LENGTH });
  if (id === '') return id;
  const series = parseSeriesId(id);
  if (!series.ok) fields.violation(field, 'FIELD_INVALID', series.error);
  return id;
}

/** The held series, when it was bought, and the index at that time. */
function readHeld(
  index: wire.IndexRuntime,
  fields: FieldReader,
): Pick<IndexRuntime, 'seriesId' | 'openTime' | 'index' | 'linkValue'> {
  const linked = {
    index: fields.optional(index.indexDecimal, (text) =>
      formatDecimal(fields.decimal('index_decimal', text, { positive: true })),
    ),
    linkValue: fields.optional(index.linkValueDecimal, (text) =>
      formatDecimal(fields.decimal('link_value_decimal', text, { min: DECIMAL_ZERO })),
    ),
  };
  if (index.seriesId === '') {
    refuseSet(fields, 'open_time', index.openTime !== undefined, 'series_id');
    return { seriesId: undefined, openTime: undefined, ...linked };
  }
  if (index.indexDecimal === '') {
    fields.violation('index_decimal', 'FIELD_REQUIRED', 'must be set with series_id');
  }
  return {
    seriesId: readSeriesId(fields, 'series_id', index.seriesId),
    openTime: fields.timestamp('open_time', index.openTime),
    ...linked,
  };
}

/** The next series, why it shall be bought and when it was chosen. */
function readNext(
  index: wire.IndexRuntime,
  fields: FieldReader,
): Pick<IndexRuntime, 'nextSeriesId' | 'nextTrigger' | 'nextTime'> {
  if (index.nextSeriesId === '') {
    refuseSet(fields, 'next_trigger', index.nextTrigger !== 0, 'next_series_id');
    refuseSet(fields, 'next_time', index.nextTime !== undefined, 'next_series_id');
    return { nextSeriesId: undefined, nextTrigger: undefined, nextTime: undefined };
  }
  return {
    nextSeriesId: readSeriesId(fields, 'next_series_id', index.nextSeriesId),
    nextTrigger: fields.enumValue('next_trigger', index.nextTrigger, BUY_WORDS),
    nextTime: fields.timestamp('next_time', index.nextTime),
  };
}

function refuseSet(fields: FieldReader, field: string, isSet: boolean, without: string): void {
  if (isSet) fields.violation(field, 'FIELD_INVALID', `was set, must be absent without ${without}`);
}
