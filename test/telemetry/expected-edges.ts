/** The edges of a rebalance's trace, parent → child; every statement of a database is one name. */

const GRPC = {
  rebalanceIntent: 'trimtab.intent.v1.IntentService/RebalanceIntent',
  createRebalance: 'trimtab.ordergen.v1.OrderGenService/CreateRebalance',
  getRebalance: 'trimtab.ordergen.v1.OrderGenService/GetRebalance',
  getVault: 'trimtab.vault.v1.VaultService/GetVault',
  valueVault: 'trimtab.vault.v1.VaultService/ValueVault',
  takeSnapshot: 'trimtab.oracle.v1.OracleService/TakeSnapshot',
  getSnapshot: 'trimtab.oracle.v1.OracleService/GetSnapshot',
  getPrice: 'trimtab.oracle.v1.OracleService/GetPrice',
  buildPlan: 'trimtab.solver.v1.SolverService/BuildPlan',
  getPlan: 'trimtab.solver.v1.SolverService/GetPlan',
  listAssets: 'trimtab.oracle.v1.OracleService/ListAssets',
} as const;

const PUBLISH = {
  dispatch: 'publish trimtab.orders.v1.dispatch',
  result: 'publish trimtab.executions.v1.result',
  failure: 'publish trimtab.executions.v1.failure',
  rebalance: 'publish trimtab.events.v1.rebalance',
} as const;

const PROCESS = {
  dispatch: 'process trimtab.orders.v1.dispatch',
  result: 'process trimtab.executions.v1.result',
  failure: 'process trimtab.executions.v1.failure',
} as const;

const STATEMENT = 'statement';

/** A call has a span on both sides, of one name. */
function call(from: string, method: string): readonly string[] {
  return [`${from} → ${method}`, `${method} → ${method}`];
}

/** From the creation of a rebalance to its last recalibration: each of these occurs. */
export const EXECUTION_EDGES: readonly string[] = [
  `${GRPC.createRebalance} → ${STATEMENT}`,
  `${GRPC.createRebalance} → ${PUBLISH.dispatch}`,
  `${GRPC.createRebalance} → ${PUBLISH.rebalance}`,
  `${PUBLISH.dispatch} → ${PROCESS.dispatch}`,
  ...call(PROCESS.dispatch, GRPC.getRebalance),
  ...call(PROCESS.dispatch, GRPC.getVault),
  ...call(PROCESS.dispatch, GRPC.getPrice),
  `${GRPC.getRebalance} → ${STATEMENT}`,
  `${GRPC.getVault} → ${STATEMENT}`,
  `${PROCESS.dispatch} → ${STATEMENT}`,
  `${PROCESS.dispatch} → venue submit`,
  `venue submit → ${STATEMENT}`,
  `${PROCESS.dispatch} → ${PUBLISH.result}`,
  `${PROCESS.dispatch} → ${PUBLISH.failure}`,
  `${PUBLISH.result} → ${PROCESS.result}`,
  `${PUBLISH.failure} → ${PROCESS.failure}`,
  `${PROCESS.result} → recalibrate`,
  `${PROCESS.failure} → recalibrate`,
  `recalibrate → ${STATEMENT}`,
  `recalibrate → ${PUBLISH.dispatch}`,
  `recalibrate → ${PUBLISH.rebalance}`,
];

/** What comes before it when an intent is rebalanced: each of these occurs. */
export const PIPELINE_EDGES: readonly string[] = [
  ...call('(root)', GRPC.rebalanceIntent),
  `${GRPC.rebalanceIntent} → rebalance_intent`,
  `rebalance_intent → ${STATEMENT}`,
  ...call('rebalance_intent', GRPC.getVault),
  ...call('rebalance_intent', GRPC.takeSnapshot),
  `${GRPC.takeSnapshot} → take_snapshot`,
  `take_snapshot → ${STATEMENT}`,
  ...call('rebalance_intent', GRPC.valueVault),
  `${GRPC.valueVault} → ${STATEMENT}`,
  ...call(GRPC.valueVault, GRPC.getSnapshot),
  `${GRPC.getSnapshot} → ${STATEMENT}`,
  ...call('rebalance_intent', GRPC.buildPlan),
  `${GRPC.buildPlan} → build_plan`,
  `build_plan → ${GRPC.getSnapshot}`,
  `${GRPC.buildPlan} → ${STATEMENT}`,
  `${GRPC.buildPlan} → publish trimtab.events.v1.plan`,
  ...call('rebalance_intent', GRPC.createRebalance),
  ...call(GRPC.createRebalance, GRPC.getPlan),
  `${GRPC.getPlan} → ${STATEMENT}`,
];

/** What retries, redeliveries and a cold cache add. */
const RETRY_EDGES: readonly string[] = [
  `(root) → ${GRPC.createRebalance}`,
  ...call(GRPC.createRebalance, GRPC.getSnapshot),
  `${GRPC.getSnapshot} → ${STATEMENT}`,
  ...call('venue submit', GRPC.getPrice),
  ...call(PROCESS.dispatch, GRPC.listAssets),
  `venue submit → ${GRPC.listAssets}`,
  // A price whose heartbeat has come is published when somebody asks for it.
  `${GRPC.getPrice} → publish trimtab.events.v1.price`,
  `${GRPC.getPrice} → ${STATEMENT}`,
  `${PROCESS.dispatch} → venue query`,
  `venue query → ${STATEMENT}`,
  `${PROCESS.result} → ${STATEMENT}`,
  `${PROCESS.failure} → ${STATEMENT}`,
];

/** After a start the executor goes on with an order where the one before it ended. */
const RECOVERY_EDGES: readonly string[] = [
  `${PROCESS.dispatch} → recover_order`,
  ...[...EXECUTION_EDGES, ...RETRY_EDGES]
    .filter((edge) => edge.startsWith(`${PROCESS.dispatch} → `))
    .map((edge) => edge.replace(PROCESS.dispatch, 'recover_order')),
];

/** What may occur besides. */
export const POSSIBLE_EDGES: readonly string[] = [...RETRY_EDGES, ...RECOVERY_EDGES];

const STATEMENTS = /^(select|insert|update|delete|commit|rollback)\b.*$/;

/** An edge with every statement under one name. */
export function edgeKind(edge: string): string {
  return edge
    .split(' → ')
    .map((name) => name.replace(STATEMENTS, STATEMENT))
    .join(' → ');
}
