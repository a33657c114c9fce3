import type {
  Allocation as WireAllocation,
  DueWork,
  IndexRuntime as WireIndex,
  IntentRuntime,
  Run,
  StrategyIntent,
  Triggers as WireTriggers,
} from '@trimtab/contracts/intent';
import { ActivationStep, RunTrigger } from '@trimtab/contracts/intent';
import { instant, invariant, present } from '@trimtab/core';
import { safeNumber } from '@trimtab/decimal';
import {
  COLLATERAL_ASSETS,
  type Allocation,
  type IntentSpec,
  type Triggers,
} from '@trimtab/strategy';
import type { IntentView } from '../../domain/intent-view.js';
import type { RunView } from '../../domain/run.js';
import type {
  BuyTrigger,
  HeldSeries,
  IndexRuntime,
  NextSeries,
  Runtime,
} from '../../domain/runtime.js';
import type { Work } from '../../domain/work.js';
import { targetOf } from './target-mapping.js';
import { decimal, maybeDecimal, maybeSeries, maybeText, maybeTime } from './values.js';
import {
  agentWords,
  bandGoalWords,
  bandKindWords,
  channelWords,
  intentStateWords,
  outcomeWords,
  purposeWords,
  rollWords,
  triggerWords,
  typeWords,
} from './words.js';

/** An intent, as the intent service answers it: complete and valid. */
export function toIntentView(intent: StrategyIntent): IntentView {
  const runtime = present(intent.runtime, 'an intent has a runtime');
  return {
    id: intent.intentId,
    owner: intent.owner,
    state: intentStateWords.fromWire(intent.state),
    activated: runtime.activationStep === ActivationStep.ACTIVATION_STEP_ACTIVATED,
    spec: toSpec(intent),
    vaultId: maybeText(intent.vaultId),
    runtime: toRuntime(runtime),
    createTime: instant(present(intent.createTime, 'an intent has a create time').getTime()),
  };
}

/** Work as it is claimed. */
export function toWork(work: DueWork): Work {
  const { workId, instanceKey, leaseToken, attemptCount, intentIds } = work;
  return {
    workId,
    kind: agentWords.fromWire(work.agentKind),
    instanceKey,
    intentId: maybeText(work.intentId),
    dueTime: instant(present(work.dueTime, 'work has a due time').getTime()),
    leaseToken,
    leaseExpireTime: instant(present(work.leaseExpireTime, 'a lease has an end').getTime()),
    attemptCount,
    intentIds,
  };
}

/** A run of the pipeline. */
export function toRunView(run: Run): RunView {
  return {
    runId: run.runId,
    trigger: triggerWords.fromWire(run.trigger),
    purpose: purposeWords.fromWire(run.purpose),
    outcome: outcomeWords.fromWire(run.outcome),
    reason: run.reason,
    message: run.message,
    rebalanceId: maybeText(run.rebalanceId),
    planHash: maybeText(run.planHash),
    series: maybeSeries(run.seriesId),
    createTime: instant(present(run.createTime, 'a run has a create time').getTime()),
  };
}

function toSpec(intent: StrategyIntent): IntentSpec {
  const collateral = present(intent.collateral, 'an intent has collateral');
  const config = present(intent.config, 'an intent has a config');
  const constraints = present(intent.constraints, 'an intent has constraints');
  const notifications = present(intent.notifications, 'an intent has notifications');
  const asset = COLLATERAL_ASSETS.find((known) => known === collateral.assetId);
  return {
    type: typeWords.fromWire(intent.type),
    collateral: {
      asset: present(asset, `collateral is a known asset, found ${collateral.assetId}`),
      amount: collateral.amountDecimal,
    },
    ticker: intent.ticker,
    config: {
      strikeRatio: given('strike_ratio_decimal', config.strikeRatioDecimal),
      maturityDays: given('maturity_days', config.maturityDays),
      rebalanceThreshold: given('rebalance_threshold_decimal', config.rebalanceThresholdDecimal),
      autoRoll: given('auto_roll', config.autoRoll),
      rollStrategy: rollWords.fromWire(given('roll_strategy', config.rollStrategy)),
    },
    constraints: {
      maxAnnualDriftBps: given('max_annual_drift_bps', constraints.maxAnnualDriftBps),
      maxSlippagePerRollBps: given('max_slippage_per_roll_bps', constraints.maxSlippagePerRollBps),
      maxCapital: given('max_capital_decimal', constraints.maxCapitalDecimal),
      stopLossDriftBps: given('stop_loss_drift_bps', constraints.stopLossDriftBps),
    },
    notifications: {
      onRoll: given('on_roll', notifications.onRoll),
      onThresholdBreach: given('on_threshold_breach', notifications.onThresholdBreach),
      onStopLoss: given('on_stop_loss', notifications.onStopLoss),
      channels: notifications.channels.map((channel) => channelWords.fromWire(channel)),
    },
    allocation: toAllocation(intent.allocation),
    triggers: toTriggers(intent.triggers),
  };
}

