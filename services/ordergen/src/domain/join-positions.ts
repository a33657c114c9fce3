import { byPosition, type PositionKey } from './position.js';

/**
 * Two lists in the order of positions side by side, in one pass: `pair` is called once for each
 * position that either holds, in that order, and what it leaves out (undefined) is left out. Neither
 * list holds a position twice.
 */
export function joinPositions<L extends PositionKey, R extends PositionKey, T>(
  left: readonly L[],
  right: readonly R[],
  pair: (left: L | undefined, right: R | undefined) => T | undefined,
): readonly T[] {
  const pairs: T[] = [];
  let [l, r] = [0, 0];
  while (l < left.length || r < right.length) {
    const [one, other] = [left[l], right[r]];
    const order = orderOf(one, other);
    const joined = pair(order > 0 ? undefined : one, order < 0 ? undefined : other);
    if (joined !== undefined) pairs.push(joined);
    if (order <= 0) l += 1;
    if (order >= 0) r += 1;
  }
  return pairs;
}

/** An absent position comes after every other. */
function orderOf(left: PositionKey | undefined, right: PositionKey | undefined): number {
  if (left === undefined) return 1;
  return right === undefined ? -1 : byPosition(left, right);
}
