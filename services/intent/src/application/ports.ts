import type { Caller } from '@trimtab/grpc';
import type { Violation } from '@trimtab/strategy';
import type { Intent, IntentState } from '../domain/intent.js';
import type { AcceptedChange } from './state-change-ports.js';

/** For whom a use case runs, and until when; it travels to every further call. */
export interface Call {
  readonly caller: Caller;
  readonly signal?: AbortSignal | undefined;
  readonly deadline?: Date | undefined;
}

/** The key of a request that must have one effect, however often it is sent. */
export interface RequestKey {
  readonly subject: string;
  readonly method: string;
  readonly requestId: string;
  /** Hash of the request: the same id with another body is refused. */
  readonly requestHash: string;
}

/** What a creation answered when it was complete: a repeat gets the same. */
export interface CreatedIntent {
  readonly intent: Intent;
  readonly warnings: readonly Violation[];
}

/** An intent in the store. */
export interface StoredIntent {
  readonly intent: Intent;
  /** Absent while the activation is under way; of one that was stopped it is the intent at its end. */
  readonly firstAnswer: CreatedIntent | undefined;
}

/** What became of an update: written, now or by an earlier twin, or behind a change of state. */
export type Updated =
  | { readonly kind: 'UPDATED'; readonly answer: CreatedIntent }
  | { readonly kind: 'BEHIND'; readonly other: AcceptedChange };

/** Which intents a list holds. */
export interface IntentFilter {
  /** Absent: of every owner. */
  readonly owner: string | undefined;
  /** Empty: in every state. */
  readonly states: readonly IntentState[];
}

/** The part of a list that is asked for. */
export interface IntentPage {
  /** Only ids after this one; empty for the first page. */
  readonly afterIntentId: string;
  readonly limit: number;
}

/** Intents. */
export interface IntentStore {
  find(intentId: string): Promise<StoredIntent | undefined>;
  /** By intent id. */
  list(filter: IntentFilter, page: IntentPage): Promise<readonly Intent[]>;
  /**
   * The intent that an earlier request with this key created.
   *
   * @throws DomainFailure REQUEST_ID_REUSED
   */
  findCreated(key: RequestKey): Promise<StoredIntent | undefined>;
  /**
   * Stores the intent and the key together, or returns what a twin with the same key stored.
   *
   * @throws DomainFailure VAULT_IN_USE when another live intent has the vault, REQUEST_ID_REUSED
   */
  insert(key: RequestKey, intent: Intent, warnings: readonly Violation[]): Promise<StoredIntent>;
  /**
   * Changes what the owner wrote, once for each key; `change` is given the intent under its lock and
   * refuses by throwing. While a change of state is not answerable yet, nothing is written and that one
   * is returned: its caller was promised a state of the intent with the etag that it saw.
   *
   * @throws DomainFailure INTENT_NOT_FOUND, REQUEST_ID_REUSED and what `change` refuses
   */
  update(
    key: RequestKey,
    intentId: string,
    change: (intent: Intent) => CreatedIntent,
  ): Promise<Updated>;
  /** Live intents whose vault still has another deposit limit than their max_capital. */
  staleLimits(limit: number): Promise<readonly Intent[]>;
  /** The vault has the limit of this version of the intent. */
  limitSet(intent: Intent): Promise<void>;
}

/** Request ids of steps: the same parent and step give the same id, on every attempt (UUIDv5). */
export interface StepIds {
  /** Of a step of a run. */
  ofRun(runId: string, step: string): string;
  /** Of a step of an intent's activation. */
  ofIntent(intentId: string, step: string): string;
  /** Of a step of a change of state. */
  ofChange(changeId: string, step: string): string;
}
