import { describe, expect, it } from 'vitest';
import { createKeyedQueue, type QueuedTask } from './keyed-queue.js';

/** A task that runs until it is told to end. */
function gated(name: string, log: string[]): QueuedTask & { end(): void } {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  return {
    run: async () => {
      log.push(`start ${name}`);
      await ended;
      log.push(`end ${name}`);
    },
    cancel: () => log.push(`cancel ${name}`),
    end: () => end(),
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the keyed queue', () => {
  it('runs one task of a key at a time, in order, and other keys beside it', async () => {
    const log: string[] = [];
    const queue = createKeyedQueue(3);
    const [a1, a2, b1] = ['a1', 'a2', 'b1'].map((name) => gated(name, log));
    for (const task of [a1, a2, b1]) if (task) queue.push(task === b1 ? 'b' : 'a', task);
    expect(log).toEqual(['start a1', 'start b1']);
    a1?.end();
    await turn();
    expect(log).toEqual(['start a1', 'start b1', 'end a1', 'start a2']);
    a2?.end();
    b1?.end();
    await queue.below(1);
    expect(queue.size).toBe(0);
  });

  it('lets keys take turns', async () => {
    const log: string[] = [];
    const queue = createKeyedQueue(1);
    const tasks = ['a1', 'a2', 'b1'].map((name) => gated(name, log));
    for (const [index, task] of tasks.entries()) {
      task.end();
      queue.push(index < 2 ? 'a' : 'b', task);
    }
    await queue.below(1);
    expect(log.filter((line) => line.startsWith('start'))).toEqual([
      'start a1',
      'start b1',
      'start a2',
    ]);
  });

  it('cancels at close what has not begun and waits for what has', async () => {
    const log: string[] = [];
    const queue = createKeyedQueue(1);
    const [first, second] = [gated('first', log), gated('second', log)];
    queue.push('k', first);
    queue.push('k', second);
    const closed = queue.close();
    expect(log).toEqual(['start first', 'cancel second']);
    first.end();
    await closed;
    expect(log).toEqual(['start first', 'cancel second', 'end first']);
  });

  it('tells when there is room again', async () => {
    const log: string[] = [];
    const queue = createKeyedQueue(2);
    const task = gated('only', log);
    queue.push('k', task);
    await queue.below(2);
    const room = queue.below(1).then(() => log.push('room'));
    await turn();
    expect(log).toEqual(['start only']);
    task.end();
    await room;
    expect(log).toEqual(['start only', 'end only', 'room']);
  });
});
