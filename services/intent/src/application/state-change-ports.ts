import type { Instant } from '@trimtab/core';
import type { Intent } from '../domain/intent.js';
import type { StateChange } from '../domain/state-change.js';
import type { RequestKey } from './ports.js';

/** A change that was accepted, and its intent as it is now. */
export interface AcceptedChange {
  readonly change: StateChange;
  readonly intent: Intent;
  /** What the caller is answered; absent before the change is answerable. */
  readonly answer: Intent | undefined;
}

/** What shall be accepted. */
export interface ChangeRequest {
  readonly key: RequestKey;
  readonly change: StateChange;
  /** Refuses by throwing, given the intent as it is under the lock. */
  readonly check: (intent: Intent) => void;
  /** The engine's lease; it must be the current one of the intent. Absent for owners. */
  readonly leaseToken: bigint | undefined;
}

/** What became of a request: accepted now, or behind another change that must end first. */
export type Acceptance =
  | { readonly kind: 'ACCEPTED'; readonly accepted: AcceptedChange }
  | { readonly kind: 'BEHIND'; readonly other: AcceptedChange };

/** Changes of state; each row holds what is needed to finish it. */
export interface StateChangeStore {
  /**
   * The change that an earlier request with this key was accepted as.
   *
   * @throws DomainFailure REQUEST_ID_REUSED
   */
  findAccepted(key: RequestKey): Promise<AcceptedChange | undefined>;
  /**
   * Stores the change, checked under the lock of its intent. While another change of the intent is
   * not answerable yet, nothing is stored and that one is returned.
   *
   * @throws DomainFailure INTENT_NOT_FOUND, LEASE_LOST and what `check` refuses
   */
  accept(request: ChangeRequest): Promise<Acceptance>;
  /** Marks the next step done, once: a twin that was slower changes nothing. */
  stepDone(change: StateChange, now: Instant): Promise<AcceptedChange>;
  /** As stepDone, and the intent is in its new state. */
  writeState(change: StateChange, now: Instant): Promise<AcceptedChange>;
  /** Goes back one step: what it had found is not so any more. */
  stepBack(change: StateChange, dueTime: Instant): Promise<AcceptedChange>;
  /** Counts an attempt and looks again at a time. */
  tryAgain(change: StateChange, dueTime: Instant): Promise<void>;
  /** Looks again at a time, as part of the same attempt. */
  wait(change: StateChange, dueTime: Instant): Promise<void>;
  /** Forgets a change that was refused before it had an effect. */
  abandon(change: StateChange): Promise<void>;
  /** Changes with steps left whose time has come, the longest waiting first. */
  due(now: Instant, limit: number): Promise<readonly AcceptedChange[]>;
}
