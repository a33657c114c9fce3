import type { Clock } from '@trimtab/core';
import { createPoller, group, type Component } from '@trimtab/lifecycle';
import type { Logger } from '@trimtab/telemetry';
import { createAuditVaults } from './application/audit-vaults.js';
import { createKeepFaultBundles } from './application/keep-fault-bundles.js';
import type { ExportRebalance } from './application/export-rebalance.js';
import type { Observer, OrderGenStore } from './application/ports.js';
import { createPruneMessages, type MessageStore } from './application/prune-messages.js';
import type { StopRebalance } from './application/stop-rebalance.js';
import { createWatchClock } from './application/watch-clock.js';
import type { OrderGenConfig } from './config.js';

/** What the jobs work with. */
export interface JobDependencies {
  readonly clock: Clock;
  readonly store: OrderGenStore;
  readonly stop: StopRebalance;
  readonly observer: Observer;
  readonly exportBundle: ExportRebalance;
  readonly messageStore: MessageStore;
  /** Wakes the relay. */
  readonly wake: () => void;
  readonly logger: Logger;
}

/** The jobs that look at the clock: expiry, redispatch and alarms; and, on their own, audit and pruning. */
export function composeJobs(config: OrderGenConfig, deps: JobDependencies): Component {
  const poller = (name: string, intervalMs: number, run: () => Promise<void>): Component =>
    createPoller({
      name: `ordergen ${name}`,
      intervalMs,
      run,
      onError: (error) => deps.logger.warn({ error }, `${name} failed`),
    });
  const watchClock = createWatchClock({
    ...deps,
    redispatchAfterMillis: config.REDISPATCH_AFTER_MILLIS,
    unresolvedAfterMillis: config.UNRESOLVED_AFTER_MILLIS,
  });
  const auditVaults = createAuditVaults({ ...deps, intervalMillis: config.AUDIT_INTERVAL_MILLIS });
  const pruneMessages = createPruneMessages({
    clock: deps.clock,
    messages: deps.messageStore,
    retentionSeconds: config.MESSAGE_RETENTION_SECONDS,
  });
  return group('ordergen jobs', [
    poller('clock', config.CLOCK_POLL_MILLIS, watchClock),
    poller('audit', config.AUDIT_POLL_MILLIS, auditVaults),
    poller('fault export', config.AUDIT_POLL_MILLIS, createKeepFaultBundles(deps)),
    poller('pruning', config.PRUNE_POLL_MILLIS, pruneMessages),
  ]);
}
