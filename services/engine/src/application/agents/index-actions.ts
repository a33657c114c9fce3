import { addMillis, assertNever, type Instant } from '@trimtab/core';
import { heldAssetId, type RollCause } from '@trimtab/option-index';
import type { Target } from '@trimtab/strategy';
import { decimalIn } from '../../domain/decimal-in.js';
import type { IndexDecision, IndexState } from '../../domain/index-decision.js';
import { isMature } from '../../domain/matured.js';
import { dueNotice, isRoll, putOffNotice, stopLossNotice } from '../../domain/notices.js';
import { NOTHING_WAITS, putOff } from '../../domain/put-off.js';
import type { IndexRuntime, NextSeries } from '../../domain/runtime.js';
import { earliestAfter, rollTime, rollTrigger, wakeBand } from '../../domain/wake-band.js';
import type { AgentKind, Notice, TickResult } from '../../domain/work.js';
import type { AgentContext } from './agent-context.js';
import { hasMarketMaker } from './index-offer.js';
import type { Look } from './look.js';
import { backoffOf, tickTriggers } from './trigger-tick.js';

/** What acting on a decision needs. */
export interface IndexAct {
  readonly look: Look;
  readonly context: AgentContext;
  readonly index: IndexRuntime;
  readonly state: IndexState;
}

/** Does what was decided about an option index. Request ids derive from what is decided, so a repeated tick repeats them. */
export async function actOn(decision: IndexDecision, act: IndexAct): Promise<TickResult> {
  const { settings } = act.context;
  const { now } = act.look;
  const soon = addMillis(now, settings.pollMillis);
  switch (decision.kind) {
    case 'STOP':
      await tellOfStop(decision.reason, act);
      return end('stop-loss', decision.reason, act);
    case 'END':
      return end('natural-end', decision.reason, act);
    case 'HOLD':
      return hold(decision.notify, act);
    case 'AWAIT_SETTLEMENT':
      return {
        nextDueTime: addMillis(now, settings.driftIntervalMillis),
        ...told(decision.notify, act),
        wakeAgents: ['SETTLEMENT'],
      };
    case 'WAIT':
      return watched(act, [decision.until]);
    case 'CHOOSE':
      return {
        nextDueTime: soon,
        runtime: { index: { next: decision.next, retryTime: undefined } },
        wakeAgents: marketOf(act),
      };
    case 'AWAIT_MARKET':
      return { nextDueTime: soon };
    case 'PUT_OFF':
      return postponed(decision.next, decision.why, act);
    case 'BUY':
      return buy(decision.next, act);
    case 'NO_SERIES':
      throw new Error(decision.why);
    default:
      return assertNever(decision);
  }
}

/** Those who price and quote what was chosen. */
function marketOf({ look }: IndexAct): readonly AgentKind[] {
  return hasMarketMaker(look.intent) ? ['ORACLE', 'MARKET_MAKER'] : ['ORACLE'];
}

/** Told before the end begins: what ends is looked at no more. */
async function tellOfStop(reason: string, { look, context }: IndexAct): Promise<void> {
  const { ports, work } = context;
  await ports.intents.report({
    requestId: ports.derivedIds.of('stop-loss-notice', look.intent.id),
    work,
    releases: false,
    failed: false,
    nextDueTime: undefined,
    notices: [stopLossNotice(reason)],
  });
}

async function end(how: string, reason: string, { look, context }: IndexAct): Promise<TickResult> {
  const { ports, settings, work } = context;
  await ports.intents.complete({
    requestId: ports.derivedIds.of('complete', look.intent.id, how),
    intentId: look.intent.id,
    leaseToken: work.leaseToken,
    reason,
  });
  return { nextDueTime: addMillis(look.now, settings.idleMillis) };
}

async function hold(notify: RollCause | undefined, act: IndexAct): Promise<TickResult> {
  const { look, context, state } = act;
  const { runtime, notices } = told(notify, act);
  const { held, holdsHalf } = state;
  const isInvested = held !== undefined && holdsHalf;
  const triggered = isInvested
    ? await tickTriggers(look, context, {
        targets: [wholeOf(heldAssetId(look.intent.spec.type, held.series))],
        series: held.series,
      })
    : undefined;
  return {
    ...watched(act, [triggered?.nextDueTime]),
    runtime: { ...triggered?.runtime, ...runtime },
    notices,
  };
}

function wholeOf(assetId: string): Target {
  return { assetId, side: 'LONG', weightBps: 10_000, kappa: undefined, investible: true };
}

interface Told {
  readonly runtime: { readonly index?: Partial<IndexRuntime> };
  readonly notices: readonly Notice[];
}

/** Nothing waits any more; of a roll that nobody makes, the owner is told once. */
function told(notify: RollCause | undefined, { look, index, state }: IndexAct): Told {
  const { next, deferralCount, retryTime } = index;
  const waits = next !== undefined || deferralCount > 0 || retryTime !== undefined;
  const changes: Partial<IndexRuntime> = {
    ...(waits && NOTHING_WAITS),
    ...(notify !== undefined && { notified: notify }),
  };
  const { held } = state;
  return {
    runtime: Object.keys(changes).length === 0 ? {} : { index: changes },
    notices:
      notify === undefined || held === undefined
        ? []
        : [dueNotice(look.intent.spec.type, held.series, notify)],
  };
}

function postponed(next: NextSeries, why: string, act: IndexAct): TickResult {
  const { look, context, index } = act;
  const changes = putOff(index.deferralCount, look.now, backoffOf(context.settings));
  const isFirst = index.deferralCount === 0 && isRoll(next.trigger);
  return {
    ...watched(act, [changes.retryTime]),
    runtime: { index: changes },
    notices: isFirst ? [putOffNotice(look.intent.spec.type, next, why)] : [],
  };
}

async function buy(next: NextSeries, act: IndexAct): Promise<TickResult> {
  const { look, context } = act;
  const { ports, settings, work } = context;
  const { id, spec } = look.intent;
  const assetId = heldAssetId(spec.type, next.series);
  const run = await ports.intents.rebalance({
    requestId: ports.derivedIds.of('buy', id, assetId, next.time),
    intentId: id,
    trigger: next.trigger,
    leaseToken: work.leaseToken,
    series: next.series,
  });
  if (run.outcome === 'NO_OP' || run.outcome === 'REFUSED') {
    return postponed(next, `${run.reason}: ${run.message}`, act);
  }
  return { nextDueTime: addMillis(look.now, settings.pollMillis) };
}

/** Due again at some times, at the next roll by age, by the drift interval, or when the price leaves its band. */
function watched(act: IndexAct, times: readonly (Instant | undefined)[]): TickResult {
  const { look, context, state } = act;
  const { held, holdsHalf, spot, config } = state;
  const { settings } = context;
  const isOpen = held !== undefined && holdsHalf && !isMature(held.series, look.now);
  const age = isOpen ? rollTime(held.series, held.openTime, config.rollStrategy) : undefined;
  const drift = addMillis(look.now, settings.driftIntervalMillis);
  const trigger = isOpen
    ? rollTrigger(held.series, decimalIn(config.rebalanceThreshold))
    : undefined;
  return {
    nextDueTime: earliestAfter(look.now, [...times, age, drift]),
    ...wakeBand(spot, settings.driftMoveBps, trigger),
  };
}
