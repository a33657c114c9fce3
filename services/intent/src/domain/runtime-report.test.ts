import { instant } from '@trimtab/core';
import { describe, expect, it } from 'vitest';
import { NO_INDEX } from './index-runtime.js';
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
  index: { ...NO_INDEX, seriesId: 'BTC-30000-20260801', issuedUnits: '7' },
  nextScheduleTime: instant(6),
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
    const all = Object.keys(report).length + Object.keys(NO_INDEX).length;
    expect(RUNTIME_MASK_PATHS).toHaveLength(all);
  });

  it('writes a part of the option index and leaves the rest, which another agent wrote', () => {
    const before = { ...NO_RUNTIME, index: { ...NO_INDEX, issuedUnits: '5', deferralCount: 2 } };
    const found = applyReport(before, report, ['index.series_id', 'roll_count']);
    expect(found).toEqual({
      ok: true,
      value: {
        ...before,
        totalRolls: 2,
        index: { ...before.index, seriesId: 'BTC-30000-20260801' },
      },
    });
  });

  it('takes a named part away that the report does not have', () => {
    const before = { ...NO_RUNTIME, index: { ...NO_INDEX, nextSeriesId: 'BTC-1-20260801' } };
    const found = applyReport(before, NO_RUNTIME, ['index.next_series_id']);
    expect(found).toEqual({ ok: true, value: { ...before, index: NO_INDEX } });
  });

  it.each(['vault_ids', 'activation_step', '', 'currentDriftBps', 'index.', 'index.index'])(
    'refuses %j',
    (path) => {
      expect(applyReport(NO_RUNTIME, report, ['roll_count', path])).toEqual({
        ok: false,
        error: path,
      });
    },
  );
});
