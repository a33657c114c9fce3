import type { Instant } from '@trimtab/core';
import type { RunView } from '../../domain/run.js';
import type { VaultView } from '../../domain/vault.js';
import type { LiveIntent } from './agent-context.js';

/** What the rebalance agent sees of an intent that nothing runs for. */
export interface Look {
  readonly intent: LiveIntent;
  readonly vault: VaultView;
  /** The latest runs, the latest first. */
  readonly runs: readonly RunView[];
  readonly now: Instant;
}

/** Runs that are looked at: more than one look can miss. */
export const RUNS_LOOKED_AT = 100;
