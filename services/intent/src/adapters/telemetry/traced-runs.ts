import { trace } from '@opentelemetry/api';
import {
  ATTRIBUTES,
  contextOfTraceparent,
  currentTraceId,
  inSpan,
  METRICS,
  record,
  secondsSince,
  tracer,
} from '@trimtab/telemetry';
import type { FinishRun, StartRun } from '../../application/start-run.js';

/** Runs of the worker have no call around them: they get a span of their own, and with it a trace. */
export function traceStartRun(start: StartRun): StartRun {
  const source = tracer('@trimtab/intent');
  return (request, call) => {
    if (trace.getActiveSpan() !== undefined) return start(request, call);
    const attributes = { [ATTRIBUTES.intentId]: request.intent.id };
    return inSpan(source, 'start_run', { attributes }, () =>
      start({ ...request, traceId: currentTraceId() ?? '' }, call),
    );
  };
}

/** A run that the worker resumes goes on in the trace that it was started in. Times every run. */
export function traceFinishRun(finish: FinishRun): FinishRun {
  const source = tracer('@trimtab/intent');
  return async (run, intent, call) => {
    const startedMs = performance.now();
    const attributes = { [ATTRIBUTES.intentId]: intent.id, [ATTRIBUTES.runId]: run.id };
    const parent = contextOfTraceparent(run.traceparent);
    const ended = await (trace.getActiveSpan() === undefined
      ? inSpan(source, 'resume_run', { attributes, parent }, () => finish(run, intent, call))
      : finish(run, intent, call));
    record(METRICS.runDuration, secondsSince(startedMs), {
      [ATTRIBUTES.runOutcome]: ended.outcome.kind,
    });
    return ended;
  };
}
