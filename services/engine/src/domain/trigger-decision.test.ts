import type { Instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { decideTrigger, type TriggerState } from './trigger-decision.js';
import { at, plus, runOf } from './values.fixture.js';

const NOW = at('2026-07-02T12:00:00Z');
const MINUTE = 60_000;
const state = (change: Partial<TriggerState> = {}): TriggerState => ({
  now: NOW,
  plannedTime: undefined,
  followingTime: undefined,
  hasSchedule: false,
  isOutsideBand: undefined,
  lastRuns: [],
  backoff: { firstMillis: 10 * MINUTE, maxMillis: 60 * MINUTE },
  ...change,
});
const scheduled = (plannedTime: Instant | undefined) =>
  decideTrigger(state({ hasSchedule: true, plannedTime, followingTime: plus(NOW, MINUTE) }));

describe('the schedule', () => {
  it.each([
    [-1, { kind: 'SCHEDULE', dueTime: plus(NOW, -1) }],
    [0, { kind: 'SCHEDULE', dueTime: NOW }],
    [1, { kind: 'HOLD' }],
  ])('is due from its time on: %i ms after now', (offset, decision) => {
    expect(scheduled(plus(NOW, offset))).toEqual(decision);
  });

  it('that was missed for days fires once, for the first time that was missed', () => {
    const missed = at('2026-06-28T12:00:00Z');
    expect(scheduled(missed)).toEqual({ kind: 'SCHEDULE', dueTime: missed });
  });

  it('that was never looked at starts with the next due time, not with one before it was there', () => {
    expect(scheduled(undefined)).toEqual({ kind: 'HOLD' });
  });

  it('that was taken away fires no more', () => {
    const decision = decideTrigger(state({ plannedTime: plus(NOW, -1) }));
    expect(decision).toEqual({ kind: 'HOLD' });
  });

  it('comes before the drift band', () => {
    const both = state({ hasSchedule: true, plannedTime: NOW, isOutsideBand: true });
    expect(decideTrigger(both)).toMatchObject({ kind: 'SCHEDULE' });
  });
});

describe('the drift band', () => {
  it.each([
    [true, { kind: 'DRIFT', previousRunId: 'none' }],
    [false, { kind: 'HOLD' }],
    [undefined, { kind: 'HOLD' }],
  ])('with a position outside of it %s: %j', (isOutsideBand, decision) => {
    expect(decideTrigger(state({ isOutsideBand }))).toEqual(decision);
  });

  const noOp = (number: number, minutesAgo: number) =>
    runOf({
      runId: `run-${number}`,
      trigger: 'DRIFT',
      outcome: 'NO_OP',
      reason: 'COOLDOWN',
      createTime: plus(NOW, -minutesAgo * MINUTE),
    });

  it.each([
    ['after one, 10 minutes', [noOp(1, 9)], { kind: 'WAIT', until: plus(NOW, MINUTE) }],
    ['and at their end again', [noOp(1, 10)], { kind: 'DRIFT', previousRunId: 'run-1' }],
    ['after two, 20', [noOp(2, 19), noOp(1, 40)], { kind: 'WAIT', until: plus(NOW, MINUTE) }],
    [
      'and never more than the limit',
      [8, 7, 6, 5, 4, 3, 2, 1].map((number) => noOp(number, 60)),
      { kind: 'DRIFT', previousRunId: 'run-8' },
    ],
  ])('waits for longer after each try that came to nothing: %s', (_name, lastRuns, decision) => {
    expect(decideTrigger(state({ isOutsideBand: true, lastRuns }))).toEqual(decision);
  });

  it('does not wait after a rebalance, nor after what somebody else started', () => {
    const traded = runOf({ runId: 'run-2', trigger: 'DRIFT', createTime: NOW });
    const manual = runOf({ runId: 'run-3', trigger: 'MANUAL', outcome: 'NO_OP', createTime: NOW });
    for (const latest of [traded, manual]) {
      const lastRuns = [latest, noOp(1, 1)];
      const decision = decideTrigger(state({ isOutsideBand: true, lastRuns }));
      expect(decision).toEqual({ kind: 'DRIFT', previousRunId: latest.runId });
    }
  });
});
