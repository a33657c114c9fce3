import { ATTRIBUTES, inSpan, METRICS, record, secondsSince, tracer } from '@trimtab/telemetry';
import type { Around } from '../../application/scheduler.js';

const spans = tracer('@trimtab/engine');

/**
 * Runs a tick and its report in the span `agent.tick`, which every call of theirs continues, and records
 * how long both took.
 */
export const tracedTicks: Around = async (work, run) => {
  const attributes = {
    [ATTRIBUTES.agentKind]: work.kind,
    [ATTRIBUTES.agentInstance]: work.instanceKey,
    [ATTRIBUTES.agentAttemptCount]: work.attemptCount,
    ...(work.intentId !== undefined && { [ATTRIBUTES.intentId]: work.intentId }),
  };
  const startedMs = performance.now();
  try {
    return await inSpan(spans, 'agent.tick', { attributes }, run);
  } finally {
    const kind = { [ATTRIBUTES.agentKind]: work.kind };
    record(METRICS.agentTickDuration, secondsSince(startedMs), kind);
  }
};
