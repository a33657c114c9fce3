import { instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import {
  answeredAfter,
  CHANGE_STEPS,
  isAnswerable,
  nextStep,
  stateWhenAnswered,
  stepsOf,
  TARGET_STATES,
  vaultModeOf,
  type StateChange,
  type TargetState,
} from './state-change.js';

const change = (to: TargetState, doneCount: number): StateChange => ({
  id: 'c',
  intentId: 'i',
  to,
  by: 'owner',
  reason: '',
  doneCount,
  attemptCount: 0,
  createTime: instant(0),
});

describe('a change of state', () => {
  it.each(TARGET_STATES)('to %s sets the mode of the vault before anything else', (to) => {
    expect(nextStep(change(to, 0))).toBe('SET_VAULT_MODE');
    expect(isAnswerable(change(to, 0))).toBe(false);
  });

  it.each(TARGET_STATES)('to %s writes the state once', (to) => {
    expect(CHANGE_STEPS[to].filter((step) => step === 'WRITE_STATE')).toHaveLength(1);
  });

  it.each([
    ['PAUSED', 'PAUSED'],
    ['ERROR', 'PAUSED'],
    ['ACTIVE', 'OPEN'],
    ['CANCELLED', 'CLOSING'],
    ['COMPLETED', 'CLOSING'],
  ] as const)('to %s needs the vault in mode %s', (to, mode) => {
    expect(vaultModeOf({ to, by: 'owner' })).toBe(mode);
  });

  it('to CANCELLED is answered when the state is written, before the vault is empty', () => {
    expect(answeredAfter({ to: 'CANCELLED', by: 'owner' })).toBe(2);
    expect(nextStep(change('CANCELLED', 2))).toBe('EMPTY_VAULT');
    expect(stateWhenAnswered('ACTIVE', 'CANCELLED')).toBe('CANCELLED');
  });

  it('to COMPLETED is answered when the vault is closing, and written when it is closed', () => {
    expect(answeredAfter({ to: 'COMPLETED', by: 'engine' })).toBe(1);
    expect(stateWhenAnswered('ACTIVE', 'COMPLETED')).toBe('ACTIVE');
    expect(CHANGE_STEPS.COMPLETED.slice(-2)).toEqual(['CLOSE_VAULT', 'WRITE_STATE']);
  });

  it('to ERROR stops what runs before the state says so', () => {
    expect(CHANGE_STEPS.ERROR).toEqual(['SET_VAULT_MODE', 'CANCEL_REBALANCE', 'WRITE_STATE']);
  });

  it('to ERROR from an activation takes back what was done, as a cancellation does', () => {
    const undo = { to: 'ERROR', by: 'activation' } as const;
    expect(stepsOf(undo)).toEqual(CHANGE_STEPS.CANCELLED);
    expect(vaultModeOf(undo)).toBe('CLOSING');
    expect(answeredAfter(undo)).toBe(2);
  });

  it('has no step after its last', () => {
    for (const to of TARGET_STATES) {
      expect(nextStep(change(to, CHANGE_STEPS[to].length))).toBeUndefined();
    }
  });
});
