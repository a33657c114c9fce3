import { addMillis, instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { createWorkRows, type WorkRows } from './work-rows.js';
import { dec, START } from './world.fixture.js';

const CLAIM = { kinds: [], limit: 10, leaseSeconds: 30, now: START } as const;
const DONE = { nextDueTime: undefined, failed: false } as const;

function rowsOf(...kinds: readonly ('REBALANCE' | 'POOL' | 'ORACLE')[]): WorkRows {
  const rows = createWorkRows();
  for (const kind of kinds) {
    const intentId = kind === 'REBALANCE' ? 'intent-1' : undefined;
    rows.add({ workId: kind, kind, instanceKey: kind, intentId }, START);
  }
  return rows;
}

const claimed = (rows: WorkRows, now = START): readonly string[] =>
  rows.claim({ ...CLAIM, now }).map(({ workId }) => workId);

describe('work that is due', () => {
  it('is claimed by due time and then by id, at most as many as asked for', () => {
    const rows = rowsOf('REBALANCE', 'POOL');
    rows.add({ workId: 'A', kind: 'SETTLEMENT', instanceKey: 'A', intentId: 'i' }, instant(0));
    expect(rows.claim({ ...CLAIM, limit: 2 }).map(({ workId }) => workId)).toEqual(['A', 'POOL']);
    expect(claimed(rows)).toEqual(['REBALANCE']);
  });

  it('is nobody else’s until its lease is over, and then under a higher token', () => {
    const rows = rowsOf('REBALANCE');
    const [first] = rows.claim(CLAIM);
    expect(claimed(rows)).toEqual([]);
    const [second] = rows.claim({ ...CLAIM, now: addMillis(START, 30_000) });
    expect([first?.leaseToken, second?.leaseToken]).toEqual([1n, 2n]);
    expect([first?.attemptCount, second?.attemptCount]).toEqual([0, 1]);
    expect(() => rows.hold('REBALANCE', 1n)).toThrow('is not the current one');
    expect(() => rows.hold('REBALANCE', 2n)).not.toThrow();
  });

  it('is due again when its report says, and its failures count until one goes well', () => {
    const rows = rowsOf('REBALANCE');
    const later = addMillis(START, 5_000);
    rows.claim(CLAIM);
    rows.release('REBALANCE', { nextDueTime: later, failed: true });
    expect(rows.nextDueTime()).toBe(later);
    expect(rows.claim({ ...CLAIM, now: later })[0]?.attemptCount).toBe(1);
    rows.release('REBALANCE', { nextDueTime: later, failed: false });
    expect(rows.claim({ ...CLAIM, now: later })[0]?.attemptCount).toBe(0);
    rows.release('REBALANCE', DONE);
    expect(rows.nextDueTime()).toBeUndefined();
  });

  it('was woken while it was held: it is due right after its report', () => {
    const rows = rowsOf('REBALANCE');
    rows.claim(CLAIM);
    rows.wake(['REBALANCE'], START);
    rows.release('REBALANCE', { nextDueTime: addMillis(START, 60_000), failed: false });
    expect(claimed(rows)).toEqual(['REBALANCE']);
  });
});

describe('a price band', () => {
  it.each([
    ['89.99', ['REBALANCE']],
    ['90', []],
    ['110', []],
    ['110.01', ['REBALANCE']],
  ])('of 90 to 110 is left at %s: %j', (spot, woken) => {
    const rows = rowsOf('REBALANCE');
    rows.claim(CLAIM);
    const band = { wakeBelow: dec('90'), wakeAbove: dec('110') };
    rows.release('REBALANCE', { ...DONE, ...band });
    rows.priceMoved(dec(spot), START);
    expect(claimed(rows)).toEqual(woken);
  });

  it('wakes once', () => {
    const rows = rowsOf('REBALANCE');
    rows.claim(CLAIM);
    rows.release('REBALANCE', { ...DONE, wakeBelow: dec('90') });
    rows.priceMoved(dec('89'), START);
    rows.claim(CLAIM);
    rows.release('REBALANCE', DONE);
    rows.priceMoved(dec('88'), START);
    expect(claimed(rows)).toEqual([]);
  });
});

describe('the pool', () => {
  it('is due until every intent that asked was served', () => {
    const rows = rowsOf('POOL');
    rows.request('intent-1', START);
    rows.request('intent-2', START);
    expect(rows.claim(CLAIM)[0]?.intentIds).toEqual(['intent-1', 'intent-2']);
    rows.served(['intent-1']);
    rows.release('POOL', DONE);
    expect(rows.claim(CLAIM)[0]?.intentIds).toEqual(['intent-2']);
    rows.served(['intent-2']);
    rows.release('POOL', DONE);
    expect(claimed(rows)).toEqual([]);
  });
});
