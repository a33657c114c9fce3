import { instant, type Clock, type Instant } from '@trimtab/core';
import type { Intent } from '../domain/intent.js';
import { isAnswerable, nextStep, vaultModeOf, type StateChange } from '../domain/state-change.js';
import type { ActivationStore } from './activation-ports.js';
import { ownerOf } from './acting-for-owner.js';
import type { EmptyVault, EmptyingResult } from './empty-vault.js';
import { finalRefusal } from './is-final.js';
import type { IntentObserver } from './observer.js';
import { openVault } from './open-vault.js';
import type { Call, StepIds } from './ports.js';
import type { OrderGenPort, VaultPort } from './remote-ports.js';
import type { AcceptedChange, StateChangeStore } from './state-change-ports.js';

/** How far a change is driven by this call; the worker does the rest. */
export type DriveGoal = 'ANSWERABLE' | 'DONE';

/**
 * Takes the steps of a change until its goal, or until something must be waited for. Every step is
 * repeatable: its request ids derive from the change, so that a crash anywhere is finished by the
 * same steps.
 */
export type DriveChange = (
  accepted: AcceptedChange,
  goal: DriveGoal,
  call: Omit<Call, 'caller'>,
) => Promise<AcceptedChange>;

/** What driving needs. */
export interface DriveDependencies {
  readonly clock: Clock;
  readonly changes: StateChangeStore;
  readonly activations: ActivationStore;
  readonly vaults: VaultPort;
  readonly orderGen: OrderGenPort;
  readonly emptyVault: EmptyVault;
  readonly stepIds: StepIds;
  readonly observer: IntentObserver;
}

/** What a step found: it stands, or it is looked at again, now as another attempt or as the same. */
type StepResult = EmptyingResult | 'BACK';

/** While a rebalance runs, its end is looked for this often. */
const WAIT_MILLIS = 250;
const FIRST_RETRY_MILLIS = 250;
const MAX_RETRY_MILLIS = 60_000;

/** Creates the driver. */
export function createDriveChange(dependencies: DriveDependencies): DriveChange {
  const { clock, changes, observer } = dependencies;
  return async (accepted, goal, { signal, deadline }) => {
    let current = accepted;
    for (;;) {
      const { change, intent } = current;
      const step = nextStep(change);
      if (step === undefined || (goal === 'ANSWERABLE' && isAnswerable(change))) return current;
      if (step === 'WRITE_STATE') {
        current = await changes.writeState(change, clock.now());
        observer.stateChanged({ intentId: intent.id, to: change.to, reason: change.reason });
        continue;
      }
      const call = { caller: ownerOf(intent), signal, deadline };
      const result = await takeStep(step, { change, intent, call }, dependencies);
      if (typeof result === 'object') {
        await changes.wait(change, result.waitUntil);
        return current;
      }
      switch (result) {
        case 'DONE':
          current = await changes.stepDone(change, clock.now());
          continue;
        case 'BACK':
          current = await changes.stepBack(change, later(clock, FIRST_RETRY_MILLIS));
          return current;
        case 'TRY_AGAIN':
          await changes.tryAgain(change, later(clock, retryMillis(change.attemptCount)));
          return current;
        case 'WAIT':
          await changes.wait(change, later(clock, WAIT_MILLIS));
          return current;
      }
    }
  };
}

interface StepContext {
  readonly change: StateChange;
  readonly intent: Intent;
  readonly call: Call;
}

async function takeStep(
  step: 'SET_VAULT_MODE' | 'CANCEL_REBALANCE' | 'EMPTY_VAULT' | 'CLOSE_VAULT',
  context: StepContext,
  dependencies: DriveDependencies,
): Promise<StepResult> {
  const { intent } = context;
  const isFirst = step === 'SET_VAULT_MODE';
  const vaultId = intent.vaultId ?? (isFirst ? await findVault(context, dependencies) : undefined);
  // Without a vault there is nothing to stop, to empty or to close.
  if (vaultId === undefined) return 'DONE';
  const onVault = { ...context, vaultId };
  switch (step) {
    case 'SET_VAULT_MODE':
      return setVaultMode(onVault, dependencies);
    case 'CANCEL_REBALANCE':
      return cancelRebalance(onVault, dependencies);
    case 'EMPTY_VAULT':
      return dependencies.emptyVault(onVault.change, intent, onVault.vaultId, onVault.call);
    case 'CLOSE_VAULT':
      return closeVault(onVault, dependencies);
  }
}

