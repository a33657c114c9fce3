import type { Instant } from '@trimtab/core';
import type { Decimal } from '@trimtab/decimal';
import type { IntentView } from '../domain/intent-view.js';
import type { RunView } from '../domain/run.js';
import type { Runtime } from '../domain/runtime.js';
import type { Notice } from '../domain/work.js';
import type { PlayedRebalance } from './played-rebalance.js';

/** What happened in a backtest, in the order in which it happened. */
export interface Journal {
  readonly runs: PlayedRun[];
  readonly reports: RuntimeChange[];
  readonly notices: RecordedNotice[];
  readonly states: StateChange[];
}

/** A run of the pipeline, with what it traded. */
export interface PlayedRun extends RunView {
  /** The price of the base when it was made. */
  readonly spot: Decimal;
  /** Absent unless something was to be traded. */
  readonly rebalance: PlayedRebalance | undefined;
}

/** A report that changed the runtime of the intent. */
export interface RuntimeChange {
  readonly time: Instant;
  readonly before: Runtime;
  readonly after: Runtime;
}

/** A notice, and whether the owner wants such ones. */
export interface RecordedNotice extends Notice {
  readonly time: Instant;
  readonly isWanted: boolean;
}

/** A state of the intent, from a time on. */
export interface StateChange {
  readonly time: Instant;
  readonly state: IntentView['state'];
  readonly reason: string;
}

/** An empty journal. */
export function createJournal(): Journal {
  return { runs: [], reports: [], notices: [], states: [] };
}
