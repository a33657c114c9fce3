import { domainError, refuse, type Instant } from '@trimtab/core';
import type { IntentSpec } from '@trimtab/strategy';
import type { IntentView } from '../domain/intent-view.js';
import type { IndexRuntime, Runtime, RuntimePatch } from '../domain/runtime.js';
import type { Journal } from './journal.js';

/** The one intent of a backtest, as the intent service keeps it. */
export interface IntentRecord {
  readonly id: string;
  readonly spec: IntentSpec;
  readonly vaultId: string;
  readonly createTime: Instant;
  readonly state: IntentView['state'];
  readonly stateReason: string;
  readonly runtime: Runtime;
  /** Why it is being ended; it is COMPLETED once its vault is flat. */
  readonly endReason: string | undefined;
}

/** The runtime at the activation. */
const FIRST_RUNTIME: Runtime = {
  currentDriftBps: 0,
  totalRolls: 0,
  totalCostBps: 0,
  lastRollAt: undefined,
  lastRollCostBps: 0,
  lastRebalanceId: undefined,
  lastError: '',
  index: undefined,
  nextScheduleTime: undefined,
};

/** The index before anybody wrote of it. */
const FIRST_INDEX: IndexRuntime = {
  held: undefined,
  next: undefined,
  issuedUnits: 0n,
  firstUnitTime: undefined,
  ledgerSequence: 0,
  vaultVersion: 0,
  notified: undefined,
  deferralCount: 0,
  retryTime: undefined,
};

/** Keeps the intent: every change goes through it, and terminal states stay (intent rules, lifecycle). */
export interface IntentKeeper {
  current(): IntentRecord;
  view(): IntentView;
  /** Writes fields of the runtime. @throws DomainFailure INTENT_TERMINAL */
  patch(patch: RuntimePatch, now: Instant): void;
  /** Notes why it ends. @throws DomainFailure INTENT_TERMINAL */
  end(reason: string): void;
  /** Moves it to a terminal state. @throws DomainFailure INTENT_TERMINAL */
  finish(state: 'COMPLETED' | 'ERROR', reason: string, now: Instant): void;
  /** @throws DomainFailure INTENT_TERMINAL */
  refuseTerminal(): void;
}

/** Keeps an intent that was just created and is ACTIVE. */
export function createIntentKeeper(
  first: Pick<IntentRecord, 'id' | 'spec' | 'vaultId' | 'createTime'>,
  journal: Journal,
): IntentKeeper {
  let record: IntentRecord = {
    ...first,
    state: 'ACTIVE',
    stateReason: '',
    runtime: FIRST_RUNTIME,
    endReason: undefined,
  };
  journal.states.push({ time: first.createTime, state: 'ACTIVE', reason: '' });
  const refuseTerminal = (): void => {
    if (record.state !== 'ACTIVE') intentTerminal(record);
  };
  return {
    current: () => record,
    view: () => viewOf(record),
    refuseTerminal,
    patch: (patch, now) => {
      refuseTerminal();
      const before = record.runtime;
      record = { ...record, runtime: patched(before, patch) };
      journal.reports.push({ time: now, before, after: record.runtime });
    },
    end: (reason) => {
      refuseTerminal();
      record = { ...record, endReason: record.endReason ?? reason };
    },
    finish: (state, reason, now) => {
      refuseTerminal();
      record = { ...record, state, stateReason: reason };
      journal.states.push({ time: now, state, reason });
    },
  };
}

function patched(before: Runtime, { index, ...rest }: RuntimePatch): Runtime {
  const merged =
    index === undefined ? before.index : { ...(before.index ?? FIRST_INDEX), ...index };
  return { ...before, ...rest, index: merged };
}

function viewOf({ id, spec, vaultId, createTime, state, runtime }: IntentRecord): IntentView {
  const owner = 'owner';
  return { id, owner, state, activated: true, spec, vaultId, runtime, createTime };
}

/** A change to an intent at its end. */
function intentTerminal({ id, state }: IntentRecord): never {
  const word = state.toLowerCase();
  const message = `intent is ${word} and cannot be modified`;
  const metadata = { intent_id: id, state };
  return refuse(domainError('FAILED_PRECONDITION', 'INTENT_TERMINAL', message, metadata));
}
