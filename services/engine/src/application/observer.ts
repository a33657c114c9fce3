import type { Work } from '../domain/work.js';

/** What a scheduler tells: one function per event. */
export interface TickObserver {
  /** A tick went well and was reported. */
  tickEnded(work: Work, durationMillis: number): void;
  /** A tick threw; it is tried again after a backoff. */
  tickFailed(work: Work, error: unknown): void;
  /** Another engine has the work by now, or its intent has ended: what this one found is dropped. */
  workLost(work: Work): void;
  /** A report could not be written; the work is taken again once its lease is over. */
  reportFailed(work: Work, error: unknown): void;
}
