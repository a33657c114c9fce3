import type { Clock } from '@trimtab/core';
import { createApproveRebalance, type ApproveRebalance } from './approve-rebalance.js';
import { createCloseVault, type CloseVault } from './close-vault.js';
import type { ExecutionReport } from './execution-report.js';
import type { OracleSource } from './outgoing.js';
import type { Observer, OrderGenStore } from './ports.js';
import { createResolveAction, type ResolveAction } from './resolve-action.js';
import { createSetVaultPolicy, type SetVaultPolicy } from './set-vault-policy.js';
import type { LockedStepDependencies } from './stop-locked.js';
import { createUnfreezeVault, type UnfreezeVault } from './unfreeze-vault.js';

/** What the use cases of approvers, owners and admins need. */
export interface ControlDependencies extends LockedStepDependencies {
  readonly clock: Clock;
  readonly store: OrderGenStore;
  readonly oracle: OracleSource;
  readonly observer: Observer;
  /** Called after a commit: what is in memory is old, and messages may be in the outbox. */
  readonly changed: (rebalanceId: string) => void;
  readonly encodeReport: (report: ExecutionReport, venueReference: string) => Uint8Array;
  readonly unresolvedAfterMillis: number;
}

/** What people decide about a rebalance or a vault, beside trading. */
export interface Control {
  readonly approve: ApproveRebalance;
  readonly resolveAction: ResolveAction;
  readonly setPolicy: SetVaultPolicy;
  readonly unfreeze: UnfreezeVault;
  readonly close: CloseVault;
}

/** Creates the use cases. */
export function createControl(deps: ControlDependencies): Control {
  return {
    approve: createApproveRebalance(deps),
    resolveAction: createResolveAction(deps),
    setPolicy: createSetVaultPolicy(deps),
    unfreeze: createUnfreezeVault(deps),
    close: createCloseVault(deps),
  };
}
