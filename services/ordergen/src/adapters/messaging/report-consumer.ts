import type { Component } from '@trimtab/lifecycle';
import {
  vaultKey,
  type Bus,
  type Disposition,
  type IncomingMessage,
  type Subscription,
} from '@trimtab/messaging';
import type { ApplyReport } from '../../application/apply-report.js';
import { readReport } from './messages.js';

/** What the consumer of reports needs. */
export interface ReportConsumerOptions {
  readonly bus: Bus;
  readonly applyReport: ApplyReport;
  readonly concurrency: number;
}

const CONFLICT_DELAY_MILLIS = 50;

/**
 * Takes results and failures off the bus, one vault at a time; acknowledged once they are stored. A
 * report that cannot be read is a dead letter, and a lost database is retried.
 */
export function createReportConsumer(options: ReportConsumerOptions): Component {
  let subscription: Subscription | undefined;
  return {
    name: 'report consumer',
    start: async () => {
      subscription = await options.bus.subscribe(
        {
          name: 'ordergen',
          stream: 'TRIMTAB_EXECUTIONS',
          filterSubject: 'trimtab.executions.v1.>',
          concurrency: options.concurrency,
          ackWaitMillis: 30_000,
          // Money that moved is never given up on while the database is away.
          maxDeliver: 1_000_000,
          backoffMillis: [100, 250, 500, 1000, 5000],
          keyOf: vaultKey,
        },
        (message) => handle(options.applyReport, message),
      );
    },
    stop: async () => {
      await subscription?.stop();
      subscription = undefined;
    },
  };
}

async function handle(applyReport: ApplyReport, message: IncomingMessage): Promise<Disposition> {
  const { subject, payload, messageType } = message;
  const report = readReport(payload, messageType);
  const applied = await applyReport({ report, subject, payload });
  switch (applied.kind) {
    case 'APPLIED':
    case 'DUPLICATE':
    case 'WAITING':
      return { kind: 'ack' };
    case 'CONFLICT':
      return {
        kind: 'retry',
        delayMillis: CONFLICT_DELAY_MILLIS,
        reason: 'the rebalance changed while the report was applied',
      };
    case 'DEAD':
      return { kind: 'dead', reason: applied.reason };
  }
}
