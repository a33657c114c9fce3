import { InvalidArgumentError } from 'commander';
import { parseInstant, type Instant } from '@trimtab/core';

/** Reads a whole number of a range from the command line. */
export function integerBetween(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? parseInt(text, 10) : NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`was "${text}", must be a whole number from ${min} to ${max}`);
  };
}

/** Reads how many recorded seconds pass in one: a number above 0 to 1 000 000, or `max`. */
export function speedFactor(text: string): number | 'max' {
  if (text === 'max') return 'max';
  const value = /^\d{1,7}(\.\d{1,6})?$/.test(text) ? parseFloat(text) : NaN;
  if (value > 0 && value <= 1_000_000) return value;
  throw new InvalidArgumentError(`was "${text}", must be a number above 0 to 1000000, or max`);
}

/** Reads a time, RFC 3339 UTC. */
export function time(text: string): Instant {
  const parsed = parseInstant(text);
  if (parsed.ok) return parsed.value;
  throw new InvalidArgumentError(parsed.error);
}
