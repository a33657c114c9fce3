import {
  addMillis,
  err,
  formatInstant,
  ok,
  quoted,
  shortened,
  type FieldViolation,
  type Instant,
} from '@trimtab/core';
import type { Result } from '@trimtab/core';
import { compareDecimals, DECIMAL_ZERO, parseDecimal, type Decimal } from '@trimtab/decimal';
import { isAssetId } from './asset.js';
import type { Observation, ObservationDraft } from './observation.js';

/** Clocks of publishers may be ahead by this much; later than that is refused. */
export const MAX_FUTURE_MILLIS = 5000;
/** Sequences are JSON numbers in documents: 2^53 − 1 at most. */
const MAX_SEQUENCE = 9_007_199_254_740_991n;

/**
 * Reads one observation of a batch and checks every field (oracle rules, observations).
 *
 * @returns the observation, or every violation: FIELD_REQUIRED, FIELD_INVALID,
 *   DECIMAL_NOT_CANONICAL, OBSERVATION_IN_FUTURE
 */
export function parseObservation(
  draft: ObservationDraft,
  publisher: string,
  now: Instant,
): Result<Observation, readonly FieldViolation[]> {
  const violations: FieldViolation[] = [];
  const report = (field: string, reason: string, message: string): void => {
    violations.push({ field, reason, message });
  };
  if (draft.assetId === '') report('asset_id', 'FIELD_REQUIRED', 'was empty, must be an asset id');
  else if (!isAssetId(draft.assetId)) {
    report(
      'asset_id',
      'FIELD_INVALID',
      `was ${quoted(draft.assetId)}, must match [A-Z0-9][A-Z0-9.-]{0,63}`,
    );
  }
  if (draft.sequence < 0n || draft.sequence > MAX_SEQUENCE) {
    const found = `was ${draft.sequence}, must be 0 to ${MAX_SEQUENCE}`;
    report('sequence', 'FIELD_INVALID', found);
  }
  const observeTime = observeTimeOf(draft.observeTime, now, report);
  const confidence = confidenceOf(draft.confidence, report);
  const values = valuesOf(draft, report);
  if (values === undefined || observeTime === undefined || violations.length > 0) {
    return err(violations);
  }
  const { assetId, sequence } = draft;
  return ok({ publisher, assetId, observeTime, sequence, confidence, ...values });
}

type Report = (field: string, reason: string, message: string) => void;
type Values = { kind: 'PRICE'; price: Decimal } | { kind: 'QUOTE'; bid: Decimal; ask: Decimal };

function valuesOf(draft: ObservationDraft, report: Report): Values | undefined {
  switch (draft.kind) {
    case undefined:
      report('kind', 'FIELD_REQUIRED', 'was not set, must be PRICE or QUOTE');
      return undefined;
    case 'UNKNOWN':
      report('kind', 'FIELD_INVALID', 'was of no known kind, must be PRICE or QUOTE');
      return undefined;
    case 'PRICE': {
      refuseSet(draft.bid, 'bid_decimal', 'a PRICE has no bid', report);
      refuseSet(draft.ask, 'ask_decimal', 'a PRICE has no ask', report);
      const price = positive(draft.price, 'price_decimal', report);
      return price === undefined ? undefined : { kind: 'PRICE', price };
    }
    case 'QUOTE': {
      refuseSet(draft.price, 'price_decimal', 'a QUOTE has no price', report);
      const bid = positive(draft.bid, 'bid_decimal', report);
      const ask = positive(draft.ask, 'ask_decimal', report);
      if (bid === undefined || ask === undefined) return undefined;
      if (compareDecimals(bid, ask) > 0) {
        const found = `was ${shortened(draft.ask)}, must be at least the bid of ${shortened(draft.bid)}`;
        report('ask_decimal', 'FIELD_INVALID', found);
      }
      return { kind: 'QUOTE', bid, ask };
    }
  }
}

function refuseSet(text: string, field: string, rule: string, report: Report): void {
  if (text !== '') report(field, 'FIELD_INVALID', `was ${quoted(text)}, ${rule}`);
}

function positive(text: string, field: string, report: Report): Decimal | undefined {
  if (text === '') {
    report(field, 'FIELD_REQUIRED', 'was empty, must be a canonical decimal above 0');
    return undefined;
  }
  const parsed = parseDecimal(text);
  if (!parsed.ok) report(field, 'DECIMAL_NOT_CANONICAL', parsed.error);
  else if (compareDecimals(parsed.value, DECIMAL_ZERO) <= 0) {
    report(field, 'FIELD_INVALID', `was ${shortened(text)}, must be above 0`);
  }
  return parsed.ok ? parsed.value : undefined;
}

function confidenceOf(text: string, report: Report): Decimal | undefined {
  if (text === '') return undefined;
  const parsed = parseDecimal(text);
  if (!parsed.ok) report('confidence_decimal', 'DECIMAL_NOT_CANONICAL', parsed.error);
  else if (compareDecimals(parsed.value, DECIMAL_ZERO) < 0) {
    report('confidence_decimal', 'FIELD_INVALID', `was ${shortened(text)}, must be at least 0`);
  }
  return parsed.ok ? parsed.value : undefined;
}

function observeTimeOf(
  time: ObservationDraft['observeTime'],
  now: Instant,
  report: Report,
): Instant | undefined {
  if (time === undefined) {
    report('observe_time', 'FIELD_REQUIRED', 'was not set, must say when it was observed');
    return undefined;
  }
  if (time === 'UNREADABLE' || time < 0) {
    report('observe_time', 'FIELD_INVALID', 'was not in the years 1970 to 9999');
    return undefined;
  }
  if (time > now + MAX_FUTURE_MILLIS) {
    const latest = formatInstant(addMillis(now, MAX_FUTURE_MILLIS));
    const found = `was ${formatInstant(time)}, must be at most ${latest}, 5 s from now`;
    report('observe_time', 'OBSERVATION_IN_FUTURE', found);
  }
  return time;
}
