import { trace } from '@opentelemetry/api';
import { DomainFailure } from '@trimtab/core';
import { ATTRIBUTES, recordFailure, type Logger } from '@trimtab/telemetry';
import type { TickObserver } from '../../application/observer.js';
import type { Work } from '../../domain/work.js';

/** One function per event of the engine; a failed tick marks its span. */
export function createObserver(logger: Logger): TickObserver {
  let lostCount = 0;
  return {
    tickEnded: (work, durationMillis) =>
      logger.debug({ ...fieldsOf(work), durationMillis }, 'agent ticked'),
    tickFailed: (work, error) => {
      markSpan(error);
      logger.warn(
        { ...fieldsOf(work), attemptCount: work.attemptCount, err: error },
        'agent tick failed',
      );
    },
    workLost: (work) => {
      lostCount += 1;
      logger.debug(
        { ...fieldsOf(work), lostCount },
        'work was taken by another engine, or has ended',
      );
    },
    reportFailed: (work, error) => {
      markSpan(error);
      logger.warn({ ...fieldsOf(work), err: error }, 'agent report failed');
    },
  };
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
