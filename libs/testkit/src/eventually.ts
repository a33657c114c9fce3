import { setTimeout as pause } from 'node:timers/promises';

export interface EventuallyOptions {
  /** How long to try, in milliseconds; 30 s by default: a machine may be slow, and nobody waits for what comes. */
  readonly timeoutMs?: number;
  /** What is awaited, for the error. */
  readonly what?: string;
}

const FIRST_PAUSE_MS = 2;
const LONGEST_PAUSE_MS = 50;

/**
 * Asks until the probe gives a value: the one place where a test waits for something it cannot be
 * called back for. A probe that throws is asked again, and its last error is the cause.
 * @throws Error when there is no value in time
 */
export async function eventually<T>(
  probe: () => Promise<T | undefined> | T | undefined,
  options: EventuallyOptions = {},
): Promise<T> {
  const timeoutMs = options.timeoutMs ?? 30_000;
  const deadline = performance.now() + timeoutMs;
  let waitMs = FIRST_PAUSE_MS;
  let cause: unknown;
  for (;;) {
    try {
      const value = await probe();
      if (value !== undefined) return value;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() >= deadline) {
      throw new Error(`${options.what ?? 'the awaited value'} did not come in ${timeoutMs} ms`, {
        cause,
      });
    }
    await pause(waitMs);
    waitMs = Math.min(waitMs * 2, LONGEST_PAUSE_MS);
  }
}
