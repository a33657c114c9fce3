import { silentLogger } from '@trimtab/telemetry';
import { describe, expect, it } from 'vitest';
import type { Component } from './component.js';
import { runUntilSignal } from './run-until-signal.js';

async function run(component: Partial<Component>, drainTimeoutMs = 1000): Promise<number[]> {
  const codes: number[] = [];
  await runUntilSignal(
    { name: 'test', start: async () => undefined, stop: async () => undefined, ...component },
    {
      logger: silentLogger(),
      drainTimeoutMs,
      exit: (code) => void codes.push(code),
      // The listener of the function under test is called like one of the process would be.
      onStarted: () => void process.emit('SIGTERM', 'SIGTERM'),
    },
  );
  return codes;
}

describe('runUntilSignal', () => {
  it('stops the component on SIGTERM and ends with code 0', async () => {
    const log: string[] = [];
    const codes = await run({
      start: async () => void log.push('start'),
      stop: async () => void log.push('stop'),
    });
    expect(log).toEqual(['start', 'stop']);
    expect(codes).toEqual([0]);
  });

  it('ends with code 1 when the component does not start', async () => {
    expect(await run({ start: () => Promise.reject(new Error('port is taken')) })).toEqual([1]);
  });

  it('ends with code 1 when the component does not stop cleanly', async () => {
    expect(await run({ stop: () => Promise.reject(new Error('stuck')) })).toEqual([1]);
  });

  it('ends with code 1 when the stop takes too long', async () => {
    expect(await run({ stop: () => new Promise(() => undefined) }, 1)).toEqual([1]);
  });

  it('leaves no listener behind', async () => {
    const before = process.listenerCount('SIGTERM');
    await run({});
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });
});
