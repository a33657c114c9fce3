import { addMillis } from '@trimtab/core';
import { findingOf } from '../../domain/findings.js';
import type { RebalanceView } from '../../domain/run.js';
import type { VaultView } from '../../domain/vault.js';
import type { TickResult } from '../../domain/work.js';
import type { Agent } from '../ports.js';
import { intentOf, isLive, type AgentContext } from './agent-context.js';

/**
 * The agent of an intent that is always on, also while it is paused: what cannot be explained (a vault
 * whose books drifted, a faulted rebalance, an action without a result) moves the intent to ERROR with
 * what was found.
 */
export function createPositionMonitorAgent({ work, ports, settings }: AgentContext): Agent {
  const intentId = intentOf(work);
  const { intents, vaults, orderGen, derivedIds } = ports;
  return {
    tick: async (now): Promise<TickResult> => {
      const nextDueTime = addMillis(now, settings.monitorIntervalMillis);
      const intent = await intents.get(intentId);
      if (!isLive(intent)) return { nextDueTime: intent.activated ? undefined : nextDueTime };
      const vault = await vaults.get(intent.vaultId);
      const finding = findingOf(vault, await rebalancesOf(vault));
      if (finding === undefined) return { nextDueTime };
      await intents.fail({
        requestId: derivedIds.of('fail', intentId, finding),
        intentId,
        leaseToken: work.leaseToken,
        reason: finding.slice(0, MAX_REASON_LENGTH),
      });
      return { nextDueTime: undefined };
    },
  };

  /** The one that runs and the last one that was made. */
  async function rebalancesOf({ openRebalanceId }: VaultView): Promise<readonly RebalanceView[]> {
    const runs = await intents.lastRuns(intentId, LOOKED_AT_COUNT);
    const last = runs.find(({ rebalanceId }) => rebalanceId !== undefined)?.rebalanceId;
    const ids = new Set([openRebalanceId, last].filter((id) => id !== undefined));
    return Promise.all([...ids].map((id) => orderGen.get(id)));
  }
}

/** Runs that made no rebalance come between those that did. */
const LOOKED_AT_COUNT = 50;
/** What the intent service takes. */
const MAX_REASON_LENGTH = 500;
