import type { JsMsg } from 'nats';

/** The messages one consumer of this process has taken and not answered. */
export interface MessagesInHand {
  /** False for another copy of one that is in hand: it is answered by the first. */
  take(message: JsMsg, key: string): boolean;
  started(message: JsMsg): void;
  answered(message: JsMsg): void;
  /** Tells the server that those which wait for their turn are not forgotten. */
  extend(): void;
}

interface Held {
  readonly message: JsMsg;
  readonly key: string;
  startedAt?: number;
}

/**
 * A waiting message is extended for as long as what it waits for moves. Behind a handler that has
 * overrun the ack wait it is let go: the server gives it to another process, if there is one.
 */
export function createMessagesInHand(limits: {
  readonly ackWaitMillis: number;
  readonly concurrency: number;
}): MessagesInHand {
  const held = new Map<number, Held>();

  const isStuck = ({ startedAt }: Held, now: number): boolean =>
    startedAt !== undefined && now - startedAt > limits.ackWaitMillis;

  return {
    take: (message, key) => {
      if (held.has(message.seq)) return false;
      held.set(message.seq, { message, key });
      return true;
    },
    started: (message) => {
      const entry = held.get(message.seq);
      if (entry !== undefined) entry.startedAt = performance.now();
    },
    answered: (message) => void held.delete(message.seq),
    extend: () => {
      const now = performance.now();
      const stuck = [...held.values()].filter((entry) => isStuck(entry, now));
      if (stuck.length >= limits.concurrency) return;
      const stuckKeys = new Set(stuck.map(({ key }) => key));
      for (const { message, key, startedAt } of held.values()) {
        if (startedAt === undefined && !stuckKeys.has(key)) message.working();
      }
    },
  };
}
