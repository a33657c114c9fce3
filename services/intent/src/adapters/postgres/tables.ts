import type { ColumnType } from 'kysely';
import type { SharedTables } from '@trimtab/storage';
import type { IntentSpec } from '@trimtab/strategy';
import type { CreatedIntent } from '../../application/ports.js';
import type { ActivationStep, IntentState } from '../../domain/intent.js';
import type { RunProgress, RunTrigger } from '../../domain/run.js';

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
  /** What the creation answered when the activation ended; null before. */
  first_answer: ColumnType<CreatedIntent | null, string | null, string | null>;
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
  trace_id: string;
  progress: Json<RunProgress>;
  outcome: 'RUNNING' | 'REBALANCE' | 'NO_OP' | 'REFUSED';
  reason: string;
  message: string;
  rebalance_id: string | null;
  create_time: Date;
  end_time: Date | null;
}

/** All tables of the intent service's schema. */
export interface IntentTables extends SharedTables {
  intents: IntentsTable;
  runs: RunsTable;
}
