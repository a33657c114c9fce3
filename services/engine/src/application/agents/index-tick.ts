import { addMillis } from '@trimtab/core';
import { bpsOf, DECIMAL_ONE, type Decimal } from '@trimtab/decimal';
import { heldAssetId, isThresholdBreach } from '@trimtab/option-index';
import { longQuantity } from '../../domain/holdings.js';
import { decideIndex, type IndexState } from '../../domain/index-decision.js';
import { indexAt, linkValueOf, yearlyDriftBps, type Restart } from '../../domain/index-value.js';
import { isMature } from '../../domain/matured.js';
import { breachNotice } from '../../domain/notices.js';
import type { HeldSeries, IndexRuntime } from '../../domain/runtime.js';
import { navOf } from '../../domain/valuation.js';
import type { TickResult } from '../../domain/work.js';
import { createMarket, type Market } from '../market.js';
import { baseOf, type AgentContext } from './agent-context.js';
import { accountEnded, NO_INDEX } from './ended-runs.js';
import { actOn } from './index-actions.js';
import { offerOf } from './index-offer.js';
import type { Look } from './look.js';

/** Polls that the quotes of a priced series are waited for. */
const QUOTE_POLLS = 5;

/**
 * One look at the option index of an intent: what ended is accounted for, then flows, then drift, then
 * one decision. Each step that changes what is known is reported before the next one goes on from it.
 */
export async function tickIndex(look: Look, context: AgentContext): Promise<TickResult> {
  const { intent, vault, now } = look;
  const { ports, settings } = context;
  const market = createMarket(ports.oracle, settings.volatilities);
  const index = intent.runtime.index ?? NO_INDEX;
  const restart = await restartOf(index, look, context, market);
  const accounted = await accountEnded(look, context, market, restart);
  if (accounted !== undefined) return accounted;
  if (intent.runtime.index === undefined || index.vaultVersion !== vault.version) {
    // The pool accounts for deposits and withdrawals, and wakes this agent.
    const nextDueTime = addMillis(now, settings.driftIntervalMillis);
    return { nextDueTime, wakeAgents: ['POOL'] };
  }
  const spot = await market.healthySpot(baseOf(intent.spec.ticker));
  if (spot === undefined) return { nextDueTime: addMillis(now, settings.oracleIntervalMillis) };
  const state = await stateOf(look, context, { index, spot, restart, market });
  const acted = await actOn(decideIndex(state), { look, context, index, state });
  return withDrift(acted, look, state.driftBps);
}

/** What the drift is now, and a word to the owner when it crosses its limit. */
function withDrift(result: TickResult, { intent }: Look, driftBps: number): TickResult {
  const before = intent.runtime.currentDriftBps;
  if (driftBps === before) return result;
  const { maxAnnualDriftBps } = intent.spec.constraints;
  const crosses =
    isThresholdBreach(driftBps, maxAnnualDriftBps) && !isThresholdBreach(before, maxAnnualDriftBps);
  const notices = crosses ? [breachNotice(driftBps, maxAnnualDriftBps)] : [];
  return {
    ...result,
    runtime: { ...result.runtime, currentDriftBps: driftBps },
    notices: [...notices, ...(result.notices ?? [])],
  };
}

interface Seen {
  readonly index: IndexRuntime;
  readonly spot: Decimal;
  readonly restart: Restart | undefined;
  readonly market: Market;
}

async function stateOf(look: Look, context: AgentContext, seen: Seen): Promise<IndexState> {
  const { intent, vault, now } = look;
  const { spec, runtime } = intent;
  const { settings } = context;
  const { index, spot, market } = seen;
  const assetIds = new Set(vault.positions.map(({ assetId }) => assetId));
  const nav = navOf(vault, await market.pricesNow(assetIds, now));
  const held = referenceOf(index, look);
  return {
    now,
    base: baseOf(spec.ticker),
    spot,
    config: spec.config,
    constraints: spec.constraints,
    driftBps: yearlyDriftBps({
      nav,
      issuedUnits: index.issuedUnits,
      firstUnitTime: index.firstUnitTime,
      index: held === undefined ? DECIMAL_ONE : await indexNow(held, look, context, seen),
      now,
      maturityDays: spec.config.maturityDays,
    }),
    held,
    holdsHalf: held !== undefined && holds(held, look),
    hasIdleCash: vault.cash > 0n && vault.cash >= bpsOf(nav, settings.idleCashBps),
    notified: index.notified,
    next: index.next,
    offer: index.next && (await offerOf(look, context, index.next)),
    lastRollAt: runtime.lastRollAt,
    retryTime: index.retryTime,
    limits: {
      minimumRollIntervalMillis: settings.minimumRollIntervalMillis,
      quotePatienceMillis: QUOTE_POLLS * settings.pollMillis,
      pricePatienceMillis: settings.firstDeferralMillis,
    },
  };
}

async function indexNow(
  held: HeldSeries,
  { now }: Look,
  { settings }: AgentContext,
  { spot, restart, market }: Seen,
): Promise<Decimal> {
  if (held.linkValue === undefined) return DECIMAL_ONE;
  const at = isMature(held.series, now) ? await market.settlementSpot(held.series) : spot;
  const { volatilities } = settings;
  return indexAt(held, { spot: at, time: now, volatilities }, restart);
}

/** The series that the index goes on from: none once the owner took everything out of it. */
function referenceOf({ held, firstUnitTime }: IndexRuntime, look: Look): HeldSeries | undefined {
  if (held === undefined || holds(held, look)) return held;
  return firstUnitTime === undefined || firstUnitTime > held.openTime ? undefined : held;
}

function holds({ series }: HeldSeries, { intent, vault }: Look): boolean {
  return longQuantity(vault, heldAssetId(intent.spec.type, series)) > 0n;
}

/** Units that were issued anew while N was held start its index anew. */
async function restartOf(
  { held, firstUnitTime }: IndexRuntime,
  { intent }: Look,
  { settings }: AgentContext,
  market: Market,
): Promise<Restart | undefined> {
  if (held?.linkValue === undefined || firstUnitTime === undefined) return undefined;
  if (firstUnitTime <= held.openTime) return undefined;
  const spot = await market.spotAt(baseOf(intent.spec.ticker), firstUnitTime);
  const { volatilities } = settings;
  const linkValue = linkValueOf(held.series, { spot, time: firstUnitTime, volatilities });
  return { time: firstUnitTime, linkValue };
}
