import { addMillis, type Clock, type Instant } from '@trimtab/core';
import { parseSeriesAssetId, type Series } from '@trimtab/option-index';
import { UNDERLYING } from '@trimtab/strategy';
import type { DerivedIds } from '../application/ports.js';
import type { IntentKeeper } from './intent-record.js';
import type { Journal } from './journal.js';
import { playRebalance, type RebalanceDependencies } from './played-rebalance.js';
import { spotOf } from './played-runs.js';
import type { PlayedVault } from './played-vault.js';

/** What the end of an intent needs. */
export interface EndDependencies extends RebalanceDependencies {
  readonly intent: IntentKeeper;
  readonly vault: PlayedVault;
  readonly journal: Journal;
  readonly derivedIds: DerivedIds;
  readonly clock: Clock;
  readonly settlementDelayMillis: number;
}

/** The worker that empties a closing vault (order generation rules, section 5). */
export interface EndIntent {
  /** Whether the vault is to be emptied now. */
  isDue(): boolean;
  /** Empties the vault and ends the intent, if that is due. */
  advance(): Promise<void>;
  /** When it can go on; absent: nothing is being ended. */
  nextTime(): Instant | undefined;
}

/**
 * Creates the worker: what is mature is settled once that is allowed, everything else is sold at
 * whatever price, the money and what is less than a lot go to the owner, and the vault is closed.
 */
export function createEndIntent(dependencies: EndDependencies): EndIntent {
  const { intent, vault, clock, derivedIds, settlementDelayMillis } = dependencies;
  const matured = (): readonly Series[] =>
    vault.view().positions.flatMap(({ assetId }) => {
      const half = parseSeriesAssetId(assetId);
      return half.ok && half.value.series.maturity <= clock.now() ? [half.value.series] : [];
    });
  const nextTime = (): Instant | undefined => {
    const { endReason, state } = intent.current();
    if (endReason === undefined || state !== 'ACTIVE') return undefined;
    return matured().reduce<Instant>((latest, { maturity }) => {
      const time = addMillis(maturity, settlementDelayMillis);
      return time > latest ? time : latest;
    }, clock.now());
  };
  const isDue = (): boolean => {
    const time = nextTime();
    return time !== undefined && time <= clock.now();
  };
  return {
    nextTime,
    isDue,
    advance: async () => {
      if (!isDue()) return;
      const { vaultId } = vault;
      for (const series of matured()) {
        const requestId = derivedIds.of('end', vaultId, String(series.maturity));
        await vault.settleSeries({ requestId, vaultId, series });
      }
      sellAll(dependencies);
      const { positions, cash } = vault.view();
      for (const { assetId, quantity } of positions) vault.withdraw(assetId, quantity);
      vault.withdraw(UNDERLYING, cash);
      vault.setMode('CLOSED');
      intent.finish('COMPLETED', intent.current().endReason ?? '', clock.now());
    },
  };
}

function sellAll(dependencies: EndDependencies): void {
  const { vault, journal, derivedIds, clock } = dependencies;
  if (vault.view().positions.length === 0) return;
  const rebalanceId = derivedIds.of('end', vault.vaultId, 'settle');
  const order = { rebalanceId, target: undefined, slippageLimitBps: 0, purpose: 'SETTLE' } as const;
  const rebalance = playRebalance(order, dependencies);
  if (rebalance === undefined) return;
  journal.runs.push({
    runId: derivedIds.of('run', rebalanceId),
    trigger: 'SETTLEMENT',
    purpose: 'SETTLE',
    outcome: 'REBALANCE',
    reason: '',
    message: '',
    rebalanceId,
    planHash: undefined,
    series: undefined,
    createTime: clock.now(),
    spot: spotOf(dependencies),
    rebalance,
  });
}
