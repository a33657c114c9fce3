import type { EventEmitter } from 'node:events';
import { DomainFailure, domainError } from '@trimtab/core';

/** The client gave up: nobody waits for the answer. */
export class CallCancelled extends Error {
  override readonly name = 'CallCancelled';
}

/** The time and the cancellation of one call. */
export interface CallScope {
  /** Aborted with the error to answer: cancelled, too late, or the server stops. */
  readonly signal: AbortSignal;
  readonly deadline: Date | undefined;
  /** Aborts the call with the error to answer. */
  abort(error: Error): void;
  /** Ends the timer. */
  close(): void;
}

/** What bounds a call. */
export interface CallBounds {
  /** Emits `cancelled`. */
  readonly call: EventEmitter & { readonly cancelled: boolean };
  /** When the answer is worthless, in milliseconds since 1970; absent: never. */
  readonly deadlineMs: number | undefined;
  /** Aborted when the server stops; only for calls that have no end of their own. */
  readonly stopping: AbortSignal | undefined;
}

/** The longest timer the platform has. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Watches over one call. */
export function createCallScope(bounds: CallBounds): CallScope {
  const { call, deadlineMs, stopping } = bounds;
  const controller = new AbortController();
  const cancelled = (): void => controller.abort(new CallCancelled('the client cancelled'));
  const stopped = (): void => controller.abort(serverStops());
  call.once('cancelled', cancelled);
  if (call.cancelled) cancelled();
  stopping?.addEventListener('abort', stopped, { once: true });
  if (stopping?.aborted === true) stopped();
  const timer =
    deadlineMs === undefined
      ? undefined
      : setTimeout(
          () => controller.abort(tooLate()),
          Math.min(Math.max(0, deadlineMs - Date.now()), MAX_TIMER_MS),
        );
  return {
    signal: controller.signal,
    deadline: deadlineMs === undefined ? undefined : new Date(deadlineMs),
    abort: (error) => controller.abort(error),
    close: () => {
      clearTimeout(timer);
      call.off('cancelled', cancelled);
      stopping?.removeEventListener('abort', stopped);
    },
  };
}

/** The outcome of the work, unless the signal is aborted first; then its reason is thrown. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(abortReason(signal));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort))
      .catch(() => undefined);
  });
}

function abortReason(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new CallCancelled('cancelled', { cause: reason });
}

function tooLate(): DomainFailure {
  return new DomainFailure(
    domainError('DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED', 'the deadline of the call has passed'),
  );
}

function serverStops(): DomainFailure {
  return new DomainFailure({
    ...domainError('UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE', 'the server stops, call again'),
    retryAfterMillis: 500,
  });
}