/**
 * The vault of an activation that was stopped before it had written which: it is asked for with the
 * request that made it or may still be making it. If nobody did, it is made here, to be closed: there
 * is one vault of the intent in every case, and it is known.
 */
async function findVault(
  { intent, call }: StepContext,
  dependencies: DriveDependencies,
): Promise<string | undefined> {
  if (!intent.ownsVault || intent.activationStep !== 'AGENTS_SELECTED') return undefined;
  const { activations, clock } = dependencies;
  try {
    const vaultId = await openVault(intent, call, dependencies);
    await activations.foundVault(intent.id, vaultId, clock.now());
    return vaultId;
  } catch (error) {
    // Nobody else can have made what is refused to the owner.
    if (finalRefusal(error) === undefined) throw error;
    return undefined;
  }
}

type OnVault = StepContext & { readonly vaultId: string };

/** A vault that is at its end already cannot trade: what ends an intent takes that as its mode. */
const AT_ITS_END: ReadonlySet<string> = new Set(['VAULT_CLOSED', 'VAULT_MODE_TRANSITION_INVALID']);

async function setVaultMode(
  { change, vaultId, call }: OnVault,
  { vaults, changes, stepIds }: DriveDependencies,
): Promise<StepResult> {
  const requestId = stepIds.ofChange(change.id, 'set-vault-mode');
  const mode = vaultModeOf(change);
  try {
    await vaults.setMode({ requestId, vaultId, mode, reason: change.reason }, call);
    return 'DONE';
  } catch (error) {
    const refusal = finalRefusal(error);
    if (refusal === undefined) throw error;
    const ends = change.to !== 'PAUSED' && change.to !== 'ACTIVE';
    if (ends && AT_ITS_END.has(refusal.reason)) return 'DONE';
    await changes.abandon(change);
    throw error;
  }
}

async function cancelRebalance(
  { change, vaultId, call }: OnVault,
  { vaults, orderGen, stepIds }: DriveDependencies,
): Promise<StepResult> {
  const { openRebalanceId } = await vaults.getVault(vaultId, call);
  if (openRebalanceId === undefined) return 'DONE';
  const requestId = stepIds.ofChange(change.id, `cancel/${openRebalanceId}`);
  const { reason } = change;
  try {
    await orderGen.cancelRebalance({ requestId, rebalanceId: openRebalanceId, reason }, call);
  } catch (error) {
    // One that has ended in between needs no cancelling.
    if (finalRefusal(error) === undefined) throw error;
  }
  return 'DONE';
}

async function closeVault(
  { change, vaultId, call }: OnVault,
  { vaults, stepIds }: DriveDependencies,
): Promise<StepResult> {
  const requestId = stepIds.ofChange(change.id, `close/${change.attemptCount}`);
  try {
    await vaults.closeVault({ requestId, vaultId }, call);
    return 'DONE';
  } catch (error) {
    const refusal = finalRefusal(error);
    if (refusal === undefined) throw error;
    const { mode } = await vaults.getVault(vaultId, call);
    // A late fill or correction put something into the vault again.
    return mode === 'CLOSED' ? 'DONE' : 'BACK';
  }
}

function retryMillis(attemptCount: number): number {
  return Math.min(FIRST_RETRY_MILLIS * 2 ** Math.min(attemptCount, 10), MAX_RETRY_MILLIS);
}

function later(clock: Clock, millis: number): Instant {
  return instant(clock.now() + millis);
}
