import { describe, expect, it } from 'vitest';
import { group, type Component } from './component.js';

function recorder(log: string[], failing: readonly string[] = []) {
  return (name: string): Component => ({
    name,
    start: async () => note(`start ${name}`),
    stop: async () => note(`stop ${name}`),
  });
  function note(event: string): void {
    log.push(event);
    if (failing.includes(event)) throw new Error(event);
  }
}

describe('group', () => {
  it('starts in order and stops in reverse, once', async () => {
    const log: string[] = [];
    const component = recorder(log);
    const all = group('all', [component('a'), component('b')]);
    await all.start();
    await all.stop();
    await all.stop();
    expect(log).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('stops what was started when one does not start', async () => {
    const log: string[] = [];
    const component = recorder(log, ['start b']);
    const all = group('all', [component('a'), component('b'), component('c')]);
    await expect(all.start()).rejects.toThrow('start b');
    expect(log).toEqual(['start a', 'start b', 'stop a']);
  });

  it('stops the others when one does not stop', async () => {
    const log: string[] = [];
    const component = recorder(log, ['stop b']);
    const all = group('all', [component('a'), component('b')]);
    await all.start();
    await expect(all.stop()).rejects.toThrow('all did not stop cleanly');
    expect(log).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });
});
