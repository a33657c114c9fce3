import { AgentKind, Notification_Kind, RunTrigger } from '@trimtab/contracts/intent';
import { instant } from '@trimtab/core';
import type { Series } from '@trimtab/option-index';
import { describe, expect, it } from 'vitest';
import type { WorkReport } from '../../application/ports.js';
import { workOf } from '../../application/scheduler.fixture.js';
import { fromReport } from './report-mapping.js';

/** 2018-05-04T08:00:00Z */
const MATURITY = instant(1_525_420_800_000);
const NOW = instant(1_522_800_000_000);
const SERIES: Series = { base: 'BTC', strike: 3_500n, maturity: MATURITY };

function reportOf(change: Partial<WorkReport>) {
  return fromReport({
    requestId: 'r1',
    work: workOf('w1', { leaseToken: 7n }),
    releases: true,
    failed: false,
    nextDueTime: undefined,
    ...change,
  });
}

describe('a report on the wire', () => {
  it('names its work, its intent and its lease', () => {
    const request = reportOf({ nextDueTime: NOW, failed: true });
    expect(request).toMatchObject({
      requestId: 'r1',
      workId: 'w1',
      intentId: 'intent-w1',
      leaseToken: 7n,
      nextDueTime: new Date(NOW),
      failed: true,
    });
  });

  it.each([{}, { runtime: {} }, { runtime: { index: {} } }])(
    'leaves the runtime alone when the agent says nothing of it: %j',
    (change) => {
      const { runtime, updateMask } = reportOf(change);
      expect([runtime, updateMask]).toEqual([undefined, undefined]);
    },
  );

  it('names no work when the lease is kept, so that it stays as it is', () => {
    expect(reportOf({ releases: false }).workId).toBe('');
  });

  it('names no intent for an agent of several', () => {
    const work = workOf('w1', { intentId: undefined, kind: 'POOL' });
    const request = reportOf({ work, servedIntentIds: ['intent-1', 'intent-2'] });
    expect(request).toMatchObject({ intentId: '', servedIntentIds: ['intent-1', 'intent-2'] });
  });

  it('writes exactly what the agent said, also that something is absent from now on', () => {
    const { runtime, updateMask } = reportOf({
      runtime: {
        lastError: '',
        totalRolls: 2,
        nextScheduleTime: undefined,
        index: { next: undefined, deferralCount: 0, retryTime: NOW },
      },
    });
    expect(updateMask).toEqual([
      'roll_count',
      'last_error',
      'next_schedule_time',
      'index.next_series_id',
      'index.next_trigger',
      'index.next_time',
      'index.deferral_count',
      'index.retry_time',
    ]);
    expect(runtime).toMatchObject({ rollCount: 2, nextScheduleTime: undefined });
    expect(runtime?.index).toMatchObject({
      nextSeriesId: '',
      nextTrigger: RunTrigger.RUN_TRIGGER_UNSPECIFIED,
      nextTime: undefined,
      retryTime: new Date(NOW),
    });
  });

  it('writes series by their ids, decimals canonically and amounts whole', () => {
    const held = {
      series: SERIES,
      openTime: NOW,
      index: { digits: 1_050n, scale: 3 },
      linkValue: { digits: 3_501_500_000n, scale: 6 },
    };
    const next = { series: SERIES, trigger: 'MATURITY', time: NOW } as const;
    const { runtime } = reportOf({
      runtime: {
        index: { held, next, issuedUnits: 10n ** 20n, notified: 'PRICE', ledgerSequence: 12 },
      },
    });
    expect(runtime?.index).toMatchObject({
      seriesId: 'BTC-3500-20180504',
      openTime: new Date(NOW),
      indexDecimal: '1.05',
      linkValueDecimal: '3501.5',
      nextSeriesId: 'BTC-3500-20180504',
      nextTrigger: RunTrigger.RUN_TRIGGER_MATURITY,
      issuedUnits: '100000000000000000000',
      notifiedTrigger: RunTrigger.RUN_TRIGGER_PRICE,
      ledgerSequence: 12n,
    });
  });

  it('says below and above which price it is due sooner, whom it wakes, and what the owner is told', () => {
    const request = reportOf({
      wakeBelow: { digits: 52505n, scale: 1 },
      wakeAbove: { digits: 7070n, scale: 0 },
      spotPrice: { digits: 7000n, scale: 0 },
      wakeAgents: ['ORACLE', 'MARKET_MAKER'],
      notices: [{ kind: 'ROLL', message: 'rolled' }],
    });
    expect(request).toMatchObject({
      wakeBelowDecimal: '5250.5',
      wakeAboveDecimal: '7070',
      spotPriceDecimal: '7000',
      wakeAgents: [AgentKind.AGENT_KIND_ORACLE, AgentKind.AGENT_KIND_MARKET_MAKER],
      notices: [{ kind: Notification_Kind.KIND_ROLL, message: 'rolled' }],
    });
    const silent = reportOf({});
    expect([silent.wakeBelowDecimal, silent.wakeAboveDecimal, silent.spotPriceDecimal]).toEqual([
      '',
      '',
      '',
    ]);
  });
});
