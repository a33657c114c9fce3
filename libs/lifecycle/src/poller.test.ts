import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import { createPoller } from './poller.js';

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolveIt) => (resolve = resolveIt));
  return { promise, resolve };
}

/** A run that the test lets go on. */
function gate(): {
  readonly entered: Promise<void>;
  readonly pass: () => void;
  run: () => Promise<void>;
} {
  const entered = deferred<undefined>();
  const passed = deferred<undefined>();
  return {
    entered: entered.promise,
    pass: () => passed.resolve(undefined),
    run: async () => {
      entered.resolve(undefined);
      await passed.promise;
    },
  };
}

const options = { name: 'poller', intervalMs: 60_000, onError: (): void => undefined };

describe('createPoller', () => {
  it('runs at the start, and once more for many wakes during a run', async () => {
    const gates = [gate(), gate()];
    let runCount = 0;
    const poller = createPoller({
      ...options,
      run: async () => {
        const next = gates[runCount];
        runCount += 1;
        await next?.run();
      },
    });
    await poller.start();
    await gates[0]?.entered;
    poller.wake();
    poller.wake();
    gates[0]?.pass();
    await gates[1]?.entered;
    gates[1]?.pass();
    await poller.stop();
    expect(runCount).toBe(2);
  });

  it('runs again after its interval', async () => {
    const second = deferred<undefined>();
    let runCount = 0;
    const poller = createPoller({
      ...options,
      intervalMs: 1,
      run: async () => {
        runCount += 1;
        if (runCount === 2) second.resolve(undefined);
      },
    });
    await poller.start();
    await second.promise;
    await poller.stop();
  });

  it('hands errors over and goes on', async () => {
    const seen = deferred<unknown>();
    const again = deferred<undefined>();
    let runCount = 0;
    const poller = createPoller({
      ...options,
      run: async () => {
        runCount += 1;
        if (runCount === 1) throw new Error('first');
        again.resolve(undefined);
      },
      onError: seen.resolve,
    });
    await poller.start();
    await expect(seen.promise).resolves.toEqual(new Error('first'));
    poller.wake();
    await again.promise;
    await poller.stop();
  });

  it('waits in stop for the present run, and runs no more', async () => {
    const only = gate();
    let ended = false;
    const poller = createPoller({
      ...options,
      run: async () => {
        await only.run();
        ended = true;
      },
    });
    await poller.start();
    await only.entered;
    poller.wake();
    const stopped = poller.stop();
    only.pass();
    await stopped;
    expect(ended).toBe(true);
    poller.wake();
  });

  it('keeps the async context of a wake out of its runs', async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen = deferred<string | undefined>();
    let runCount = 0;
    const poller = createPoller({
      ...options,
      run: async () => {
        runCount += 1;
        if (runCount === 2) seen.resolve(storage.getStore());
      },
    });
    await poller.start();
    storage.run('request', () => poller.wake());
    await expect(seen.promise).resolves.toBeUndefined();
    await poller.stop();
  });
});
