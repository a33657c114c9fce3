/**
 * Every span attribute of our own. `registry.yaml` describes each one (type, brief, example) and a
 * test keeps both equal; names of OpenTelemetry's semantic conventions are not repeated here.
 */
export const ATTRIBUTES = {
  intentId: 'trimtab.intent.id',
  runId: 'trimtab.run.id',
  vaultId: 'trimtab.vault.id',
  vaultVersion: 'trimtab.vault.version',
  snapshotHash: 'trimtab.snapshot.hash',
  planHash: 'trimtab.plan.hash',
  planMode: 'trimtab.plan.mode',
  rebalanceId: 'trimtab.rebalance.id',
  rebalanceState: 'trimtab.rebalance.state',
  actionIndex: 'trimtab.action.index',
  actionCount: 'trimtab.action.count',
  eventId: 'trimtab.event.id',
  eventSequence: 'trimtab.event.sequence',
  recalibrationFactor: 'trimtab.recalibration.factor',
  candidateCount: 'trimtab.candidate.count',
  roundCount: 'trimtab.round.count',
  assetId: 'trimtab.asset.id',
  venueId: 'trimtab.venue.id',
  venueOperation: 'trimtab.venue.operation',
  orderId: 'trimtab.order.id',
  actionState: 'trimtab.action.state',
  actionReason: 'trimtab.action.reason',
  rebalancePurpose: 'trimtab.rebalance.purpose',
  runOutcome: 'trimtab.run.outcome',
  priceState: 'trimtab.price.state',
  notificationChannel: 'trimtab.notification.channel',
  notificationOutcome: 'trimtab.notification.outcome',
  component: 'trimtab.component',
  dependency: 'trimtab.dependency',
  errorReason: 'trimtab.error.reason',
  messageSubject: 'trimtab.message.subject',
  messageDeliveryCount: 'trimtab.message.delivery_count',
  agentKind: 'trimtab.agent.kind',
  agentInstance: 'trimtab.agent.instance',
  agentAttemptCount: 'trimtab.agent.attempt_count',
  tickOutcome: 'trimtab.tick.outcome',
  callerActor: 'trimtab.caller.actor',
} as const;

/** The name of a span attribute of ours. */
export type AttributeName = (typeof ATTRIBUTES)[keyof typeof ATTRIBUTES];
