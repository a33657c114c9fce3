import {
  err,
  formatInstant,
  instant,
  ok,
  parseInstant,
  quoted,
  type Instant,
  type Result,
} from '@trimtab/core';
import { parseHumanDecimal, type Decimal } from '@trimtab/decimal';
import type { RecordedPrice } from '@trimtab/engine/backtest';
import { readCsvRecords } from '@trimtab/oracle';

const TIMES = ['date', 'time', 'minute'] as const;
const PRICES = ['close', 'price', 'last_usd'] as const;
const DAY_MILLIS = 86_400_000;

/** Where the columns of a file are. */
interface Columns {
  readonly count: number;
  readonly time: number;
  /** The price of a day is known at its end. */
  readonly isDaily: boolean;
  readonly price: number;
  /** The name of the column of the price, for messages. */
  readonly priceName: string;
  /** Absent: every row is of the one asset. */
  readonly asset: number | undefined;
}

/**
 * Reads recorded prices of one asset: a header with one of the columns date, time and minute and one of
 * close, price and last_usd (which may be empty), others are not read; with a column asset only the rows of
 * the base count. A
 * `date` (2016-01-31) is a whole day, whose close is known at 00:00 UTC of the next one; a `time` or
 * `minute` is RFC 3339 UTC. Times ascend.
 *
 * @returns the prices, or the first line that cannot be read, with what was found and what is allowed
 */
export function parsePriceFile(
  text: string,
  base: string,
): Result<readonly RecordedPrice[], string> {
  const records = readCsvRecords(text);
  if (!records.ok) return records;
  const [header, ...lines] = records.value;
  const columns = columnsOf(header?.cells ?? []);
  if (!columns.ok) return err(`line 1: ${columns.error}`);
  const prices: RecordedPrice[] = [];
  for (const { line, cells } of lines) {
    const row = rowOf(cells, columns.value, base);
    if (!row.ok) return err(`line ${line}: ${row.error}`);
    if (row.value === undefined) continue;
    const before = prices.at(-1)?.time;
    if (before !== undefined && row.value.time <= before) {
      const found = formatInstant(row.value.time);
      return err(`line ${line}: the time was ${found}, must be after ${formatInstant(before)}`);
    }
    prices.push(row.value);
  }
  return prices.length === 0 ? err(`the file has no price of ${base}`) : ok(prices);
}

function columnsOf(header: readonly string[]): Result<Columns, string> {
  const times = TIMES.filter((name) => header.includes(name));
  const [timeName] = times;
  const priceNames = PRICES.filter((name) => header.includes(name));
  const [priceName] = priceNames;
  if (timeName === undefined || times.length > 1) return err(headerText(header, TIMES));
  if (priceName === undefined || priceNames.length > 1) return err(headerText(header, PRICES));
  return ok({
    count: header.length,
    time: header.indexOf(timeName),
    isDaily: timeName === 'date',
    price: header.indexOf(priceName),
    priceName,
    asset: header.includes('asset') ? header.indexOf('asset') : undefined,
  });
}

function headerText(header: readonly string[], names: readonly string[]): string {
  return `was ${quoted(header.join(','))}, must have one of the columns ${names.join(', ')}`;
}

function rowOf(
  cells: readonly string[],
  columns: Columns,
  base: string,
): Result<RecordedPrice | undefined, string> {
  const { count, asset, priceName } = columns;
  if (cells.length !== count) return err(`had ${cells.length} cells, must have ${count}`);
  if (asset !== undefined && cells[asset] !== base) return ok(undefined);
  // In a recording of a venue an empty cell says that nothing was seen.
  if (priceName === 'last_usd' && cells[columns.price] === '') return ok(undefined);
  const time = timeOf(cells[columns.time] ?? '', columns.isDaily);
  if (!time.ok) return time;
  const price = priceOf(cells[columns.price] ?? '', priceName);
  return price.ok ? ok({ time: time.value, price: price.value }) : price;
}

function timeOf(cell: string, isDaily: boolean): Result<Instant, string> {
  const day = parseInstant(isDaily ? `${cell}T00:00:00Z` : cell);
  if (day.ok) return ok(isDaily ? instant(day.value + DAY_MILLIS) : day.value);
  const allowed = isDaily
    ? 'a day such as 2016-01-31'
    : 'RFC 3339 UTC such as 2016-01-31T12:00:00Z';
  return err(`the time was ${quoted(cell)}, must be ${allowed}`);
}

function priceOf(cell: string, name: string): Result<Decimal, string> {
  const price = parseHumanDecimal(cell);
  if (price.ok && price.value.digits > 0n) return price;
  return err(`${name} was ${quoted(cell)}, must be a plain decimal above 0, such as 435.66`);
}
