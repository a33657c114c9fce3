/** The name of an enum value without the prefix of its enum. */
export function enumWord(names: object, value: number, prefix: string): string {
  const entry = Object.entries(names).find(([, other]) => other === value);
  return entry === undefined ? String(value) : entry[0].slice(prefix.length);
}
