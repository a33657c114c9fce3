/** A number that is written by its digits, never through binary floating point. */
export class ExactNumber {
  readonly text: string;

  /** @throws RangeError for a text that JSON does not take as a number */
  constructor(text: string) {
    if (!/^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/.test(text)) {
      throw new RangeError(`"${text}" is no number of JSON`);
    }
    this.text = text;
  }
}

/** Writes plain data as JSON: exact numbers by their digits, absent fields left out. */
export function writeJson(value: unknown): string {
  if (value instanceof ExactNumber) return value.text;
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(([key, field]) => `${JSON.stringify(key)}:${writeJson(field)}`);
  return `{${fields.join(',')}}`;
}
