import type { Instant } from './instant.js';

/** Tells the time. Every rule that depends on time gets it from here, so a suite can run on a virtual clock. */
export interface Clock {
  now(): Instant;
}

/** Makes identifiers that nothing may be derived from. */
export interface IdSource {
  /** A random UUID (version 4). */
  uuid(): string;
  /** Random lower-case hexadecimal digits. */
  hex(digitCount: number): string;
}
