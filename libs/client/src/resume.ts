import { setTimeout as pause } from 'node:timers/promises';
import { DomainFailure } from '@trimtab/core';
import { RemoteFailure } from '@trimtab/grpc';

/** How a stream is kept up. */
export interface ResumeOptions {
  /** Ends the iteration. */
  readonly signal?: AbortSignal | undefined;
  /** Failed connections in a row before the failure is thrown; 10 by default. */
  readonly maxFailures?: number | undefined;
}

/** Opens the stream after a sequence; absent at the first time, if the caller stated none. */
export type OpenAfter<T> = (after: bigint | undefined, signal: AbortSignal) => AsyncIterable<T>;

const MAX_FAILURES = 10;
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 5000;
/** gRPC's CANCELLED: how a server ends streams when it drains or a connection grows old. */
const CANCELLED = 1;

/**
 * Iterates a resumable stream to its end: when the connection is lost it is opened again after the last
 * sequence that was yielded, so that nothing is missed and nothing comes twice. Refusals are thrown.
 */
export async function* resume<T>(
  open: OpenAfter<T>,
  sequenceOf: (message: T) => bigint,
  first: bigint | undefined,
  options: ResumeOptions = {},
): AsyncGenerator<T, void, undefined> {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  options.signal?.addEventListener('abort', abort, { once: true });
  let last = first;
  let failureCount = 0;
  let hadMessages = false;
  try {
    while (!isAborted(options)) {
      try {
        for await (const message of open(last, stop.signal)) {
          failureCount = 0;
          hadMessages = true;
          last = sequenceOf(message);
          yield message;
        }
        return;
      } catch (error) {
        if (isAborted(options)) return;
        failureCount += 1;
        const canResume = isLost(error, hadMessages);
        hadMessages = false;
        if (!canResume || failureCount > (options.maxFailures ?? MAX_FAILURES)) throw error;
        await wait(failureCount, options.signal);
      }
    }
  } finally {
    options.signal?.removeEventListener('abort', abort);
    stop.abort();
  }
}

function isAborted({ signal }: ResumeOptions): boolean {
  return signal?.aborted === true;
}

/**
 * Whether the connection was lost, rather than the request refused. A stream also ends when its token
 * does; the next one carries a fresh token.
 */
function isLost(error: unknown, hadMessages: boolean): boolean {
  if (error instanceof DomainFailure) {
    const { kind } = error.error;
    return kind === 'UNAVAILABLE' || (kind === 'UNAUTHENTICATED' && hadMessages);
  }
  return error instanceof RemoteFailure && (error.code as number) === CANCELLED;
}

async function wait(failureCount: number, signal: AbortSignal | undefined): Promise<void> {
  const delayMs = Math.min(FIRST_DELAY_MS * 2 ** (failureCount - 1), MAX_DELAY_MS);
  try {
    await pause(delayMs, undefined, signal && { signal });
  } catch {
    // Aborted while waiting: the loop sees it.
  }
}
