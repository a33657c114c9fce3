import { addMillis } from '@trimtab/core';
import type { Series } from '@trimtab/option-index';
import type { Target } from '@trimtab/strategy';
import { driftedPosition } from '../../domain/drift-band.js';
import type { RunTrigger } from '../../domain/run.js';
import type { RuntimePatch } from '../../domain/runtime.js';
import { decideTrigger } from '../../domain/trigger-decision.js';
import { earliestAfter } from '../../domain/wake-band.js';
import type { TickResult } from '../../domain/work.js';
import { createMarket } from '../market.js';
import type { SolverPort } from '../ports.js';
import type { AgentContext } from './agent-context.js';
import type { Look } from './look.js';

/** What the triggers of an intent rebalance to. */
export interface Aim {
  /** Absent: nothing to compare with is known, and the drift band starts nothing. */
  readonly targets: readonly Target[] | undefined;
  /** The series that is held; the option index only. */
  readonly series?: Series;
}

/** Looks at the schedule and the drift band of an intent, and starts what is due. */
export async function tickTriggers(
  look: Look,
  context: AgentContext,
  aim: Aim,
): Promise<TickResult> {
  const { intent, runs, now } = look;
  const { ports, settings } = context;
  const { schedule, driftBand } = intent.spec.triggers;
  const followingTime = schedule && ports.calendar.next(schedule, now);
  const decision = decideTrigger({
    now,
    plannedTime: intent.runtime.nextScheduleTime,
    followingTime,
    hasSchedule: schedule !== undefined,
    isOutsideBand: await isOutsideBand(look, context, aim),
    lastRuns: runs,
    backoff: backoffOf(settings),
  });
  const runtime = patchOf(look, followingTime);
  const idle = driftBand === undefined ? settings.idleMillis : settings.driftIntervalMillis;
  const times = [followingTime, addMillis(now, idle)];
  switch (decision.kind) {
    case 'SCHEDULE':
      await start('SCHEDULE', decision.dueTime);
      return { nextDueTime: addMillis(now, settings.pollMillis), runtime };
    case 'DRIFT':
      await start('DRIFT', decision.previousRunId);
      return { nextDueTime: addMillis(now, settings.pollMillis), runtime };
    case 'WAIT':
      return { nextDueTime: earliestAfter(now, [...times, decision.until]), runtime };
    case 'HOLD':
      return { nextDueTime: earliestAfter(now, times), runtime };
  }

  async function start(trigger: RunTrigger, cause: string | number): Promise<void> {
    await ports.intents.rebalance({
      requestId: ports.derivedIds.of('trigger', intent.id, trigger, cause),
      intentId: intent.id,
      trigger,
      leaseToken: context.work.leaseToken,
      ...(aim.series !== undefined && { series: aim.series }),
    });
  }
}

/**
 * The targets of an intent: its own, or those of the last plan that the solver made for it. Before the
 * first plan there is nothing to drift from.
 */
export async function targetsOf(
  { intent, runs }: Look,
  solver: SolverPort,
): Promise<readonly Target[] | undefined> {
  const { allocation } = intent.spec;
  if (allocation.kind === 'targetWeights') return allocation.targets;
  const planHash = runs.find((run) => run.planHash !== undefined)?.planHash;
  return planHash === undefined ? undefined : solver.targets(planHash);
}

/** Backoff of what came to nothing. */
export function backoffOf(settings: AgentContext['settings']) {
  return { firstMillis: settings.firstDeferralMillis, maxMillis: settings.maxDeferralMillis };
}

async function isOutsideBand(
  { intent, vault, now }: Look,
  { ports, settings }: AgentContext,
  { targets }: Aim,
): Promise<boolean | undefined> {
  const { driftBand } = intent.spec.triggers;
  if (driftBand === undefined || targets === undefined) return undefined;
  const market = createMarket(ports.oracle, settings.volatilities);
  const assetIds = new Set(vault.positions.map(({ assetId }) => assetId));
  const prices = await market.pricesNow(assetIds, now);
  return driftedPosition(driftBand, vault, targets, prices) !== undefined;
}

/** What is written of an intent's runtime, as far as it changes. */
function patchOf({ intent, runs }: Look, followingTime: RuntimePatch['nextScheduleTime']) {
  const { runtime, spec } = intent;
  const lastRebalanceId = runs.find((run) => run.rebalanceId !== undefined)?.rebalanceId;
  const isIndex = spec.allocation.kind === 'index';
  return {
    ...(runtime.nextScheduleTime !== followingTime && { nextScheduleTime: followingTime }),
    // The books of the index are kept run by run.
    ...(!isIndex && runtime.lastRebalanceId !== lastRebalanceId && { lastRebalanceId }),
  } satisfies RuntimePatch;
}
