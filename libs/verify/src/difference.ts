/** The first place where a bundle is not what its own inputs lead to. */
export interface Difference {
  /** Where: `events[3].stateAfter.cash`. */
  readonly path: string;
  /** What the bundle says. */
  readonly found: string;
  /** What it should say. */
  readonly expected: string;
}

/** Stops the verification at its first difference. */
export class Refused extends Error {
  readonly difference: Difference;

  constructor(difference: Difference) {
    super(`${difference.path}: found ${difference.found}, expected ${difference.expected}`);
    this.name = 'Refused';
    this.difference = difference;
  }
}

/** Stops with a difference. @throws Refused */
export function refuse(path: string, found: string, expected: string): never {
  throw new Refused({ path, found, expected });
}

/** What can be compared as it is. */
type Plain = string | number | bigint | boolean;

/** @throws Refused unless both are the same */
export function same(path: string, found: Plain, expected: Plain): void {
  if (found !== expected) refuse(path, String(found), String(expected));
}

/** @throws Refused unless the condition holds */
export function must(path: string, holds: boolean, found: Plain, expected: string): void {
  if (!holds) refuse(path, String(found), expected);
}
