import { setTimeout as pause } from 'node:timers/promises';
import type { Pause } from '../application/pause.js';

/** How long a pause is, and how much time of a call is kept for what comes after the last look. */
export interface PauseSettings {
  readonly pauseMillis: number;
  readonly reserveMillis: number;
}

/** Pauses of a call, measured by the clock of the machine, as its deadline is. */
export function createPause({ pauseMillis, reserveMillis }: PauseSettings): Pause {
  return async ({ signal, deadline }) => {
    // A worker has neither: it looks once, and again in its next round.
    if (signal === undefined && deadline === undefined) return false;
    if (deadline !== undefined) {
      const leftMillis = deadline.getTime() - Date.now();
      if (leftMillis < pauseMillis + reserveMillis) return false;
    }
    try {
      await pause(pauseMillis, undefined, signal && { signal });
      return true;
    } catch {
      // The only failure of a timer is the end of its call.
      return false;
    }
  };
}
