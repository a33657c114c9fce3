import {
  StrategyIntent,
  UpdateIntentRequest,
  type Allocation,
  type IntentConfig,
  type IntentConstraints,
  type NotificationSettings,
  type Triggers,
} from '@trimtab/contracts/intent';
import {
  bandGoalWords,
  bandKindWords,
  channelWords,
  rollWords,
  sideWords,
  typeWords,
} from '../schemas/words.js';
import { bodyOf, type Body } from './body.js';

/** The message of a creation, from a body that has the form of its schema. */
export function toIntent(value: unknown): StrategyIntent {
  const body = bodyOf(value);
  const collateral = body.object('collateral');
  const [config, constraints] = [body.object('config'), body.object('constraints')];
  const notifications = body.object('notifications');
  const [allocation, triggers] = [body.object('allocation'), body.object('triggers')];
  return {
    ...emptyIntent(),
    type: typeWords.toWire(body.text('type') ?? ''),
    ticker: body.text('ticker') ?? '',
    collateral: collateral && {
      assetId: collateral.text('asset') ?? '',
      amountDecimal: collateral.decimal('amount') ?? '',
    },
    config: config && toConfig(config),
    constraints: constraints && toConstraints(constraints),
    notifications: notifications && toNotifications(notifications),
    allocation: allocation && toAllocation(allocation),
    triggers: triggers && toTriggers(triggers),
    vaultId: body.text('vaultId') ?? '',
  };
}

/** The message of a change, without ids and etag. */
export function toUpdate(value: unknown): UpdateIntentRequest {
  const body = bodyOf(value);
  const [config, constraints] = [body.object('config'), body.object('constraints')];
  const [notifications, triggers] = [body.object('notifications'), body.object('triggers')];
  return {
    ...emptyUpdate(),
    config: config && toConfig(config),
    constraints: constraints && toConstraints(constraints),
    notifications: notifications && toNotifications(notifications),
    triggers: triggers && toTriggers(triggers),
    updateMask: triggers && maskOf(triggers),
  };
}

function emptyIntent(): StrategyIntent {
  return StrategyIntent.decode(new Uint8Array());
}

function emptyUpdate(): UpdateIntentRequest {
  return UpdateIntentRequest.decode(new Uint8Array());
}

function toConfig(body: Body): IntentConfig {
  const rollStrategy = body.text('rollStrategy');
  return {
    strikeRatioDecimal: body.decimal('strikeRatio'),
    maturityDays: body.integer('maturityDays'),
    rebalanceThresholdDecimal: body.decimal('rebalanceThreshold'),
    autoRoll: body.flag('autoRoll'),
    rollStrategy: rollStrategy === undefined ? undefined : rollWords.toWire(rollStrategy),
  };
}

function toConstraints(body: Body): IntentConstraints {
  return {
    maxAnnualDriftBps: body.integer('maxAnnualDriftBps'),
    maxSlippagePerRollBps: body.integer('maxSlippagePerRollBps'),
    maxCapitalDecimal: body.decimal('maxCapital'),
    stopLossDriftBps: body.integer('stopLossDriftBps'),
  };
}

function toNotifications(body: Body): NotificationSettings {
  return {
    onRoll: body.flag('onRoll'),
    onThresholdBreach: body.flag('onThresholdBreach'),
    onStopLoss: body.flag('onStopLoss'),
    channels: body.texts('channels').map((channel) => channelWords.toWire(channel)),
  };
}

function toAllocation(body: Body): Allocation {
  const [weights, solver] = [body.object('targetWeights'), body.object('solver')];
  if (weights !== undefined) {
    const targets = weights.objects('targets').map((target) => ({
      assetId: target.text('asset') ?? '',
      side: sideWords.toWire(target.text('side') ?? ''),
      weightBps: target.integer('weightBps') ?? 0,
      kappaDecimal: target.decimal('kappa') ?? '',
      investible: target.flag('investible'),
      strategyId: '',
    }));
    const value = { targets, policyId: weights.text('policyId') ?? '' };
    return { kind: { $case: 'targetWeights', value } };
  }
  if (solver !== undefined) {
    const value = {
      policyId: solver.text('policyId') ?? '',
      allowedStrategies: [...solver.texts('allowedStrategies')],
      managerId: solver.text('managerId') ?? '',
    };
    return { kind: { $case: 'solver', value } };
  }
  return { kind: { $case: 'index', value: {} } };
}

function toTriggers(body: Body): Triggers {
  const [schedule, band] = [body.object('schedule'), body.object('driftBand')];
  const budget = body.object('slippageBudget');
  return {
    schedule: schedule && {
      cron: schedule.text('cron') ?? '',
      timeZone: schedule.text('timeZone') ?? '',
    },
    driftBand: band && {
      kind: bandKindWords.toWire(band.text('kind') ?? ''),
      widthBps: band.integer('widthBps') ?? 0,
      goal: bandGoalWords.toWire(band.text('goal') ?? ''),
    },
    cooldownSeconds: body.integer('cooldownSeconds'),
    slippageBudget: budget && {
      budgetBps: budget.integer('budgetBps') ?? 0,
      windowSeconds: budget.integer('windowSeconds') ?? 0,
    },
  };
}

const MASK_PATHS = [
  ['schedule', 'triggers.schedule'],
  ['driftBand', 'triggers.drift_band'],
  ['cooldownSeconds', 'triggers.cooldown_seconds'],
  ['slippageBudget', 'triggers.slippage_budget'],
] as const;

/** Every trigger that is stated is written: null removes it. */
function maskOf(body: Body): string[] {
  return MASK_PATHS.flatMap(([key, path]) => (body.has(key) ? [path] : []));
}
