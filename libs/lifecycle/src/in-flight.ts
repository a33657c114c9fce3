/** Counts work that a stop must wait for. */
export interface InFlight {
  /** Marks the start of one piece of work; the returned function marks its end (once). */
  begin(): () => void;
  /** Waits until nothing is in flight; false when work is left after the time. */
  drain(timeoutMs: number): Promise<boolean>;
  readonly count: number;
}

/** Creates a counter of work in flight. */
export function createInFlight(): InFlight {
  let count = 0;
  let waiting: (() => void)[] = [];
  const end = (): void => {
    count -= 1;
    if (count > 0) return;
    const idle = waiting;
    waiting = [];
    for (const resolve of idle) resolve();
  };
  return {
    begin: () => {
      count += 1;
      let open = true;
      return () => {
        if (!open) return;
        open = false;
        end();
      };
    },
    drain: async (timeoutMs) => {
      if (count === 0) return true;
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<boolean>((resolve) => {
        timer = setTimeout(() => resolve(false), timeoutMs);
      });
      const idle = new Promise<boolean>((resolve) => {
        waiting.push(() => resolve(true));
      });
      const drained = await Promise.race([idle, limit]);
      clearTimeout(timer);
      return drained;
    },
    get count() {
      return count;
    },
  };
}
