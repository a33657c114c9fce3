import { addMillis, type Instant } from '@trimtab/core';
import { heldAssetId } from '@trimtab/option-index';
import { longQuantity } from '../../domain/holdings.js';
import { isMature } from '../../domain/matured.js';
import type { RunView } from '../../domain/run.js';

import { hasRawCollateral } from '../../domain/swap.js';
import type { VaultView } from '../../domain/vault.js';
import type { TickResult } from '../../domain/work.js';
import type { Agent } from '../ports.js';
import { intentOf, isLive, type AgentContext, type LiveIntent } from './agent-context.js';

/**
 * The agent of an intent that has raw collateral swapped: what the vault holds of it, and the allocation
 * has no place for, is sold by a run of the pipeline. It is woken by deposits.
 */
export function createSwapTakerAgent({ work, ports, settings }: AgentContext): Agent {
  const intentId = intentOf(work);
  const { intents, oracle, vaults, derivedIds } = ports;
  const { pollMillis, idleMillis } = settings;
  return {
    tick: async (now): Promise<TickResult> => {
      const soon: TickResult = { nextDueTime: addMillis(now, pollMillis) };
      const idle: TickResult = { nextDueTime: addMillis(now, idleMillis) };
      const intent = await intents.get(intentId);
      if (!intent.activated) return soon;
      // Resuming wakes it.
      if (!isLive(intent) || intent.state === 'PAUSED') return { nextDueTime: undefined };
      const vault = await vaults.get(intent.vaultId);
      if (vault.mode !== 'OPEN' || vault.frozen) return idle;
      const [latest] = await intents.lastRuns(intentId, 1);
      if (vault.openRebalanceId !== undefined || latest?.outcome === 'RUNNING') return soon;
      if (!(await hasToSwap(intent, vault))) {
        const isNews = latest?.trigger === 'COLLATERAL' && !isAccounted(intent, latest);
        return isNews ? { ...idle, wakeAgents: ['REBALANCE'] } : idle;
      }
      // A swap that came to nothing is tried again, but not at once.
      const retryTime = latest && retryTimeOf(latest);
      if (retryTime !== undefined && now < retryTime) return { nextDueTime: retryTime };
      await swap(intent, vault, { latest, now });
      return soon;
    },
  };

  function retryTimeOf({ trigger, outcome, createTime }: RunView): Instant | undefined {
    const isInVain = trigger === 'COLLATERAL' && outcome !== 'REBALANCE';
    return isInVain ? addMillis(createTime, idleMillis) : undefined;
  }

  /** Whether the rebalance agent knows what a run did. */
  function isAccounted({ runtime }: LiveIntent, { rebalanceId }: RunView): boolean {
    return rebalanceId === undefined || rebalanceId === runtime.lastRebalanceId;
  }

  async function hasToSwap({ spec }: LiveIntent, vault: VaultView): Promise<boolean> {
    const terms = await oracle.asset(spec.collateral.asset);
    return terms !== undefined && hasRawCollateral(spec, vault, terms);
  }

  function swap(
    { spec, runtime }: LiveIntent,
    vault: VaultView,
    { latest, now }: { readonly latest: RunView | undefined; readonly now: Instant },
  ): Promise<RunView> {
    const series = runtime.index?.held?.series;
    const isHeld =
      series !== undefined &&
      !isMature(series, now) &&
      longQuantity(vault, heldAssetId(spec.type, series)) > 0n;
    return intents.rebalance({
      requestId: derivedIds.of('swap', intentId, latest?.runId ?? 'first'),
      intentId,
      trigger: 'COLLATERAL',
      leaseToken: work.leaseToken,
      ...(isHeld && { series }),
    });
  }
}
