import { invalidFields, refuse, type Clock } from '@trimtab/core';
import { refuseIndex } from '../domain/index-runtime.js';
import type { Intent } from '../domain/intent.js';
import { isTerminal, terminalError } from '../domain/lifecycle.js';
import type { Runtime } from '../domain/runtime.js';
import { applyReport, RUNTIME_MASK_PATHS } from '../domain/runtime-report.js';
import type { DueWorkStore, WorkReport } from './engine-ports.js';

/** What an engine reports. */
export interface ReportRuntimeCommand extends Omit<WorkReport, 'change' | 'now'> {
  /** Absent: nothing is written. */
  readonly runtime: Runtime | undefined;
  readonly mask: readonly string[];
}

/**
 * Writes what the engine keeps of an intent, and when its work is due again. A report under an old
 * lease is refused (LEASE_LOST) and changes nothing; so is one about an intent at its end.
 */
export type ReportRuntime = (command: ReportRuntimeCommand) => Promise<Intent | undefined>;

/** Creates the use case. */
export function createReportRuntime(clock: Clock, work: DueWorkStore): ReportRuntime {
  return ({ runtime, mask, failed, ...report }) =>
    work.report({
      ...report,
      now: clock.now(),
      failed: failed || (runtime !== undefined && runtime.lastError !== ''),
      change: (intent) => {
        if (isTerminal(intent.state)) refuse(terminalError(intent.state));
        if (runtime === undefined) return intent;
        const written = applyReport(intent.runtime, runtime, mask);
        if (!written.ok) return refuseMask(written.error);
        const refusal = refuseIndex(written.value.index, intent.spec);
        return refusal === undefined ? { ...intent, runtime: written.value } : refuse(refusal);
      },
    });
}

function refuseMask(path: string): never {
  const message = `was "${path}", must be one of ${RUNTIME_MASK_PATHS.join(', ')}`;
  return refuse(invalidFields([{ field: 'update_mask', reason: 'FIELD_IMMUTABLE', message }]));
}
