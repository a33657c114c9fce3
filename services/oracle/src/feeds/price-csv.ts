import { err, ok, parseInstant, quoted, type Instant, type Result } from '@trimtab/core';
import { normaliseHumanDecimal } from '@trimtab/decimal';

/**
 * Reads recorded prices: `minute,asset,last_usd,bid_usd,ask_usd,volume`, one line per minute and
 * asset. Prices are written as people write them and normalised here, at the edge; an empty cell
 * says that nothing was seen.
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
  const lines = text.split(/\r?\n/);
  if (lines[0] !== HEADER) return err(`line 1: was ${quoted(lines[0] ?? '')}, must be "${HEADER}"`);
  const rows: PriceRow[] = [];
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line === '') continue;
    const row = parseRow(line);
    if (!row.ok) return err(`line ${index + 1}: ${row.error}`);
    rows.push(row.value);
  }
  return ok(rows);
}

function parseRow(line: string): Result<PriceRow, string> {
  const cells = line.split(',');
  if (cells.length !== 6) return err(`had ${cells.length} cells, must have 6`);
  const [minute = '', ticker = '', ...values] = cells;
  const time = parseInstant(minute);
  if (!time.ok) return err(`minute ${time.error}`);
  if (ticker === '') return err('asset was empty, must be a ticker');
  const last = parsePrice('last_usd', values[0] ?? '');
  if (!last.ok) return last;
  const bid = parsePrice('bid_usd', values[1] ?? '');
  if (!bid.ok) return bid;
  const ask = parsePrice('ask_usd', values[2] ?? '');
  if (!ask.ok) return ask;
  return ok({ time: time.value, ticker, last: last.value, bid: bid.value, ask: ask.value });
}

function parsePrice(column: string, cell: string): Result<string | undefined, string> {
  if (cell === '') return ok(undefined);
  const price = normaliseHumanDecimal(cell);
  if (!price.ok) return err(`${column} ${price.error}`);
  if (price.value === '0' || price.value.startsWith('-')) {
    return err(`${column} was ${price.value}, must be above 0`);
  }
  return price;
}
