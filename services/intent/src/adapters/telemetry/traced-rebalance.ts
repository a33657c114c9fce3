import { trace } from '@opentelemetry/api';
import {
  ATTRIBUTES,
  contextOfTraceparent,
  currentTraceId,
  inSpan,
  tracer,
} from '@trimtab/telemetry';
import type { RebalanceIntent } from '../../application/rebalance-intent.js';

/**
 * Runs the pipeline in the span `rebalance_intent`; its trace id goes on the run, and through every
 * further call into the rebalance and its messages.
 */
export function traceRebalance(rebalance: RebalanceIntent): RebalanceIntent {
  const source = tracer('@trimtab/intent');
  return (command, call) =>
    inSpan(
      source,
      'rebalance_intent',
      { attributes: { [ATTRIBUTES.intentId]: command.intentId } },
      async (span) => {
        const run = await rebalance({ ...command, traceId: currentTraceId() ?? '' }, call);
        // A repeated call takes up the run of an earlier one: both can be found from here.
        const earlier = trace.getSpanContext(contextOfTraceparent(run.traceparent));
        if (earlier !== undefined && earlier.traceId !== span.spanContext().traceId) {
          span.addLink({ context: earlier });
        }
        span.setAttribute(ATTRIBUTES.runId, run.id);
        span.setAttribute(ATTRIBUTES.vaultId, run.vaultId);
        const { outcome, progress } = run;
        if (progress.snapshotHash !== undefined) {
          span.setAttribute(ATTRIBUTES.snapshotHash, progress.snapshotHash);
        }
        if (progress.plan !== undefined) {
          span.setAttribute(ATTRIBUTES.planHash, progress.plan.planHash);
        }
        if (outcome.kind === 'REBALANCE') {
          span.setAttribute(ATTRIBUTES.rebalanceId, outcome.rebalanceId);
        }
        if (outcome.kind === 'REFUSED') span.setAttribute(ATTRIBUTES.errorReason, outcome.reason);
        return run;
      },
    );
}
