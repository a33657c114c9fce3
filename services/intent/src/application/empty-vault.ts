import type { Instant } from '@trimtab/core';
import { UNDERLYING } from '@trimtab/strategy';
import type { Intent } from '../domain/intent.js';
import type { StateChange } from '../domain/state-change.js';
import type { Call, StepIds } from './ports.js';
import type { OraclePort, VaultPort, VaultView } from './remote-ports.js';
import type { SettleMatured } from './settle-matured.js';
import type { StartRun } from './start-run.js';

/**
 * Brings a closing vault towards empty: matured halves of option series are settled, positions of a lot and more are settled to the underlying by
 * a rebalance of purpose SETTLE, what is left is withdrawn to the owner, dust in kind (order
 * generation rules, section 5).
 */
export type EmptyVault = (
  change: StateChange,
  intent: Intent,
  vaultId: string,
  call: Call,
) => Promise<EmptyingResult>;

/** It is empty, or it is looked at again: as another attempt, soon, or at a time. */
export type EmptyingResult = 'DONE' | 'TRY_AGAIN' | 'WAIT' | { readonly waitUntil: Instant };

/** What emptying needs. */
export interface EmptyVaultDependencies {
  readonly oracle: OraclePort;
  readonly vaults: VaultPort;
  readonly stepIds: StepIds;
  readonly startRun: StartRun;
  readonly settleMatured: SettleMatured;
}

/** Creates the step. */
export function createEmptyVault(dependencies: EmptyVaultDependencies): EmptyVault {
  const { vaults, settleMatured } = dependencies;
  return async (change, intent, vaultId, call) => {
    const vault = await vaults.getVault(vaultId, call);
    if (vault.mode === 'CLOSED') return 'DONE';
    // What ran when the vault was closed is cancelled by the vault itself; its end is waited for.
    if (vault.openRebalanceId !== undefined) return 'WAIT';
    const settled = await settleMatured(change, vault, call);
    if (settled.kind === 'EARLY') return { waitUntil: settled.time };
    // What was paid is another vault by now.
    if (settled.kind === 'SETTLED') return 'WAIT';
    if (await hasSettleable(vault, call, dependencies.oracle)) {
      return settle(change, intent, call, dependencies);
    }
    await withdrawAll(change, vault, call, dependencies);
    return 'DONE';
  };
}

/** Whether a position is at least a lot, so that it can be traded. */
async function hasSettleable(vault: VaultView, call: Call, oracle: OraclePort): Promise<boolean> {
  const { positions } = vault;
  if (positions.length === 0) return false;
  const lots = await oracle.lotsOf(
    positions.map(({ assetId }) => assetId),
    call,
  );
  return positions.some(
    ({ assetId, side, quantity }) => side === 'SHORT' || quantity >= (lots.get(assetId) ?? 1n),
  );
}

async function settle(
  change: StateChange,
  intent: Intent,
  call: Call,
  { startRun, stepIds }: EmptyVaultDependencies,
): Promise<'TRY_AGAIN' | 'WAIT'> {
  const run = await startRun(
    {
      key: {
        subject: intent.owner,
        method: 'settle',
        requestId: stepIds.ofChange(change.id, `settle/${change.attemptCount}`),
        requestHash: change.id,
      },
      intent,
      trigger: 'SETTLEMENT',
      purpose: 'SETTLE',
      traceId: '',
    },
    call,
  );
  // The next look finds the rebalance running, or what it left behind for another attempt.
  return run.outcome.kind === 'RUNNING' ? 'WAIT' : 'TRY_AGAIN';
}

async function withdrawAll(
  change: StateChange,
  vault: VaultView,
  call: Call,
  { vaults, stepIds }: EmptyVaultDependencies,
): Promise<void> {
  const { vaultId, version } = vault;
  const dust = vault.positions.map(({ assetId, quantity }) => ({ assetId, amount: quantity }));
  for (const { assetId, amount } of [...dust, { assetId: UNDERLYING, amount: vault.cash }]) {
    if (amount <= 0n) continue;
    // Another version holds something else: that is another withdrawal.
    const requestId = stepIds.ofChange(change.id, `withdraw/${version}/${assetId}`);
    await vaults.withdraw({ requestId, vaultId, assetId, amount }, call);
  }
}
