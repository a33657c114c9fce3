import { trace } from '@opentelemetry/api';
import { DomainFailure } from '@trimtab/core';
import { ATTRIBUTES, count, METRICS, recordFailure, type Logger } from '@trimtab/telemetry';
import type { TickObserver } from '../../application/observer.js';
import type { Work } from '../../domain/work.js';

/** One function per event of the engine: a line, a count by outcome, and the mark of a failed tick on its span. */
export function createObserver(logger: Logger): TickObserver {
  return {
    tickEnded: (work, durationMillis) => {
      countTick(work, 'done');
      logger.debug({ ...fieldsOf(work), durationMillis }, 'agent ticked');
    },
    tickFailed: (work, error) => {
      countTick(work, 'failed');
      markSpan(error);
      logger.warn(
        { ...fieldsOf(work), attemptCount: work.attemptCount, err: error },
        'agent tick failed',
      );
    },
    workLost: (work) => {
      countTick(work, 'lost');
      logger.debug(fieldsOf(work), 'work was taken by another engine, or has ended');
    },
    reportFailed: (work, error) => {
      countTick(work, 'unreported');
      markSpan(error);
      logger.warn({ ...fieldsOf(work), err: error }, 'agent report failed');
    },
  };
}

function countTick({ kind }: Work, outcome: 'done' | 'failed' | 'lost' | 'unreported'): void {
  count(METRICS.agentTicks, 1, {
    [ATTRIBUTES.agentKind]: kind,
    [ATTRIBUTES.tickOutcome]: outcome,
  });
}

function markSpan(error: unknown): void {
  const span = trace.getActiveSpan();
  if (span === undefined) return;
  recordFailure(span, error);
  if (error instanceof DomainFailure) {
    span.setAttribute(ATTRIBUTES.errorReason, error.error.reason);
  }
}

function fieldsOf({ kind, instanceKey, intentId }: Work): Record<string, string> {
  return {
    [ATTRIBUTES.agentKind]: kind,
    [ATTRIBUTES.agentInstance]: instanceKey,
    ...(intentId !== undefined && { [ATTRIBUTES.intentId]: intentId }),
  };
}
