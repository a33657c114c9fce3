import type { RebalanceView } from './run.js';
import type { VaultView } from './vault.js';

/** What stops an intent (intent rules, position monitor). */

/**
 * The first thing that cannot be explained, as a sentence that says what was found: a rebalance that
 * broke an invariant, a vault whose books disagree, an action without a result.
 */
export function findingOf(
  vault: VaultView,
  rebalances: readonly RebalanceView[],
): string | undefined {
  return faultOf(rebalances) ?? freezeOf(vault) ?? stuckOf(rebalances);
}

function faultOf(rebalances: readonly RebalanceView[]): string | undefined {
  const faulted = rebalances.find(({ state }) => state === 'FAULTED');
  if (faulted === undefined) return undefined;
  const { rebalanceId, stateReason } = faulted;
  return `Invariant violation: rebalance ${rebalanceId} is FAULTED${because(stateReason)}`;
}

function freezeOf({ vaultId, frozen, freezeReason }: VaultView): string | undefined {
  return frozen ? `Ledger drift: vault ${vaultId} is frozen${because(freezeReason)}` : undefined;
}

function stuckOf(rebalances: readonly RebalanceView[]): string | undefined {
  const stuck = rebalances.find(({ stuckIndexes }) => stuckIndexes.length > 0);
  if (stuck === undefined) return undefined;
  const actions = stuck.stuckIndexes.join(', ');
  return `Stuck position: no result for action ${actions} of rebalance ${stuck.rebalanceId}`;
}

function because(reason: string): string {
  return reason === '' ? '' : `: ${reason}`;
}
