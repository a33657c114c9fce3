import type { Logger } from '@trimtab/telemetry';
import type { Caller } from './caller.js';

/**
 * What a handler knows about its call. Pass it (or its caller, signal and deadline) to every further
 * call, so that deadline and cancellation travel.
 */
export interface CallContext {
  /** Absent only for methods whose rule is `public`; see `callerOf`. */
  readonly caller: Caller | undefined;
  /** Aborted when the client cancels, the deadline passes or the server stops. */
  readonly signal: AbortSignal;
  /** When the answer is worthless; always set for a unary call (10 s after its start by default). */
  readonly deadline: Date | undefined;
  /** Logs with the method's name. */
  readonly log: Logger;
}
