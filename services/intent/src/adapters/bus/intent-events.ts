import { partitionOf } from '@trimtab/canonical';
import { encodeIntentEvent, subjects } from '@trimtab/messaging';
import { enqueue, type SqlExecutor } from '@trimtab/storage';
import { currentTraceparent } from '@trimtab/telemetry';
import type { Intent } from '../../domain/intent.js';

/** Hints on the events stream: watchers and the engine learn of changes without asking. */
export interface IntentEvents {
  /** Writes the hint in the transaction of the change. */
  enqueue(tx: SqlExecutor, intent: Intent, sequence: bigint): Promise<void>;
  /** Has it sent; call after the commit. */
  wake(): void;
}

/** Creates the outbox writer; `wake` is the relay's. */
export function createIntentEvents({ wake }: { readonly wake: () => void }): IntentEvents {
  return {
    enqueue: (tx, intent, sequence) => {
      const { id, owner, vaultId = '', state } = intent;
      const eventId = `${id}/${sequence}`;
      const occurTime = new Date(intent.updateTime);
      const event = { eventId, intentId: id, owner, vaultId, state, sequence, occurTime };
      const traceparent = currentTraceparent();
      return enqueue(tx, [
        {
          eventId,
          aggregateId: id,
          partition: partitionOf(id),
          subject: subjects.event('intent', id),
          ...encodeIntentEvent(event),
          ...(traceparent === undefined ? {} : { traceparent }),
        },
      ]);
    },
    wake,
  };
}
