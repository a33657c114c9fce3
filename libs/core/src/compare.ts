/**
 * Orders by value: -1, 0 or 1. Two order functions can be chained with `||`.
 * Strings are compared by UTF-16 code unit, which no locale can change.
 */
export function compare<T extends bigint | number | string>(left: T, right: T): -1 | 0 | 1 {
  if (left < right) return -1;
  return left > right ? 1 : 0;
}

/** A sorted copy; `order` must be total (end in an id), so that input order never matters. */
export function sorted<T>(items: Iterable<T>, order: (left: T, right: T) => number): readonly T[] {
  return [...items].sort(order);
}
