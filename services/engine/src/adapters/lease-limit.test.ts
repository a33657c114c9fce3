import { describe, expect, it } from 'vitest';
import { workOf } from '../application/scheduler.fixture.js';
import { callAs, ENGINE } from './clients/settings.js';
import { createLeaseLimit, cutAfter } from './lease-limit.js';

describe('the limit of a tick', () => {
  it('gives its calls a deadline before the end of the lease, and calls outside of it none', async () => {
    const before = Date.now();
    const { deadline } = await createLeaseLimit(30)(workOf('a'), async () => callAs(ENGINE));
    const millis = (deadline?.getTime() ?? 0) - before;
    // 30 s less 5 s for the report, and the moment that the test took.
    expect(millis).toBeGreaterThanOrEqual(25_000);
    expect(millis).toBeLessThan(27_000);
    expect(callAs(ENGINE)).toEqual({ caller: ENGINE });
  });

  it('leaves a quarter of a short lease for the report', async () => {
    const before = Date.now();
    const { deadline } = await createLeaseLimit(8)(workOf('a'), async () => callAs(ENGINE));
    expect((deadline?.getTime() ?? 0) - before).toBeLessThan(8_000);
  });

  it('passes on what a tick brings back, and what it throws', async () => {
    await expect(cutAfter(60_000)(workOf('a'), async () => 7)).resolves.toBe(7);
    const failing = cutAfter(60_000)(workOf('a'), async () => {
      throw new Error('down');
    });
    await expect(failing).rejects.toThrow('down');
  });

  it('cuts a tick that does not end', async () => {
    const endless = cutAfter(1)(workOf('a'), () => new Promise<never>(() => undefined));
    await expect(endless).rejects.toThrow('the tick of REBALANCE a took longer than 1 ms');
  });
});
