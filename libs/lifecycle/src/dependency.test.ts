import { describe, expect, it } from 'vitest';
import { createProbe } from './dependency.js';

const LIMIT_MS = 10;

describe('createProbe', () => {
  it('passes the answer on, and takes a rejection for a no', async () => {
    const probe = (isUp: () => Promise<boolean>): Promise<boolean> =>
      createProbe({ name: 'database', isUp }, LIMIT_MS).ask();
    expect(await probe(async () => true)).toBe(true);
    expect(await probe(async () => false)).toBe(false);
    expect(await probe(() => Promise.reject(new Error('gone')))).toBe(false);
  });

  it('takes silence for a no, asks nothing more while it lasts, and asks again after the answer', async () => {
    let answer: (up: boolean) => void = () => undefined;
    let asked = 0;
    const isUp = (): Promise<boolean> => {
      asked += 1;
      return new Promise((resolve) => (answer = resolve));
    };
    const probe = createProbe({ name: 'database', isUp }, LIMIT_MS);
    expect(await probe.ask()).toBe(false);
    expect(await probe.ask()).toBe(false);
    expect(asked).toBe(1);
    answer(true);
    await new Promise((resolve) => setImmediate(resolve));
    const next = probe.ask();
    answer(true);
    expect(await next).toBe(true);
    expect(asked).toBe(2);
  });
});
