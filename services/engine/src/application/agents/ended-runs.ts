import { addMillis } from '@trimtab/core';
import type { Decimal } from '@trimtab/decimal';
import { heldAssetId, seriesId, type Series } from '@trimtab/option-index';
import {
  accountRuns,
  type Accounting,
  type Books,
  type EndedRun,
} from '../../domain/account-runs.js';
import { longQuantity } from '../../domain/holdings.js';
import { isMature } from '../../domain/matured.js';
import type { IndexRuntime, RuntimePatch } from '../../domain/runtime.js';
import type { Restart } from '../../domain/index-value.js';
import type { TickResult } from '../../domain/work.js';
import type { Market } from '../market.js';
import type { OrderGenPort } from '../ports.js';
import { baseOf, type AgentContext } from './agent-context.js';
import type { Look } from './look.js';
import { backoffOf } from './trigger-tick.js';

/** An index of which nothing is known yet. */
export const NO_INDEX: IndexRuntime = {
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

/**
 * Accounts for the rebalances that ended since the last look.
 *
 * @returns what is written of them; absent if there are none
 */
export async function accountEnded(
  look: Look,
  { ports, settings }: AgentContext,
  market: Market,
  restart: Restart | undefined,
): Promise<TickResult | undefined> {
  const { intent, vault, now } = look;
  const { spec, runtime } = intent;
  const ended = await endedRuns(look, ports.orderGen, market);
  const soon = addMillis(now, settings.pollMillis);
  // One of them goes on: the vault was looked at before it was made.
  if (ended === undefined) return { nextDueTime: soon };
  if (ended.length === 0) return undefined;
  const before = booksOf(runtime, runtime.index ?? NO_INDEX);
  const settlementSpots = await settlementSpotsOf(before, market, look);
  const accounting: Accounting = {
    type: spec.type,
    volatilities: settings.volatilities,
    backoff: backoffOf(settings),
    holds: (series) => longQuantity(vault, heldAssetId(spec.type, series)) > 0n,
    settlementSpot: (series) => settlementSpots.get(seriesId(series)),
    restart,
  };
  const { books, notices, entered } = accountRuns(before, ended, accounting);
  return {
    nextDueTime: soon,
    runtime: patchOf(books),
    notices,
    wakeAgents: entered ? ['POOL', 'SETTLEMENT'] : ['POOL'],
  };
}

/** The rebalances that were not accounted for, with their runs; absent while one of them goes on. */
async function endedRuns(
  { intent, runs }: Look,
  orderGen: OrderGenPort,
  market: Market,
): Promise<readonly EndedRun[] | undefined> {
  const last = intent.runtime.lastRebalanceId;
  const place = last === undefined ? -1 : runs.findIndex(({ rebalanceId }) => rebalanceId === last);
  const recent = place < 0 ? runs : runs.slice(0, place);
  const base = baseOf(intent.spec.ticker);
  const ended: EndedRun[] = [];
  for (const run of recent) {
    if (run.rebalanceId === undefined) continue;
    const rebalance = await orderGen.get(run.rebalanceId);
    const { endTime } = rebalance;
    if (endTime === undefined) return undefined;
    ended.push({ run, rebalance, endTime, spot: await market.spotAt(base, endTime) });
  }
  return ended;
}

async function settlementSpotsOf(
  books: Books,
  market: Market,
  { now }: Look,
): Promise<ReadonlyMap<string, Decimal>> {
  const series: Series | undefined = books.held?.series;
  if (series === undefined || !isMature(series, now)) return new Map();
  return new Map([[seriesId(series), await market.settlementSpot(series)]]);
}

function booksOf(runtime: Look['intent']['runtime'], index: IndexRuntime): Books {
  const { totalRolls, totalCostBps, lastRollAt, lastRollCostBps, lastRebalanceId } = runtime;
  const { held, next, notified, deferralCount, retryTime } = index;
  return {
    ...{ totalRolls, totalCostBps, lastRollAt, lastRollCostBps, lastRebalanceId },
    ...{ held, next, notified, deferralCount, retryTime },
  };
}

function patchOf(books: Books): RuntimePatch {
  const { totalRolls, totalCostBps, lastRollAt, lastRollCostBps, lastRebalanceId } = books;
  const { held, next, notified, deferralCount, retryTime } = books;
  return {
    ...{ totalRolls, totalCostBps, lastRollAt, lastRollCostBps, lastRebalanceId },
    index: { held, next, notified, deferralCount, retryTime },
  };
}
