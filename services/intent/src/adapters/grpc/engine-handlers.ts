import {
  IntentServiceService,
  ReportRuntimeRequest,
  type IntentRuntime,
} from '@trimtab/contracts/intent';
import { instant } from '@trimtab/core';
import { createFields } from '@trimtab/grpc';
import { AGENT_KINDS } from '@trimtab/strategy';
import type { ClaimedWork } from '../../application/engine-ports.js';
import type { Runtime } from '../../domain/runtime.js';
import { agentKindWords } from './enum-words.js';
import { fromIntent } from './intent-mapping.js';
import { textId } from './read-ids.js';
import { requestKey } from './request-key.js';
import type { IntentHandlers, IntentUseCases } from './use-cases.js';

const KINDS = Object.fromEntries(AGENT_KINDS.map((word) => [agentKindWords.toWire[word], word]));
const DEFAULT_COUNT = 50;
const MAX_COUNT = 500;
const DEFAULT_LEASE_SECONDS = 30;
const MAX_LEASE_SECONDS = 300;

/** ClaimDueWork and ReportRuntime: what the engine takes, and what it brings back. */
export function engineHandlers(useCases: IntentUseCases): IntentHandlers {
  const { claimDueWork, reportRuntime, ids } = useCases;
  return {
    ClaimDueWork: async (request) => {
      const fields = createFields();
      const engineId = textId(fields, 'engine_id', request.engineId);
      const kinds = { max: AGENT_KINDS.length, unique: String };
      const agentKinds = fields.list('agent_kinds', request.agentKinds, kinds, (kind, item) =>
        item.enumValue('', kind, KINDS),
      );
      const counts = { min: 0, max: MAX_COUNT };
      const limit = fields.integer('max_count', request.maxCount, counts) || DEFAULT_COUNT;
      const seconds = { min: 0, max: MAX_LEASE_SECONDS };
      const leaseSeconds =
        fields.integer('lease_seconds', request.leaseSeconds, seconds) || DEFAULT_LEASE_SECONDS;
      fields.done();
      const work = await claimDueWork({ engineId, agentKinds, limit, leaseSeconds });
      return { work: work.map(fromClaimed) };
    },
    ReportRuntime: async (request, context) => {
      const method = IntentServiceService.reportRuntime.path;
      const key = requestKey({ method, request, encoder: ReportRuntimeRequest }, context, ids);
      const { leaseToken, nextDueTime } = request;
      const fields = createFields();
      const intentId = fields.optional(orAbsent(request.intentId), (value) =>
        textId(fields, 'intent_id', value),
      );
      const workId = fields.optional(orAbsent(request.workId), (value) =>
        textId(fields, 'work_id', value),
      );
      if (intentId === undefined && workId === undefined) {
        fields.violation('intent_id', 'FIELD_REQUIRED', 'was absent, and so was work_id');
      }
      if (intentId === undefined && request.runtime !== undefined) {
        fields.violation('runtime', 'FIELD_INVALID', 'must be absent without an intent_id');
      }
      fields.done();
      const intent = await reportRuntime({
        key,
        intentId,
        leaseToken,
        runtime: request.runtime && toRuntime(request.runtime),
        mask: request.updateMask ?? [],
        workId,
        nextDueTime: nextDueTime && instant(nextDueTime.getTime()),
        failed: request.failed,
      });
      return { intent: intent && fromIntent(intent) };
    },
  };
}

function orAbsent(text: string): string | undefined {
  return text === '' ? undefined : text;
}

function toRuntime(runtime: IntentRuntime): Runtime {
  const { lastRollTime } = runtime;
  return {
    currentDriftBps: runtime.currentDriftBps,
    totalRolls: runtime.rollCount,
    totalCostBps: runtime.totalCostBps,
    lastRollAt: lastRollTime && instant(lastRollTime.getTime()),
    lastRollCostBps: runtime.lastRollCostBps,
    lastRebalanceId: orAbsent(runtime.lastRebalanceId),
    lastError: runtime.lastError,
  };
}

function fromClaimed(work: ClaimedWork) {
  return {
    workId: work.workId,
    agentKind: agentKindWords.toWire[work.agentKind],
    instanceKey: work.instanceKey,
    intentId: work.intentId ?? '',
    dueTime: new Date(work.dueTime),
    leaseToken: work.leaseToken,
    leaseExpireTime: new Date(work.leaseExpireTime),
    attemptCount: work.attemptCount,
    intentIds: [],
  };
}
