/**
 * The form of a schedule: the five fields minute, hour, day of month, month, day of week, each `*`,
 * numbers, ranges and steps joined by commas. Names of months and days are not part of it.
 */
const FIELDS = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12 },
  { min: 0, max: 7 },
] as const;
const PART = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/;
const MAX_LENGTH = 200;

/** Whether a text is a cron expression whose every number is inside its field. */
export function isCron(text: string): boolean {
  if (text.length > MAX_LENGTH) return false;
  const fields = text.split(' ');
  return (
    fields.length === FIELDS.length &&
    FIELDS.every((bounds, index) => isField(fields[index] ?? '', bounds))
  );
}

function isField(
  text: string,
  { min, max }: { readonly min: number; readonly max: number },
): boolean {
  return text.split(',').every((part) => {
    const match = PART.exec(part);
    if (match === null) return false;
    const low = numberOr(match[1], min);
    const high = numberOr(match[2], match[1] === undefined ? max : low);
    const step = numberOr(match[3], 1);
    return low >= min && low <= high && high <= max && step >= 1 && step <= max;
  });
}

function numberOr(digits: string | undefined, otherwise: number): number {
  return digits === undefined ? otherwise : parseInt(digits, 10);
}
