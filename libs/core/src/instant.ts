import { quoted } from './quoted.js';
import { err, ok, type Result } from './result.js';

/**
 * Points in time, as whole milliseconds since 1970-01-01T00:00:00Z, and their one written form,
 * RFC 3339 UTC with milliseconds. Computed without `Date`, so that rules stay pure.
 */
export type Instant = number & { readonly __brand: 'Instant' };

const DAY_MS = 86_400_000;
const DAYS_PER_ERA = 146_097;
/** 0000-01-01 to 9999-12-31, what RFC 3339 can write. */
const MIN_MS = -62_167_219_200_000;
const MAX_MS = 253_402_300_799_999;

/** @throws RangeError when the value is not whole milliseconds of the years 0 to 9999 */
export function instant(milliseconds: number): Instant {
  if (!Number.isInteger(milliseconds) || milliseconds < MIN_MS || milliseconds > MAX_MS) {
    throw new RangeError(
      `an instant is whole milliseconds of the years 0 to 9999, found ${milliseconds}`,
    );
  }
  return milliseconds as Instant;
}

/** Moves an instant by whole seconds. */
export function addSeconds(time: Instant, seconds: number): Instant {
  return instant(time + seconds * 1000);
}

/** Moves an instant by whole milliseconds. */
export function addMillis(time: Instant, millis: number): Instant {
  return instant(time + millis);
}

/** Writes an instant as `2018-04-04T00:00:00.000Z`. */
export function formatInstant(time: Instant): string {
  const days = Math.floor(time / DAY_MS);
  const rest = time - days * DAY_MS;
  const { year, month, day } = civilFromDays(days);
  const hours = Math.floor(rest / 3_600_000);
  const minutes = Math.floor(rest / 60_000) % 60;
  const seconds = Math.floor(rest / 1000) % 60;
  return (
    `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}` +
    `T${pad(hours, 2)}:${pad(minutes, 2)}:${pad(seconds, 2)}.${pad(rest % 1000, 3)}Z`
  );
}

const RFC3339_UTC =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,3}))?Z$/;

/** Reads RFC 3339 UTC with at most milliseconds; refuses days and hours that do not exist. */
export function parseInstant(text: string): Result<Instant, string> {
  const match = RFC3339_UTC.exec(text);
  if (match === null) return err(`${quoted(text)} is not RFC 3339 UTC with at most milliseconds`);
  const part = (index: number): number => parseInt(match[index] ?? '0', 10);
  const [year, month, day] = [part(1), part(2), part(3)];
  const [hours, minutes, seconds] = [part(4), part(5), part(6)];
  const millis = parseInt((match[7] ?? '').padEnd(3, '0'), 10);
  const days = daysFromCivil(year, month, day);
  const civil = civilFromDays(days);
  const exists = civil.year === year && civil.month === month && civil.day === day;
  if (!exists || hours > 23 || minutes > 59 || seconds > 59)
    return err(`${quoted(text)} does not exist`);
  return ok(
    instant(days * DAY_MS + hours * 3_600_000 + minutes * 60_000 + seconds * 1000 + millis),
  );
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}

/** The proleptic Gregorian date of a day number; eras of 400 years, years starting in March. */
function civilFromDays(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / DAYS_PER_ERA);
  const dayOfEra = shifted - era * DAYS_PER_ERA;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}

function daysFromCivil(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const shiftedMonth = month > 2 ? month - 3 : month + 9;
  const dayOfYear = Math.floor((153 * shiftedMonth + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_ERA + dayOfEra - 719_468;
}
