/** How values of a metric come about: counted, distributed, or read when somebody asks. */
export type MetricKind = 'counter' | 'histogram' | 'gauge';

/** A metric; `registry.yaml` repeats it with its attributes, and a test keeps both equal. */
export interface MetricDefinition<Kind extends MetricKind = MetricKind> {
  readonly name: string;
  readonly kind: Kind;
  /** UCUM: `s`, `1`, or what is counted in braces. */
  readonly unit: string;
  readonly brief: string;
  /** Upper bounds of the buckets; seconds from 1 ms to 10 s unless given. */
  readonly bounds?: readonly number[];
}

/** Buckets of durations, in seconds. */
export const SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;
/** Buckets of what takes from a tenth of a second to hours, in seconds. */
const LONG_SECONDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200] as const;
/** Buckets of bps. */
const BPS = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] as const;

/** Every metric. Names without `trimtab.` are those of OpenTelemetry's semantic conventions. */
export const METRICS = {
  rpcServerDuration: histogram(
    'rpc.server.call.duration',
    's',
    'Time that a call served here took.',
  ),
  rpcClientDuration: histogram('rpc.client.call.duration', 's', 'Time that a call made here took.'),
  httpServerDuration: histogram(
    'http.server.request.duration',
    's',
    'Time that a request of the REST gateway took.',
  ),
  messagePublishDuration: histogram(
    'messaging.client.operation.duration',
    's',
    'Time until the bus had accepted a message.',
  ),
  messageProcessDuration: histogram(
    'messaging.process.duration',
    's',
    'Time that the handling of one delivery took.',
  ),
  messageRedeliveries: counter(
    'trimtab.message.redeliveries',
    '{message}',
    'Deliveries that were not the first of their message.',
  ),
  messageDeadLetters: counter(
    'trimtab.message.dead_letters',
    '{message}',
    'Messages that a consumer gave up.',
  ),
  outboxAge: gauge('trimtab.outbox.age', 's', 'How long the oldest unsent message has waited.'),
  outboxWaiting: gauge('trimtab.outbox.waiting', '{message}', 'Messages that are not sent yet.'),
  inboxWaiting: gauge(
    'trimtab.inbox.waiting',
    '{message}',
    'Reports that wait for those before them.',
  ),
  databaseConnections: gauge(
    'db.client.connection.count',
    '{connection}',
    'Connections of the pool, by their state.',
  ),
  databasePending: gauge(
    'db.client.connection.pending_requests',
    '{request}',
    'Requests that wait for a connection of the pool.',
  ),
  dependencyUp: gauge(
    'trimtab.dependency.up',
    '1',
    'Whether what a service cannot do without answers: 1 or 0.',
  ),
  agentTicks: counter('trimtab.agent.ticks', '{tick}', 'Ticks of agents, by what became of them.'),
  agentTickDuration: histogram(
    'trimtab.agent.tick.duration',
    's',
    'Time that a tick of an agent took, with its report.',
  ),
  rebalancesStarted: counter('trimtab.rebalance.started', '{rebalance}', 'Rebalances created.'),
  rebalancesEnded: counter(
    'trimtab.rebalance.ended',
    '{rebalance}',
    'Rebalances ended, by the state they ended in.',
  ),
  rebalancesRunning: gauge(
    'trimtab.rebalance.running',
    '{rebalance}',
    'Rebalances that have not ended, by their state.',
  ),
  rebalanceDuration: longHistogram(
    'trimtab.rebalance.duration',
    's',
    'Time from the creation of a rebalance to its end.',
  ),
  rebalanceResidual: counter(
    'trimtab.rebalance.residual',
    '{unit}',
    'Base units by which ended rebalances did not pay for themselves.',
  ),
  actionOutcomes: counter(
    'trimtab.action.outcomes',
    '{action}',
    'Actions settled, by state and reason.',
  ),
  actionDuration: longHistogram(
    'trimtab.action.duration',
    's',
    'Time from the dispatch of an action to its final report.',
  ),
  recalibrations: counter(
    'trimtab.recalibrations',
    '{recalibration}',
    'Results that changed the amounts of the actions after them.',
  ),
  actionsStuck: gauge(
    'trimtab.action.stuck',
    '{action}',
    'Actions without a final report that only ResolveAction settles.',
  ),
  vaultsDrifted: gauge(
    'trimtab.vault.drift',
    '{vault}',
    'Vaults whose last audit found that money was made or lost; must be 0.',
  ),
  vaultsFrozen: gauge('trimtab.vault.frozen', '{vault}', 'Vaults that are frozen.'),
  priceAge: gauge('trimtab.price.age', 's', 'Age of the published price of an asset.'),
  priceState: gauge('trimtab.price.state', '1', '1 for the state that an asset is in.'),
  planDuration: histogram('trimtab.plan.duration', 's', 'Time that the making of a plan took.'),
  planGap: histogramOf(
    'trimtab.plan.gap',
    '{bps}',
    'How far a plan may be from the best one, in bps of its bound.',
    BPS,
  ),
  runDuration: histogram(
    'trimtab.run.duration',
    's',
    'Time that a run of the rebalance pipeline took, by outcome.',
  ),
  notificationDeliveries: counter(
    'trimtab.notification.deliveries',
    '{notification}',
    'Attempts to deliver a notification, by channel and outcome.',
  ),
  venueDuration: histogram('trimtab.venue.duration', 's', 'Time that a call of a venue took.'),
  eventLoopDelayMean: gauge('nodejs.eventloop.delay.mean', 's', 'Mean delay of the event loop.'),
  eventLoopDelayP50: gauge('nodejs.eventloop.delay.p50', 's', 'Median delay of the event loop.'),
  eventLoopDelayP90: gauge('nodejs.eventloop.delay.p90', 's', '90 % of delays are below this.'),
  eventLoopDelayP99: gauge('nodejs.eventloop.delay.p99', 's', '99 % of delays are below this.'),
  eventLoopDelayMax: gauge('nodejs.eventloop.delay.max', 's', 'Longest delay of the event loop.'),
  eventLoopUtilization: gauge(
    'nodejs.eventloop.utilization',
    '1',
    'Share of the time in which the event loop was busy.',
  ),
} as const;

/** The name of a metric as Prometheus sees it. */
export function prometheusName({ name, kind }: MetricDefinition): string {
  const plain = name.replaceAll(/[^a-zA-Z0-9]+/g, '_');
  return kind === 'counter' ? `${plain}_total` : plain;
}

function counter(name: string, unit: string, brief: string): MetricDefinition<'counter'> {
  return { name, kind: 'counter', unit, brief };
}

function gauge(name: string, unit: string, brief: string): MetricDefinition<'gauge'> {
  return { name, kind: 'gauge', unit, brief };
}

function histogram(name: string, unit: string, brief: string): MetricDefinition<'histogram'> {
  return { name, kind: 'histogram', unit, brief, bounds: SECONDS };
}

function longHistogram(name: string, unit: string, brief: string): MetricDefinition<'histogram'> {
  return { name, kind: 'histogram', unit, brief, bounds: LONG_SECONDS };
}

function histogramOf(
  name: string,
  unit: string,
  brief: string,
  bounds: readonly number[],
): MetricDefinition<'histogram'> {
  return { name, kind: 'histogram', unit, brief, bounds };
}
