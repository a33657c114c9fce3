import { instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { NO_RUNTIME, type Runtime } from './runtime.js';
import { applyReport, RUNTIME_MASK_PATHS } from './runtime-report.js';

const report: Runtime = {
  currentDriftBps: 1,
  totalRolls: 2,
  totalCostBps: 3,
  lastRollAt: instant(4),
  lastRollCostBps: 5,
  lastRebalanceId: 'r',
  lastError: 'e',
};

describe('a report of the engine', () => {
  it('writes every field without a mask', () => {
    expect(applyReport(NO_RUNTIME, report, [])).toEqual({ ok: true, value: report });
  });

  it('writes what its mask names and nothing else', () => {
    const mask = ['last_roll_time', 'roll_count'];
    expect(applyReport(NO_RUNTIME, report, mask)).toEqual({
      ok: true,
      value: { ...NO_RUNTIME, lastRollAt: instant(4), totalRolls: 2 },
    });
  });

  it('can write each field by itself', () => {
    for (const path of RUNTIME_MASK_PATHS) {
      const found = applyReport(NO_RUNTIME, report, [path]);
      expect(found.ok && found.value).not.toEqual(NO_RUNTIME);
    }
    expect(RUNTIME_MASK_PATHS).toHaveLength(Object.keys(report).length);
  });

  it.each(['vault_ids', 'activation_step', '', 'currentDriftBps'])('refuses %j', (path) => {
    expect(applyReport(NO_RUNTIME, report, ['roll_count', path])).toEqual({
      ok: false,
      error: path,
    });
  });
});
