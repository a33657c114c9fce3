import { err, ok, parseInstant, quoted, type Instant, type Result } from '@trimtab/core';
import { normaliseHumanDecimal } from '@trimtab/decimal';
import { readCsvRecords } from './csv-records.js';

/**
 * Reads recorded prices of one venue: `minute,asset,last_usd,bid_usd,ask_usd,volume`, one line per
 * minute and asset. Prices are written as people write them and normalised here, at the edge; an
 * empty cell says that nothing was seen.
 */
export interface PriceRow {
  readonly time: Instant;
  /** The ticker of the file, not yet an asset id. */
  readonly ticker: string;
  /** Canonical decimals of the columns that are not empty. */
  readonly last: string | undefined;
  readonly bid: string | undefined;
  readonly ask: string | undefined;
}

const HEADER = 'minute,asset,last_usd,bid_usd,ask_usd,volume';

/**
 * The rows of a file, in the order of the file.
 *
 * @returns the rows, or the first line that cannot be read and why
 */
export function parsePriceCsv(text: string): Result<readonly PriceRow[], string> {
  const records = readCsvRecords(text);
  if (!records.ok) return records;
  const [header, ...lines] = records.value;
  const found = header?.cells.join(',') ?? '';
  if (found !== HEADER) return err(`line 1: was ${quoted(found)}, must be "${HEADER}"`);
  const rows: PriceRow[] = [];
  for (const { line, cells } of lines) {
    const row = parseRow(cells);
    if (!row.ok) return err(`line ${line}: ${row.error}`);
    rows.push(row.value);
  }
  return ok(rows);
}

function parseRow(cells: readonly string[]): Result<PriceRow, string> {
  if (cells.length !== 6) return err(`had ${cells.length} cells, must have 6`);
  const [minute = '', ticker = '', ...values] = cells;
  const time = parseInstant(minute);
  if (!time.ok) return err(`minute ${time.error}`);
  if (ticker === '') return err('asset was empty, must be a ticker');
  const last = parsePriceCell('last_usd', values[0] ?? '');
  if (!last.ok) return last;
  const bid = parsePriceCell('bid_usd', values[1] ?? '');
  if (!bid.ok) return bid;
  const ask = parsePriceCell('ask_usd', values[2] ?? '');
  if (!ask.ok) return ask;
  return ok({ time: time.value, ticker, last: last.value, bid: bid.value, ask: ask.value });
}

/** A price above 0 as a canonical decimal; undefined for an empty cell. */
export function parsePriceCell(column: string, cell: string): Result<string | undefined, string> {
  if (cell === '') return ok(undefined);
  const price = normaliseHumanDecimal(cell);
  if (!price.ok) return err(`${column} ${price.error}`);
  if (price.value === '0' || price.value.startsWith('-')) {
    return err(`${column} was ${price.value}, must be above 0`);
  }
  return price;
}
