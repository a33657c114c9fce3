import { AsyncResource } from 'node:async_hooks';

/** Work that waits for its turn. */
export interface QueuedTask {
  /** Does not reject. */
  run(): Promise<void>;
  /** Called instead of `run` when the queue is closed first. */
  cancel(): void;
}

/** Runs tasks of one key one at a time in order, and of different keys side by side. */
export interface KeyedQueue {
  push(key: string, task: QueuedTask): void;
  /** Tasks waiting or running. */
  readonly size: number;
  /** Resolves when fewer than `limit` tasks wait or run. */
  below(limit: number): Promise<void>;
  /** Cancels what waits and resolves when what runs has ended. */
  close(): Promise<void>;
}

/**
 * `concurrency` bounds the running tasks. Keys take turns, so that a busy key does not starve others.
 * Tasks run in the async context of the creation, not in that of whoever pushed or finished before.
 */
export function createKeyedQueue(concurrency: number): KeyedQueue {
  const waiting = new Map<string, QueuedTask[]>();
  /** Keys with waiting tasks of which none is running. */
  const ready: string[] = [];
  const watchers = new Set<{ limit: number; wake: () => void }>();
  let running = 0;
  let size = 0;

  const settle = (): void => {
    for (const watcher of watchers) {
      if (size >= watcher.limit) continue;
      watchers.delete(watcher);
      watcher.wake();
    }
  };

  const pump = AsyncResource.bind((): void => {
    while (running < concurrency) {
      const key = ready.shift();
      if (key === undefined) return;
      const task = waiting.get(key)?.shift();
      if (task === undefined) continue;
      running += 1;
      void task.run().finally(() => {
        running -= 1;
        size -= 1;
        if ((waiting.get(key)?.length ?? 0) > 0) ready.push(key);
        else waiting.delete(key);
        settle();
        pump();
      });
    }
  });

  const below = async (limit: number): Promise<void> => {
    if (size < limit) return;
    await new Promise<void>((wake) => watchers.add({ limit, wake }));
  };

  return {
    push: (key, task) => {
      size += 1;
      const tasks = waiting.get(key);
      if (tasks === undefined) {
        waiting.set(key, [task]);
        ready.push(key);
      } else {
        tasks.push(task);
      }
      pump();
    },
    get size() {
      return size;
    },
    below,
    close: async () => {
      ready.length = 0;
      for (const tasks of waiting.values()) {
        for (const task of tasks.splice(0)) {
          size -= 1;
          task.cancel();
        }
      }
      settle();
      await below(1);
    },
  };
}