function given<T>(field: string, value: T | undefined): T {
  return present(value, `an intent has every field, ${field} was absent`);
}

/** Absent means the option index. */
function toAllocation(allocation: WireAllocation | undefined): Allocation {
  const kind = allocation?.kind;
  switch (kind?.$case) {
    case undefined:
    case 'index':
      return { kind: 'index' };
    case 'targetWeights': {
      const { targets, policyId } = kind.value;
      return {
        kind: 'targetWeights',
        targets: targets.map(targetOf),
        policyId: maybeText(policyId),
      };
    }
    case 'solver': {
      const { policyId, allowedStrategies, managerId } = kind.value;
      return { kind: 'solver', policyId, allowedStrategies, managerId: maybeText(managerId) };
    }
  }
}

function toTriggers(triggers: WireTriggers | undefined): Triggers {
  const { schedule, driftBand, cooldownSeconds, slippageBudget } = triggers ?? {};
  return {
    schedule: schedule && { cron: schedule.cron, timeZone: schedule.timeZone },
    driftBand: driftBand && {
      kind: bandKindWords.fromWire(driftBand.kind),
      widthBps: driftBand.widthBps,
      goal: bandGoalWords.fromWire(driftBand.goal),
    },
    cooldownSeconds,
    slippageBudget,
  };
}

function toRuntime(runtime: IntentRuntime): Runtime {
  return {
    currentDriftBps: runtime.currentDriftBps,
    totalRolls: runtime.rollCount,
    totalCostBps: runtime.totalCostBps,
    lastRollAt: maybeTime(runtime.lastRollTime),
    lastRollCostBps: runtime.lastRollCostBps,
    lastRebalanceId: maybeText(runtime.lastRebalanceId),
    lastError: runtime.lastError,
    index: runtime.index && toIndex(runtime.index),
    nextScheduleTime: maybeTime(runtime.nextScheduleTime),
  };
}

function toIndex(index: WireIndex): IndexRuntime {
  const notified = index.notifiedTrigger;
  return {
    held: toHeld(index),
    next: toNext(index),
    issuedUnits: BigInt(index.issuedUnits === '' ? '0' : index.issuedUnits),
    firstUnitTime: maybeTime(index.firstUnitTime),
    ledgerSequence: safeNumber(index.ledgerSequence),
    vaultVersion: safeNumber(index.vaultVersion),
    notified:
      notified === RunTrigger.RUN_TRIGGER_UNSPECIFIED
        ? undefined
        : notifiedOf(triggerWords.fromWire(notified)),
    deferralCount: index.deferralCount,
    retryTime: maybeTime(index.retryTime),
  };
}

function toHeld(index: WireIndex): HeldSeries | undefined {
  const held = maybeSeries(index.seriesId);
  if (held === undefined) return undefined;
  return {
    series: held,
    openTime: instant(present(index.openTime, 'a held series has an open time').getTime()),
    index: decimal(index.indexDecimal),
    linkValue: maybeDecimal(index.linkValueDecimal),
  };
}

function toNext(index: WireIndex): NextSeries | undefined {
  const next = maybeSeries(index.nextSeriesId);
  if (next === undefined) return undefined;
  return {
    series: next,
    trigger: buyTriggerOf(triggerWords.fromWire(index.nextTrigger)),
    time: instant(present(index.nextTime, 'a next series has a time').getTime()),
  };
}

function buyTriggerOf(trigger: RunView['trigger']): BuyTrigger {
  if (trigger === 'OPENING') return trigger;
  return notifiedOf(trigger);
}

function notifiedOf(trigger: RunView['trigger']): 'PRICE' | 'MATURITY' {
  const known = trigger === 'PRICE' || trigger === 'MATURITY';
  invariant(known, `the engine keeps PRICE or MATURITY of a series, found ${trigger}`);
  return trigger;
}
