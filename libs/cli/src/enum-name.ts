/** The name of an enum number without its prefix: `EXEC_TYPE_FILL` → `FILL`. */
export function enumName(
  names: Readonly<Record<string, number>>,
  value: number,
  prefix: string,
): string {
  const found = Object.entries(names).find(([, number]) => number === value);
  return found === undefined ? String(value) : found[0].slice(prefix.length);
}
