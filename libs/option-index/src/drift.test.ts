import { describe, expect, it } from 'vitest';
import { driftBps, isStopLoss, isThresholdBreach, stopLossReason } from './drift.js';

const DAY = 86_400_000;
const inputs = {
  value: 1_000_000n,
  firstValue: 1_000_000n,
  index: 1n,
  firstIndex: 1n,
  elapsedMillis: 365 * DAY,
  maturityDays: 30,
};

describe('the drift', () => {
  it('is 0 while vault and index move together', () => {
    expect(driftBps(inputs)).toBe(0);
    expect(driftBps({ ...inputs, value: 1_200_000n, index: 6n, firstIndex: 5n })).toBe(0);
  });

  it.each([
    // |ln 0.99| = 0.010050…: 101 bps over a year
    [990_000n, 101],
    // ln 1.01 = 0.009950…: 100 bps
    [1_010_000n, 100],
    [500_000n, 6931],
    // ln 2 again: only the distance counts
    [2_000_000n, 6931],
  ])('of a value of %i against 1 000 000 is %i bps a year', (value, bps) => {
    expect(driftBps({ ...inputs, value })).toBe(bps);
  });

  it('is measured over no less than a maturity, so that a first day alarms nobody', () => {
    const young = { ...inputs, value: 999_000n, elapsedMillis: DAY };
    // 0.00100050… · 365 / 30 · 10 000 = 121.7
    expect(driftBps(young)).toBe(122);
    expect(driftBps({ ...young, elapsedMillis: 30 * DAY })).toBe(122);
    expect(driftBps({ ...young, elapsedMillis: 60 * DAY })).toBe(61);
  });

  it.each([
    [199, false],
    [200, false],
    [201, true],
  ])('of %i bps breaches a limit of 200: %s', (drift, breached) => {
    expect(isThresholdBreach(drift, 200)).toBe(breached);
    expect(isStopLoss(drift, 200)).toBe(breached);
  });

  it.each([
    [500, 'Stop-loss triggered: drift exceeded 5%'],
    [5000, 'Stop-loss triggered: drift exceeded 50%'],
    [650, 'Stop-loss triggered: drift exceeded 6.5%'],
    [505, 'Stop-loss triggered: drift exceeded 5.05%'],
    [0, 'Stop-loss triggered: drift exceeded 0%'],
  ])('of a stop of %i bps says "%s"', (stop, reason) => {
    expect(stopLossReason(stop)).toBe(reason);
  });
});
