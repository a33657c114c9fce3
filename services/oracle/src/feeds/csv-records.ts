import { CsvError, parse } from 'csv-parse/sync';
import { err, ok, type Result } from '@trimtab/core';

/** One line of a file of comma-separated values. */
export interface CsvRecord {
  /** From 1, the header is line 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** The lines of a file (RFC 4180) that are not empty, or the first that cannot be read and why. */
export function readCsvRecords(text: string): Result<readonly CsvRecord[], string> {
  const records: CsvRecord[] = [];
  try {
    parse(text, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (cells: string[], { lines }) => {
        records.push({ line: lines, cells });
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return err(error.message);
  }
  return ok(records);
}
