import type { ColumnType, Generated } from 'kysely';
import type { SharedTables } from '@trimtab/storage';
import type { IntentSpec, Violation } from '@trimtab/strategy';
import type { CreatedIntent } from '../../application/ports.js';
import type { ActivationStep, Intent, IntentState } from '../../domain/intent.js';
import type { ChangeMover, TargetState } from '../../domain/state-change.js';
import type { Runtime } from '../../domain/runtime.js';
import type { RunProgress, RunPurpose, RunTrigger } from '../../domain/run.js';
import type {
  NotificationDeliveriesTable,
  NotificationTargetsTable,
  NotificationsTable,
} from './notification-tables.js';

/** A jsonb column: written as JSON text, read parsed. */
type Json<T> = ColumnType<T, string, string>;

/** Intents; a live one has its vault to itself. */
export interface IntentsTable {
  intent_id: string;
  owner: string;
  state: IntentState;
  state_reason: string;
  /** What the owner wrote. */
  spec: Json<IntentSpec>;
  vault_id: string | null;
  owns_vault: boolean;
  activation_step: ActivationStep;
  /** What the engine keeps; what was never written is absent. */
  runtime: ColumnType<Partial<Runtime>, string | undefined, string>;
  /** Whether the vault's deposit limit is still to be set. */
  limit_stale: Generated<boolean>;
  /** What the creation answered when the activation ended; null before. */
  first_answer: ColumnType<CreatedIntent | null, string | null, string | null>;
  /** The warnings of the validation, for the answer of the creation. */
  warnings: ColumnType<readonly Violation[], string | undefined, string>;
  /** When a worker looks at an activation that has not ended, by the database's clock. */
  activation_due_time: Generated<Date>;
  create_time: Date;
  update_time: Date;
}

/** Runs of the pipeline; one per (who, request id). */
export interface RunsTable {
  run_id: string;
  intent_id: string;
  vault_id: string;
  started_by: string;
  request_id: string;
  request_hash: string;
  trigger: RunTrigger;
  purpose: RunPurpose;
  trace_id: string;
  traceparent: string | null;
  progress: Json<RunProgress>;
  outcome: 'RUNNING' | 'REBALANCE' | 'NO_OP' | 'REFUSED';
  reason: string;
  message: string;
  rebalance_id: string | null;
  create_time: Date;
  end_time: Date | null;
  /** Who takes it to its end now, and until when by the database's clock. */
  lease_id: string | null;
  lease_expire_time: Generated<Date>;
  /** What its rebalance cost, once that has ended; null before, and if nobody asked. */
  cost_bps: number | null;
}

/** Accepted changes of state; one of an intent is unanswered at a time. */
export interface StateChangesTable {
  change_id: string;
  intent_id: string;
  to_state: TargetState;
  moved_by: ChangeMover;
  reason: string;
  done_count: number;
  attempt_count: number;
  /** Whether every step is done. */
  ended: boolean;
  /** The intent as the caller was answered; null before. */
  answer: ColumnType<Intent | null, string | null, string | null>;
  due_time: Date;
  started_by: string;
  method: string;
  request_id: string;
  request_hash: string;
  create_time: Date;
}

/** What the engine's agents have to do, and who does it now. */
export interface DueWorkTable {
  work_id: string;
  agent_kind: string;
  instance_key: string;
  intent_id: string | null;
  /** Null: nothing is due. */
  due_time: Date | null;
  attempt_count: number;
  /** Rises with every lease; the highest is the current one. */
  lease_token: ColumnType<string, bigint, bigint>;
  engine_id: string | null;
  lease_expire_time: Date | null;
  /** Of the intent; null for agents of several. */
  ticker: string | null;
  /** The band of prices in which it sleeps, open where null. */
  wake_below: string | null;
  wake_above: string | null;
  /** Whether it was woken since it was claimed: it is due again right after the report. */
  woken: Generated<boolean>;
}

/** Intents that asked for an agent of several of them. */
export interface WorkRequestsTable {
  work_id: string;
  intent_id: string;
  request_time: Date;
  /** The lease under which it was given out; null: not since it was asked for. */
  lease_token: ColumnType<string | null, bigint | null, bigint | null>;
}

/** Option series that must be priced. */
export interface IntentSeriesTable {
  intent_id: string;
  series_id: string;
  ticker: string;
  /** Whether the engine says that it is held or comes next. */
  wanted: boolean;
  /** When the vault is asked whether it still holds some; of what is not wanted. */
  check_time: Date;
}

/** Every change of an intent, in the order of the commits. */
export interface IntentChangesTable {
  sequence: ColumnType<string, bigint, bigint>;
  intent_id: string;
  owner: string;
  intent_sequence: ColumnType<string, bigint, bigint>;
  document: Json<Intent>;
}

/** All tables of the intent service's schema. */
export interface IntentTables extends SharedTables {
  intents: IntentsTable;
  runs: RunsTable;
  state_changes: StateChangesTable;
  due_work: DueWorkTable;
  work_requests: WorkRequestsTable;
  intent_series: IntentSeriesTable;
  intent_changes: IntentChangesTable;
  notification_targets: NotificationTargetsTable;
  notifications: NotificationsTable;
  notification_deliveries: NotificationDeliveriesTable;
}
