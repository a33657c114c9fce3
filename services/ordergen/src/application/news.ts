/** Tells watchers in this process that a rebalance has changed. */
export interface News {
  tell(rebalanceId: string): void;
  /**
   * Resolves at the next change, after `timeoutMs`, or when the signal aborts. Changes made by other
   * processes are not told: look again after the time.
   */
  next(rebalanceId: string, timeoutMs: number, signal: AbortSignal): Promise<void>;
}

/** Creates it. */
export function createNews(): News {
  const waiting = new Map<string, Set<() => void>>();
  return {
    tell: (rebalanceId) => {
      const all = waiting.get(rebalanceId);
      waiting.delete(rebalanceId);
      for (const resolve of all ?? []) resolve();
    },
    next: (rebalanceId, timeoutMs, signal) =>
      new Promise<void>((resolve) => {
        const own = waiting.get(rebalanceId) ?? new Set();
        const done = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', done);
          own.delete(done);
          if (own.size === 0 && waiting.get(rebalanceId) === own) waiting.delete(rebalanceId);
          resolve();
        };
        const timer = setTimeout(done, timeoutMs);
        signal.addEventListener('abort', done);
        own.add(done);
        waiting.set(rebalanceId, own);
        if (signal.aborted) done();
      }),
  };
}
