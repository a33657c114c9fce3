import { rebalanceCostBps, UNDERLYING, UNDERLYING_DECIMALS } from '@trimtab/strategy';
import type { Intent } from '../domain/intent.js';
import {
  budgetSpent,
  coolingDown,
  cooldownSince,
  windowSince,
  type EarlierRebalance,
} from '../domain/run-limits.js';
import type { Run, RunOutcome } from '../domain/run.js';
import type { Call } from './ports.js';
import type { RemoteServices } from './remote-ports.js';
import type { RunStore } from './run-ports.js';

/**
 * Whether the cooldown or the slippage budget of an intent turns a run into a no-op (intent rules,
 * triggers of a rebalance). They hold for every trigger, also for one by hand; only the settlement at
 * the end of an intent is free of them. Rebalances of the window whose cost is not known yet are asked
 * for; what it was is kept once they have ended.
 */
export type CheckRunLimits = (
  run: Run,
  intent: Intent,
  call: Call,
) => Promise<RunOutcome | undefined>;

/** What it needs. */
export interface RunLimitsDependencies {
  readonly runs: RunStore;
  readonly services: Pick<RemoteServices, 'orderGen' | 'oracle'>;
}

/** Creates the check. */
export function createCheckRunLimits(dependencies: RunLimitsDependencies): CheckRunLimits {
  const { runs } = dependencies;
  return async (run, { spec: { triggers } }, call) => {
    if (run.purpose === 'SETTLE') return undefined;
    // The time of the run, not of the attempt: a resumed run is judged as it was the first time.
    const now = run.createTime;
    const cooldown = cooldownSince(triggers, now);
    if (cooldown !== undefined) {
      const recent = await runs.rebalancesSince(run.intentId, cooldown);
      const limit = coolingDown(triggers, now, recent);
      if (limit !== undefined) return limit;
    }
    const window = windowSince(triggers, now);
    if (window === undefined) return undefined;
    let spentBps = 0;
    for (const rebalance of await runs.rebalancesSince(run.intentId, window)) {
      spentBps += rebalance.costBps ?? (await askCost(rebalance, call, dependencies));
    }
    return budgetSpent(triggers, spentBps);
  };
}

async function askCost(
  { runId, rebalanceId }: EarlierRebalance,
  call: Call,
  { runs, services: { orderGen, oracle } }: RunLimitsDependencies,
): Promise<number> {
  const rebalance = await orderGen.getRebalance(rebalanceId, call);
  const traded = rebalance.actions.filter(({ quantity }) => quantity > 0n);
  const assetIds = [...new Set(traded.map(({ assetId }) => assetId))];
  const assetDecimals = await oracle.decimalsOf([...assetIds, UNDERLYING], call);
  const costBps = rebalanceCostBps(rebalance, {
    assetDecimals,
    underlyingDecimals: UNDERLYING_DECIMALS,
  });
  if (rebalance.ended) await runs.keepCost(runId, costBps);
  return costBps;
}
