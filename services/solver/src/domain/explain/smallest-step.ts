/**
 * The end of a search for the smallest step from 1 to `limit` at which `isEnough` holds: twice as far
 * until it does, then halving what lies between. It holds at the step that is returned, and not one
 * before it, unless that is 0. Undefined when it holds at no step that was tried, the limit included.
 *
 * About 2·log2(limit) questions. Where the answer changes more than once this is one of its changes.
 */
export function smallestStep(
  limit: number,
  isEnough: (step: number) => boolean,
): number | undefined {
  let tooSmall = 0;
  while (tooSmall < limit) {
    const step = Math.min(Math.max(1, 2 * tooSmall), limit);
    if (isEnough(step)) return halve(tooSmall, step, isEnough);
    tooSmall = step;
  }
  return undefined;
}

function halve(tooSmall: number, enough: number, isEnough: (step: number) => boolean): number {
  if (enough - tooSmall <= 1) return enough;
  const middle = tooSmall + ((enough - tooSmall) >> 1);
  return isEnough(middle) ? halve(tooSmall, middle, isEnough) : halve(middle, enough, isEnough);
}
