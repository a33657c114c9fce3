import {
  AckPolicy,
  DeliverPolicy,
  ReplayPolicy,
  nanos,
  type ConsumerConfig,
  type JetStreamManager,
} from 'nats';
import type { ConsumerOptions } from './bus.js';
import { prefixed, streamName, undefinedIfMissing } from './jetstream-streams.js';

/** Messages that all replicas of a consumer together may have unanswered. */
const MAX_ACK_PENDING = 1_000;

/** The settings that decide when a message comes again, and that a server could hold otherwise. */
type Checked =
  'filter_subject' | 'ack_policy' | 'ack_wait' | 'max_deliver' | 'backoff' | 'max_ack_pending';

const CHECKED: readonly Checked[] = [
  'filter_subject',
  'ack_policy',
  'ack_wait',
  'max_deliver',
  'backoff',
  'max_ack_pending',
];

type WantedConfig = Pick<
  ConsumerConfig,
  Checked | 'durable_name' | 'deliver_policy' | 'replay_policy'
>;

/**
 * Makes the durable consumer or updates it, and reads its settings back from the server (execution
 * rule 6): a server that holds others is refused, naming each difference.
 * @throws Error when the settings differ after the update
 */
export async function ensureConsumer(
  manager: JetStreamManager,
  options: ConsumerOptions,
  prefix: string | undefined,
): Promise<void> {
  const stream = streamName(prefix, options.stream);
  const wanted = toConfig(options, prefix);
  const found = await manager.consumers.info(stream, options.name).catch(undefinedIfMissing);
  if (found === undefined) await manager.consumers.add(stream, wanted);
  else if (differences(wanted, found.config).length > 0) {
    await manager.consumers.update(stream, options.name, { ...found.config, ...wanted });
  }
  const settings = await manager.consumers.info(stream, options.name);
  const wrong = differences(wanted, settings.config);
  if (wrong.length > 0) {
    throw new Error(`consumer ${options.name} of stream ${stream}: ${wrong.join('; ')}`);
  }
}

/**
 * The pauses before an unanswered message comes again. A server takes the first as the ack wait of
 * the first delivery, so none may be shorter than the ack wait: a slow handler would be overtaken by
 * its own message. It takes at most one entry per redelivery.
 */
export function serverBackoffMillis(options: ConsumerOptions): readonly number[] {
  return options.backoffMillis
    .slice(0, options.maxDeliver - 1)
    .map((pause) => Math.max(pause, options.ackWaitMillis));
}

function toConfig(options: ConsumerOptions, prefix: string | undefined): WantedConfig {
  const backoff = serverBackoffMillis(options);
  return {
    durable_name: options.name,
    deliver_policy: DeliverPolicy.All,
    replay_policy: ReplayPolicy.Instant,
    filter_subject: prefixed(prefix, options.filterSubject),
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(backoff[0] ?? options.ackWaitMillis),
    max_deliver: options.maxDeliver,
    max_ack_pending: MAX_ACK_PENDING,
    ...(backoff.length === 0 ? {} : { backoff: backoff.map(nanos) }),
  };
}

function differences(wanted: WantedConfig, found: ConsumerConfig): readonly string[] {
  return CHECKED.filter(
    (setting) => JSON.stringify(wanted[setting]) !== JSON.stringify(found[setting]),
  ).map((setting) => {
    const [expected, actual] = [JSON.stringify(wanted[setting]), JSON.stringify(found[setting])];
    return `${setting} is ${actual}, must be ${expected}`;
  });
}
