import { AsyncResource } from 'node:async_hooks';
import type { Component } from './component.js';

/** What a poller runs, and how often. */
export interface PollerOptions {
  readonly name: string;
  /** Pause between two runs without a wake, in milliseconds. */
  readonly intervalMs: number;
  readonly run: () => Promise<void>;
  /** Receives what `run` throws; the poller goes on. */
  readonly onError: (error: unknown) => void;
}

/** A component that repeats its work. */
export interface Poller extends Component {
  /** Runs at once, or once more after the present run. Does nothing when stopped. */
  wake(): void;
}

/**
 * Repeats `run`: at the start, on each wake (many wakes during a run are one further run) and after
 * each interval; never two at a time. `stop` waits for the present run. Runs happen in the async
 * context of the creation, so that a wake from a request does not pull its trace or deadline in.
 */
export function createPoller(options: PollerOptions): Poller {
  const { name, intervalMs, run, onError } = options;
  let state: 'stopped' | 'running' = 'stopped';
  let wanted = false;
  let present: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const begin = AsyncResource.bind((): void => {
    clearTimeout(timer);
    timer = undefined;
    present = loop();
  });

  async function loop(): Promise<void> {
    do {
      wanted = false;
      try {
        await run();
      } catch (error) {
        onError(error);
      }
    } while (isWanted());
    present = undefined;
    if (state === 'running') timer = setTimeout(begin, intervalMs);
  }

  const isWanted = (): boolean => wanted && state === 'running';

  return {
    name,
    start: async () => {
      if (state === 'running') return;
      state = 'running';
      begin();
    },
    stop: async () => {
      state = 'stopped';
      clearTimeout(timer);
      await present;
    },
    wake: () => {
      if (state === 'stopped') return;
      wanted = true;
      if (present === undefined) begin();
    },
  };
}
