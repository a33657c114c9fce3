import type { Clock } from '@trimtab/core';
import { createPoller, group, type Component } from '@trimtab/lifecycle';
import type { Logger } from '@trimtab/telemetry';
import { createKeepTime } from './application/keep-time.js';
import type { OracleObserver, OracleTransactions, PriceView } from './application/ports.js';
import { createPrune, type PruneStore } from './application/prune.js';
import type { OracleConfig } from './config.js';

/** What the jobs work with. */
export interface JobDependencies {
  readonly clock: Clock;
  readonly observer: OracleObserver;
  readonly view: PriceView;
  readonly transactions: OracleTransactions;
  readonly refreshView: () => Promise<void>;
  readonly pruneStore: PruneStore;
  readonly logger: Logger;
}

/** The part of the configuration that the jobs need. */
export type JobSettings = Pick<
  OracleConfig,
  | 'CLOCK_POLL_MILLIS'
  | 'VIEW_POLL_MILLIS'
  | 'PRUNE_POLL_MILLIS'
  | 'OBSERVATION_RETENTION_SECONDS'
  | 'PRICE_RETENTION_SECONDS'
  | 'SNAPSHOT_RETENTION_SECONDS'
>;

/** The jobs beside the calls: what other processes committed, what time makes due, what is too old. */
export function composeJobs(config: JobSettings, deps: JobDependencies): Component {
  const poller = (name: string, intervalMs: number, run: () => Promise<void>): Component =>
    createPoller({
      name: `oracle ${name}`,
      intervalMs,
      run,
      onError: (error) => deps.logger.warn({ error }, `${name} failed`),
    });
  const prune = createPrune({
    clock: deps.clock,
    store: deps.pruneStore,
    retention: {
      observationSeconds: config.OBSERVATION_RETENTION_SECONDS,
      priceSeconds: config.PRICE_RETENTION_SECONDS,
      snapshotSeconds: config.SNAPSHOT_RETENTION_SECONDS,
    },
  });
  return group('oracle jobs', [
    poller('view', config.VIEW_POLL_MILLIS, deps.refreshView),
    poller('clock', config.CLOCK_POLL_MILLIS, createKeepTime(deps)),
    poller('prune', config.PRUNE_POLL_MILLIS, prune),
  ]);
}
