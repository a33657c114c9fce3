import { partitionOf } from '@trimtab/canonical';
import { encodePlanEvent, subjects } from '@trimtab/messaging';
import { enqueue, type SqlExecutor } from '@trimtab/storage';
import { injectTrace } from '@trimtab/telemetry';
import type { StoredPlan } from '../../application/ports.js';

/** Hints on the events stream: readers of plans learn of new ones without asking. */
export interface PlanEvents {
  /** Writes the hint in the transaction that stores the plan. */
  enqueueStored(transaction: SqlExecutor, stored: StoredPlan): Promise<void>;
  /** Has it sent; call after the commit. */
  wake(): void;
}

/** Creates the outbox writer; `wake` is the relay's. */
export function createPlanEvents({ wake }: { readonly wake: () => void }): PlanEvents {
  return {
    enqueueStored: (transaction, { plan, createTime }) => {
      const { planHash, summary } = plan;
      const { vaultId, snapshotHash, noOp } = summary;
      const eventId = `plan-${planHash}`;
      const occurTime = new Date(createTime);
      const traceparent = currentTraceparent();
      return enqueue(transaction, [
        {
          eventId,
          aggregateId: planHash,
          partition: partitionOf(vaultId),
          subject: subjects.event('plan', planHash),
          ...encodePlanEvent({ eventId, planHash, vaultId, snapshotHash, noOp, occurTime }),
          ...(traceparent === undefined ? {} : { traceparent }),
        },
      ]);
    },
    wake,
  };
}

function currentTraceparent(): string | undefined {
  let traceparent: string | undefined;
  injectTrace((key, value) => {
    if (key === 'traceparent') traceparent = value;
  });
  return traceparent;
}
