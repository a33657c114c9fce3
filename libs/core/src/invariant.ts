/** A broken invariant: a bug of ours, never a caller's mistake. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}

/**
 * Asserts what must hold if the code is right.
 *
 * @throws InvariantViolation when the condition is false
 */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantViolation(`Invariant: ${message}`);
}

/** Returns the value, or throws InvariantViolation when it is absent. */
export function present<T>(value: T | undefined, message: string): T {
  if (value === undefined) throw new InvariantViolation(`Invariant: ${message}`);
  return value;
}

/**
 * Ends a switch over a closed union: does not compile while a case is missing.
 *
 * @throws InvariantViolation when an unknown value arrives at run time
 */
export function assertNever(value: never): never {
  throw new InvariantViolation(`Invariant: unexpected value ${JSON.stringify(value)}`);
}
