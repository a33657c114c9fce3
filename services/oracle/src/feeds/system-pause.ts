import { setTimeout as wait } from 'node:timers/promises';
import type { Pause } from './feed.js';

/** Waits in real time. */
export const systemPause: Pause = async (millis, signal) => {
  try {
    await wait(millis, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
};
