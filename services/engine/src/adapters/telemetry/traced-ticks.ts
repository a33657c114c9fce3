import { ATTRIBUTES, inSpan, tracer } from '@trimtab/telemetry';
import type { Around } from '../../application/scheduler.js';

const spans = tracer('@trimtab/engine');

/** Runs a tick and its report in the span `agent.tick`; every call of theirs continues its trace. */
export const tracedTicks: Around = (work, run) => {
  const attributes = {
    [ATTRIBUTES.agentKind]: work.kind,
    [ATTRIBUTES.agentInstance]: work.instanceKey,
    [ATTRIBUTES.agentAttemptCount]: work.attemptCount,
    ...(work.intentId !== undefined && { [ATTRIBUTES.intentId]: work.intentId }),
  };
  return inSpan(spans, 'agent.tick', { attributes }, run);
};
