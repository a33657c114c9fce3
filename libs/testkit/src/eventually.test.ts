import { describe, expect, it } from 'vitest';
import { eventually } from './eventually.js';

describe('eventually', () => {
  it('gives the first value that is not undefined', async () => {
    let asked = 0;
    expect(await eventually(() => ((asked += 1) < 3 ? undefined : asked))).toBe(3);
    expect(await eventually(() => 0)).toBe(0);
  });

  it('asks again after a throw, and ends with the last error as cause', async () => {
    let asked = 0;
    const value = await eventually(() => {
      asked += 1;
      if (asked === 1) throw new Error('not yet');
      return asked;
    });
    expect(value).toBe(2);
    const cause = new Error('never');
    const failing = eventually(
      () => {
        throw cause;
      },
      { timeoutMs: 5, what: 'the answer' },
    );
    await expect(failing).rejects.toMatchObject({
      message: 'the answer did not come in 5 ms',
      cause,
    });
  });
});
