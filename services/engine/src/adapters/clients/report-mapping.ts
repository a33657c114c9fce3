import type { IntentRuntime, ReportRuntimeRequest } from '@trimtab/contracts/intent';
import { IndexRuntime as WireIndex, IntentRuntime as WireRuntime } from '@trimtab/contracts/intent';
import type { Instant } from '@trimtab/core';
import { formatDecimal, type Decimal } from '@trimtab/decimal';
import { seriesId } from '@trimtab/option-index';
import type { WorkReport } from '../../application/ports.js';
import type { IndexRuntime, RuntimePatch } from '../../domain/runtime.js';
import { agentWords, noticeWords, triggerWords } from './words.js';

/** A report on the wire: its mask names exactly what the agent said. */
export function fromReport(report: WorkReport): ReportRuntimeRequest {
  const { work, nextDueTime } = report;
  const updateMask = maskOf(report.runtime ?? {});
  // A mask that names nothing would write everything.
  const runtime = updateMask.length === 0 ? undefined : report.runtime;
  return {
    requestId: report.requestId,
    intentId: work.intentId ?? '',
    leaseToken: work.leaseToken,
    runtime: runtime && runtimeOf(runtime),
    updateMask: runtime && updateMask,
    workId: report.releases ? work.workId : '',
    nextDueTime: nextDueTime && new Date(nextDueTime),
    wakeBelowDecimal: decimalText(report.wakeBelow),
    wakeAboveDecimal: decimalText(report.wakeAbove),
    wakeAgents: (report.wakeAgents ?? []).map((kind) => agentWords.toWire[kind]),
    notices: (report.notices ?? []).map(({ kind, message }) => ({
      kind: noticeWords.toWire[kind],
      message,
    })),
    spotPriceDecimal: decimalText(report.spotPrice),
    servedIntentIds: [...(report.servedIntentIds ?? [])],
    failed: report.failed,
  };
}

function runtimeOf(patch: RuntimePatch): IntentRuntime {
  return WireRuntime.fromPartial({
    currentDriftBps: patch.currentDriftBps ?? 0,
    rollCount: patch.totalRolls ?? 0,
    totalCostBps: patch.totalCostBps ?? 0,
    lastRollTime: toDate(patch.lastRollAt),
    lastRollCostBps: patch.lastRollCostBps ?? 0,
    lastRebalanceId: patch.lastRebalanceId ?? '',
    lastError: patch.lastError ?? '',
    nextScheduleTime: toDate(patch.nextScheduleTime),
    index: patch.index && indexOf(patch.index),
  });
}

function indexOf({ held, next, notified, ...patch }: Partial<IndexRuntime>): WireIndex {
  return WireIndex.fromPartial({
    ...(held !== undefined && {
      seriesId: seriesId(held.series),
      openTime: toDate(held.openTime),
      indexDecimal: formatDecimal(held.index),
      linkValueDecimal: decimalText(held.linkValue),
    }),
    ...(next !== undefined && {
      nextSeriesId: seriesId(next.series),
      nextTrigger: triggerWords.toWire[next.trigger],
      nextTime: toDate(next.time),
    }),
    ...(notified !== undefined && { notifiedTrigger: triggerWords.toWire[notified] }),
    issuedUnits: (patch.issuedUnits ?? 0n).toString(),
    firstUnitTime: toDate(patch.firstUnitTime),
    ledgerSequence: BigInt(patch.ledgerSequence ?? 0),
    vaultVersion: BigInt(patch.vaultVersion ?? 0),
    deferralCount: patch.deferralCount ?? 0,
    retryTime: toDate(patch.retryTime),
  });
}

const RUNTIME_PATHS: Readonly<Record<Exclude<keyof RuntimePatch, 'index'>, string>> = {
  currentDriftBps: 'current_drift_bps',
  totalRolls: 'roll_count',
  totalCostBps: 'total_cost_bps',
  lastRollAt: 'last_roll_time',
  lastRollCostBps: 'last_roll_cost_bps',
  lastRebalanceId: 'last_rebalance_id',
  lastError: 'last_error',
  nextScheduleTime: 'next_schedule_time',
};

const INDEX_PATHS: Readonly<Record<keyof IndexRuntime, readonly string[]>> = {
  held: ['series_id', 'open_time', 'index_decimal', 'link_value_decimal'],
  next: ['next_series_id', 'next_trigger', 'next_time'],
  issuedUnits: ['issued_units'],
  firstUnitTime: ['first_unit_time'],
  ledgerSequence: ['ledger_sequence'],
  vaultVersion: ['vault_version'],
  notified: ['notified_trigger'],
  deferralCount: ['deferral_count'],
  retryTime: ['retry_time'],
};

/** What is named is written, also where it is named to be absent from now on. */
function maskOf({ index, ...patch }: RuntimePatch): string[] {
  const own = keysOf(RUNTIME_PATHS).filter((key) => key in patch);
  const ofIndex = keysOf(INDEX_PATHS).filter((key) => index !== undefined && key in index);
  return [
    ...own.map((key) => RUNTIME_PATHS[key]),
    ...ofIndex.flatMap((key) => INDEX_PATHS[key].map((path) => `index.${path}`)),
  ];
}

/** The keys of a record are exactly those of its type. */
function keysOf<K extends string>(record: Readonly<Record<K, unknown>>): readonly K[] {
  return Object.keys(record) as K[];
}

function toDate(time: Instant | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(time);
}

function decimalText(value: Decimal | undefined): string {
  return value === undefined ? '' : formatDecimal(value);
}
