import { err, ok, parseInstant, quoted, type Instant, type Result } from '@trimtab/core';
import { readCsvRecords } from './csv-records.js';
import { parsePriceCell } from './price-csv.js';

/**
 * Reads recorded prices of one asset at several venues: `minute,<venue>,<venue>,…`, one line per
 * minute. An empty cell says that the venue was silent.
 */
export interface VenueRow {
  readonly time: Instant;
  /** Canonical decimals by venue, in the order of the columns, of the cells that are not empty. */
  readonly prices: ReadonlyMap<string, string>;
}

/** The venues of a file and its rows. */
export interface VenueFile {
  readonly venues: readonly string[];
  readonly rows: readonly VenueRow[];
}

const VENUE = /^[\x21-\x7e]{1,255}$/;

/**
 * The rows of a file, in the order of the file.
 *
 * @returns the venues and rows, or the first line that cannot be read and why
 */
export function parseVenueCsv(text: string): Result<VenueFile, string> {
  const records = readCsvRecords(text);
  if (!records.ok) return records;
  const [header, ...lines] = records.value;
  const [minute = '', ...venues] = header?.cells ?? [];
  if (minute !== 'minute' || venues.length === 0) {
    return err(`line 1: began with ${quoted(minute)}, must be "minute" and at least one venue`);
  }
  const isNamed = venues.every((venue) => VENUE.test(venue));
  if (!isNamed || new Set(venues).size !== venues.length) {
    return err('line 1: every venue must have a name of its own in printable ASCII without spaces');
  }
  const rows: VenueRow[] = [];
  for (const { line, cells } of lines) {
    const row = parseRow(venues, cells);
    if (!row.ok) return err(`line ${line}: ${row.error}`);
    rows.push(row.value);
  }
  return ok({ venues, rows });
}

function parseRow(venues: readonly string[], cells: readonly string[]): Result<VenueRow, string> {
  const [minute = '', ...values] = cells;
  if (values.length !== venues.length) {
    return err(`had ${cells.length} cells, must have ${venues.length + 1}`);
  }
  const time = parseInstant(minute);
  if (!time.ok) return err(`minute ${time.error}`);
  const prices = new Map<string, string>();
  for (const [index, venue] of venues.entries()) {
    const price = parsePriceCell(venue, values[index] ?? '');
    if (!price.ok) return price;
    if (price.value !== undefined) prices.set(venue, price.value);
  }
  return ok({ time: time.value, prices });
}
