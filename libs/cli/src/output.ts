import Table from 'cli-table3';

/** Where a command writes: people get tables, programs get one JSON document. */
export interface Output {
  readonly json: boolean;
  line(text: string): void;
}

/** Writes to stdout. */
export function createOutput(json: boolean): Output {
  return { json, line: (text) => process.stdout.write(`${text}\n`) };
}

/** A value as JSON: bigints become strings, dates RFC 3339. */
export function toJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, member: unknown) => (typeof member === 'bigint' ? member.toString() : member),
    2,
  );
}

/** A table for people; numbers are right-aligned. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  rightAligned: readonly number[] = [],
): string {
  const drawn = new Table({
    head: [...head],
    style: { head: [], border: [], compact: true },
    chars: PLAIN_LINES,
    colAligns: head.map((_, column) => (rightAligned.includes(column) ? 'right' : 'left')),
  });
  for (const row of rows) drawn.push([...row]);
  return drawn.toString();
}

const PLAIN_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '  ',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};
