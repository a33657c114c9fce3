import type { EngineNotice, IntentRuntime, ReportRuntimeRequest } from '@trimtab/contracts/intent';
import { Notification_Kind } from '@trimtab/contracts/intent';
import { instant } from '@trimtab/core';
import { compareDecimals, formatDecimal, parseDecimal } from '@trimtab/decimal';
import { createFields, type FieldReader } from '@trimtab/grpc';
import { AGENT_KINDS } from '@trimtab/strategy';
import type { EngineNotice as Notice } from '../../application/engine-ports.js';
import type { ReportRuntimeCommand } from '../../application/report-runtime.js';
import type { Runtime } from '../../domain/runtime.js';
import { agentKindWords } from './enum-words.js';
import { readIndexRuntime } from './index-runtime-mapping.js';
import { textId } from './read-ids.js';

/** The agents by their numbers on the wire. */
export const AGENT_KIND_WORDS = Object.fromEntries(
  AGENT_KINDS.map((word) => [agentKindWords.toWire[word], word]),
);

const NOTICE_WORDS = {
  [Notification_Kind.KIND_ROLL]: 'ROLL',
  [Notification_Kind.KIND_THRESHOLD_BREACH]: 'THRESHOLD_BREACH',
  [Notification_Kind.KIND_STOP_LOSS]: 'STOP_LOSS',
} as const;
const MAX_NOTICES = 10;
const MAX_MESSAGE_LENGTH = 500;
/** As many as a claim answers. */
const MAX_SERVED = 100;

/**
 * Reads a report of the engine.
 *
 * @throws DomainFailure INVALID_ARGUMENT with every violation
 */
export function readReport(request: ReportRuntimeRequest): Omit<ReportRuntimeCommand, 'key'> {
  const fields = createFields();
  const { nextDueTime } = request;
  const intentId = optionalId(fields, 'intent_id', request.intentId);
  const workId = optionalId(fields, 'work_id', request.workId);
  if (intentId === undefined && workId === undefined) {
    fields.violation('intent_id', 'FIELD_REQUIRED', 'was absent, and so was work_id');
  }
  if (intentId === undefined) refuseWithoutIntent(request, fields);
  const report = {
    intentId,
    workId,
    leaseToken: request.leaseToken,
    runtime: request.runtime && readRuntime(request.runtime, fields.at('runtime')),
    mask: request.updateMask ?? [],
    nextDueTime: nextDueTime && instant(nextDueTime.getTime()),
    failed: request.failed,
    ...readBand(request, fields),
    wakeAgents: fields.list('wake_agents', request.wakeAgents, KINDS, (kind, item) =>
      item.enumValue('', kind, AGENT_KIND_WORDS),
    ),
    notices: fields.list('notices', request.notices, { max: MAX_NOTICES }, readNotice),
    spotPrice: readPrice(fields, 'spot_price_decimal', request.spotPriceDecimal),
    servedIntentIds: fields.list(
      'served_intent_ids',
      request.servedIntentIds,
      { max: MAX_SERVED, unique: (id) => id },
      (id, item) => textId(item, '', id),
    ),
  };
  fields.done();
  return report;
}

const KINDS = { max: AGENT_KINDS.length, unique: String };

/** What is of an intent needs one. */
function refuseWithoutIntent(request: ReportRuntimeRequest, fields: FieldReader): void {
  const given = {
    runtime: request.runtime !== undefined,
    wake_below_decimal: request.wakeBelowDecimal !== '',
    wake_above_decimal: request.wakeAboveDecimal !== '',
    wake_agents: request.wakeAgents.length > 0,
    notices: request.notices.length > 0,
  };
  for (const [field, isGiven] of Object.entries(given)) {
    if (!isGiven) continue;
    fields.violation(field, 'FIELD_INVALID', 'must be absent without an intent_id');
  }
}

/** The band of prices in which the work sleeps. */
function readBand(
  request: ReportRuntimeRequest,
  fields: FieldReader,
): Pick<ReportRuntimeCommand, 'wakeBelow' | 'wakeAbove'> {
  const wakeBelow = readPrice(fields, 'wake_below_decimal', request.wakeBelowDecimal);
  const wakeAbove = readPrice(fields, 'wake_above_decimal', request.wakeAboveDecimal);
  const isGiven = wakeBelow !== undefined || wakeAbove !== undefined;
  if (isGiven && request.workId === '') {
    const field = wakeBelow === undefined ? 'wake_above_decimal' : 'wake_below_decimal';
    fields.violation(field, 'FIELD_INVALID', 'must be absent without a work_id');
  }
  if (wakeBelow !== undefined && wakeAbove !== undefined && isAbove(wakeBelow, wakeAbove)) {
    const message = `was ${wakeBelow}, must be at most wake_above_decimal, which is ${wakeAbove}`;
    fields.violation('wake_below_decimal', 'FIELD_INVALID', message);
  }
  return { wakeBelow, wakeAbove };
}

function isAbove(left: string, right: string): boolean {
  const [one, other] = [parseDecimal(left), parseDecimal(right)];
  return one.ok && other.ok && compareDecimals(one.value, other.value) > 0;
}

function readPrice(fields: FieldReader, field: string, text: string): string | undefined {
  return fields.optional(text, (price) =>
    formatDecimal(fields.decimal(field, price, { positive: true })),
  );
}

function readNotice({ kind, message }: EngineNotice, fields: FieldReader): Notice {
  return {
    kind: fields.enumValue('kind', kind, NOTICE_WORDS),
    message: fields.text('message', message, { maxLength: MAX_MESSAGE_LENGTH }),
  };
}

function optionalId(fields: FieldReader, field: string, text: string): string | undefined {
  return fields.optional(text, (value) => textId(fields, field, value));
}

function readRuntime(runtime: IntentRuntime, fields: FieldReader): Runtime {
  const { lastRollTime, nextScheduleTime, index } = runtime;
  return {
    currentDriftBps: runtime.currentDriftBps,
    totalRolls: runtime.rollCount,
    totalCostBps: runtime.totalCostBps,
    lastRollAt: lastRollTime && instant(lastRollTime.getTime()),
    lastRollCostBps: runtime.lastRollCostBps,
    lastRebalanceId: runtime.lastRebalanceId === '' ? undefined : runtime.lastRebalanceId,
    lastError: runtime.lastError,
    nextScheduleTime: nextScheduleTime && instant(nextScheduleTime.getTime()),
    index: index && readIndexRuntime(index, fields.at('index')),
  };
}
