import { addMillis, type Instant } from '@trimtab/core';
import { seriesId } from '@trimtab/option-index';
import { isMature, seriesIn } from '../../domain/matured.js';
import type { VaultView } from '../../domain/vault.js';
import { earliestAfter } from '../../domain/wake-band.js';
import type { TickResult } from '../../domain/work.js';
import type { Agent } from '../ports.js';
import { intentOf, isLive, type AgentContext, type LiveIntent } from './agent-context.js';

/**
 * The agent of an intent that settles matured series: each half that the vault holds is paid once the
 * settlement delay has passed since its maturity, also while the intent is paused. Its next due time is
 * the next settlement; without one it sleeps until a series is bought.
 */
export function createSettlementAgent({ work, ports, settings }: AgentContext): Agent {
  const intentId = intentOf(work);
  const { intents, vaults, derivedIds } = ports;
  const { settlementDelayMillis, pollMillis, idleMillis } = settings;
  return {
    tick: async (now): Promise<TickResult> => {
      const intent = await intents.get(intentId);
      if (!isLive(intent)) return asleepUntil(intent.activated ? undefined : pollMillis, now);
      const vault = await vaults.get(intent.vaultId);
      if (vault.mode === 'CLOSED') return { nextDueTime: undefined };
      if (vault.frozen) return asleepUntil(idleMillis, now);
      const payable = seriesIn(vault).filter((series) => payTime(series) <= now);
      // A run may hold the vault for a while; what it sells needs no settlement.
      if (payable.length > 0 && vault.openRebalanceId !== undefined) {
        return asleepUntil(pollMillis, now);
      }
      for (const series of payable) {
        const requestId = derivedIds.of('settle', intentId, seriesId(series), vault.version);
        await vaults.settleSeries({ requestId, vaultId: vault.vaultId, series });
      }
      const nextDueTime = nextPayTime(vault, now);
      // Also by a tick that was cut off after it: then nobody was told yet.
      const isSettled = payable.length > 0 || wasSettled(intent, vault, now);
      return isSettled ? { nextDueTime, wakeAgents: ['POOL', 'REBALANCE'] } : { nextDueTime };
    },
  };

  /** Whether the books say that a matured series is held and the vault holds none of it. */
  function wasSettled({ runtime }: LiveIntent, vault: VaultView, now: Instant): boolean {
    const series = runtime.index?.held?.series;
    if (series === undefined || !isMature(series, now)) return false;
    return !seriesIn(vault).some((one) => seriesId(one) === seriesId(series));
  }

  function payTime({ maturity }: { readonly maturity: Instant }): Instant {
    return addMillis(maturity, settlementDelayMillis);
  }

  function nextPayTime(vault: VaultView, now: Instant): Instant | undefined {
    return earliestAfter(now, seriesIn(vault).map(payTime));
  }
}

function asleepUntil(millis: number | undefined, now: Instant): TickResult {
  return { nextDueTime: millis === undefined ? undefined : addMillis(now, millis) };
}
