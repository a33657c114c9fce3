import type { Logger } from '@trimtab/telemetry';
import type { JetStreamManager, NatsConnection, StoredMsg } from 'nats';
import { z } from 'zod';
import type { Subscription } from './bus.js';
import type { Delivery } from './received-message.js';

export interface ExhaustedSettings {
  readonly connection: NatsConnection;
  readonly manager: JetStreamManager;
  /** Names on the server. */
  readonly stream: string;
  readonly consumer: string;
  /** A work queue would keep the message for ever. */
  readonly removes: boolean;
  readonly logger: Logger;
  readonly plainSubject: (subject: string) => string;
  readonly bury: (delivery: Delivery, sequence: number, reason: string) => Promise<void>;
}

const advisory = z.object({ stream_seq: z.number().int(), deliveries: z.number().int() });

/**
 * Buries messages that were delivered as often as allowed and never answered, such as one that ends
 * every process that handles it. The server tells once, and stops delivering them; nobody listening
 * at that moment leaves the resend to the owner of the message.
 */
export function watchExhausted(settings: ExhaustedSettings): Subscription {
  const { connection, stream, consumer, logger } = settings;
  const subscription = connection.subscribe(
    `$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.${stream}.${consumer}`,
    {
      // Of the replicas of a consumer one is enough.
      queue: `trimtab-${consumer}`,
      callback: (_error, message) => {
        buryOne(settings, message.string()).catch((error: unknown) => {
          logger.warn({ error, consumer }, 'exhausted message not dead-lettered');
        });
      },
    },
  );
  return { stop: async () => subscription.unsubscribe() };
}

async function buryOne(settings: ExhaustedSettings, text: string): Promise<void> {
  const { manager, stream } = settings;
  const { stream_seq: sequence, deliveries } = advisory.parse(JSON.parse(text));
  const stored = await manager.streams.getMessage(stream, { seq: sequence });
  const delivery = { ...toDelivery(settings, stored), deliveryCount: deliveries };
  await settings.bury(delivery, sequence, `gave up after ${deliveries} deliveries: no answer`);
  if (settings.removes) await manager.streams.deleteMessage(stream, sequence, false);
}

function toDelivery(
  settings: ExhaustedSettings,
  stored: StoredMsg,
): Omit<Delivery, 'deliveryCount'> {
  const headers = new Map<string, string>();
  for (const key of stored.header.keys()) headers.set(key, stored.header.get(key));
  return { subject: settings.plainSubject(stored.subject), payload: stored.data, headers };
}
