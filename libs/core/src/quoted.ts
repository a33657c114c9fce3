/** The most UTF-16 units of a caller's text that a message repeats. */
const MOST = 64;

/** A text of a caller as it may stand in a message: what is longer is cut and ends in "…". */
export function shortened(text: string): string {
  if (text.length <= MOST) return text;
  const cut = text.slice(0, MOST);
  // Half of a surrogate pair is no text.
  return `${cut.replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** The same in double quotes, with control characters escaped. */
export function quoted(text: string): string {
  return JSON.stringify(shortened(text));
}
