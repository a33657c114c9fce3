import { instant } from '@trimtab/core';
import { CHANNELS, type Channel } from '@trimtab/strategy';
import { describe, expect, it } from 'vitest';
import type { Intent } from './intent.js';
import {
  MAX_DELIVERY_ATTEMPTS,
  NOTIFICATION_KINDS,
  channelsOf,
  nextAttempt,
  stateChangeMessage,
  type NotificationKind,
} from './notification.js';

const FLAGS = {
  ROLL: 'onRoll',
  THRESHOLD_BREACH: 'onThresholdBreach',
  STOP_LOSS: 'onStopLoss',
} as const;
const SILENT = { onRoll: false, onThresholdBreach: false, onStopLoss: false };
const LOUD = { onRoll: true, onThresholdBreach: true, onStopLoss: true };
const FLAGGED = ['ROLL', 'THRESHOLD_BREACH', 'STOP_LOSS'] as const;

describe('the channels of a notification', () => {
  const channels: readonly Channel[] = ['webhook', 'email'];

  it.each(NOTIFICATION_KINDS)('of kind %s are the chosen ones, in their order', (kind) => {
    expect(channelsOf(kind, { ...LOUD, channels })).toEqual(['webhook', 'email']);
  });

  it.each(FLAGGED)('of kind %s hang on its own flag alone', (kind) => {
    const only = { ...SILENT, [FLAGS[kind]]: true, channels };
    const allOthers = { ...LOUD, [FLAGS[kind]]: false, channels };
    expect(channelsOf(kind, only)).toEqual(channels);
    expect(channelsOf(kind, allOthers)).toEqual([]);
  });

  it('of a change of state hang on no flag', () => {
    expect(channelsOf('STATE_CHANGE', { ...SILENT, channels })).toEqual(channels);
  });

  it.each(CHANNELS)('can be %s alone', (channel) => {
    const kinds: readonly NotificationKind[] = NOTIFICATION_KINDS;
    for (const kind of kinds) {
      expect(channelsOf(kind, { ...LOUD, channels: [channel] })).toEqual([channel]);
    }
  });
});

describe('the message of a change of state', () => {
  it('names the intent, the state and why, if there is a why', () => {
    const intent = { id: 'intent-1-00000001', state: 'ERROR', stateReason: 'it broke' } as Intent;
    expect(stateChangeMessage(intent)).toBe('intent intent-1-00000001 is ERROR now: it broke');
    expect(stateChangeMessage({ ...intent, state: 'PAUSED', stateReason: '' })).toBe(
      'intent intent-1-00000001 is PAUSED now',
    );
  });
});

describe('the next attempt of a delivery', () => {
  it('waits four times as long each time, an hour at most, and comes seven times', () => {
    const now = instant(1_000);
    const waits = [1, 2, 3, 4, 5, 6, 7].map((count) => (nextAttempt(count, now) ?? now) - now);
    expect(waits).toEqual([1_000, 4_000, 16_000, 64_000, 256_000, 1_024_000, 3_600_000]);
  });

  it('is the end after the last one', () => {
    expect(MAX_DELIVERY_ATTEMPTS).toBe(8);
    expect(nextAttempt(8, instant(0))).toBeUndefined();
    expect(nextAttempt(9, instant(0))).toBeUndefined();
  });
});
