import type { SharedTables } from '@trimtab/storage';
import type { Generated } from 'kysely';

/** A strategy's definition; the parts that are searched have columns of their own. */
export interface StrategiesTable {
  strategy_id: string;
  asset_id: string;
  state: string;
  /** The whole definition as canonical JSON. */
  definition: string;
  create_time: Date;
  update_time: Date;
}

/** The latest snapshot of a strategy. */
export interface StrategySnapshotsTable {
  strategy_id: string;
  /** The whole snapshot as canonical JSON. */
  snapshot: string;
  observe_time: Date;
}

/** Every version of every policy. */
export interface PoliciesTable {
  policy_id: string;
  version: number;
  /** The whole policy as canonical JSON. */
  policy: string;
  create_time: Date;
  update_time: Date;
}

/** The settings of a manager. */
export interface ManagersTable {
  manager_id: string;
  /** The whole settings as canonical JSON. */
  settings: string;
  create_time: Date;
  update_time: Date;
}

/** A plan: its five hashed documents byte for byte, and what they do not hold. */
export interface PlansTable {
  plan_hash: string;
  vault_id: string;
  summary: string;
  targets: string;
  steps: string;
  inputs: string;
  scores: string;
  /** The rounds of the allocation as canonical JSON; not hashed. */
  rounds: string;
  create_time: Date;
}

/** The certificate of a plan, or the work towards it. */
export interface PlanCertificatesTable {
  plan_hash: string;
  /** The certificate document byte for byte; null until it is made. */
  certificate: string | null;
  /** How often it could not be made since the last start. */
  attempts: Generated<number>;
  /** Rises with every plan. */
  position: Generated<string>;
}

/** The schema of the solver. */
export type SolverTables = SharedTables & {
  strategies: StrategiesTable;
  strategy_snapshots: StrategySnapshotsTable;
  policies: PoliciesTable;
  managers: ManagersTable;
  plans: PlansTable;
  plan_certificates: PlanCertificatesTable;
};
