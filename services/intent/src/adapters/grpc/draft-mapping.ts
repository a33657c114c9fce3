import type {
  Allocation,
  CreateIntentFromTemplateRequest,
  IntentConfig,
  IntentConstraints,
  IntentOverrides,
  NotificationSettings,
  StrategyIntent,
  Triggers,
} from '@trimtab/contracts/intent';
import type {
  AllocationDraft,
  ConfigDraft,
  ConstraintsDraft,
  IntentDraft,
  MergedTemplate,
  NotificationsDraft,
  TriggersDraft,
} from '@trimtab/strategy';
import {
  bandGoalWords,
  bandKindWords,
  channelWords,
  rollWords,
  sideWords,
  typeWords,
} from './enum-words.js';

/** An intent as it came in. Output only fields and a stated owner are ignored. */
export function toDraft(intent: StrategyIntent | undefined): IntentDraft {
  return {
    type: typeWords.draft(intent?.type),
    collateral: toCollateral(intent?.collateral),
    ticker: intent?.ticker,
    config: intent?.config && toConfig(intent.config),
    constraints: intent?.constraints && toConstraints(intent.constraints),
    notifications: intent?.notifications && toNotifications(intent.notifications),
    allocation: intent?.allocation && toAllocation(intent.allocation),
    triggers: intent?.triggers && toTriggers(intent.triggers),
    vaultId: intent?.vaultId ?? '',
  };
}

/** An intent of a template: its three parts come from the merge. */
export function toTemplateDraft(
  request: CreateIntentFromTemplateRequest,
  merged: MergedTemplate,
): IntentDraft {
  return {
    type: typeWords.draft(request.type),
    collateral: toCollateral(request.collateral),
    ticker: request.ticker,
    ...merged,
    allocation: request.allocation && toAllocation(request.allocation),
    triggers: request.triggers && toTriggers(request.triggers),
    vaultId: request.vaultId,
  };
}

/** Overrides as plain data: only what is set, and no channel means the template's. */
export function toOverrides(overrides: IntentOverrides | undefined): unknown {
  const { config, constraints, notifications } = overrides ?? {};
  return onlySet({
    config: config && onlySet({ ...toConfig(config) }),
    constraints: constraints && onlySet({ ...toConstraints(constraints) }),
    notifications:
      notifications &&
      onlySet({
        ...toNotifications(notifications),
        channels:
          notifications.channels.length === 0 ? undefined : toNotifications(notifications).channels,
      }),
  });
}

function toCollateral(collateral: StrategyIntent['collateral']): IntentDraft['collateral'] {
  return collateral && { asset: collateral.assetId, amount: collateral.amountDecimal };
}

/** Parameters as they came in. */
export function toConfig(config: IntentConfig): ConfigDraft {
  const { maturityDays, autoRoll, rollStrategy } = config;
  return {
    strikeRatio: config.strikeRatioDecimal,
    maturityDays,
    rebalanceThreshold: config.rebalanceThresholdDecimal,
    autoRoll,
    rollStrategy: rollWords.draft(rollStrategy),
  };
}

/** Limits as they came in. */
export function toConstraints(constraints: IntentConstraints): ConstraintsDraft {
  const { maxAnnualDriftBps, maxSlippagePerRollBps, stopLossDriftBps } = constraints;
  return {
    maxAnnualDriftBps,
    maxSlippagePerRollBps,
    maxCapital: constraints.maxCapitalDecimal,
    stopLossDriftBps,
  };
}

/** Preferences as they came in. */
export function toNotifications(notifications: NotificationSettings): NotificationsDraft {
  const { onRoll, onThresholdBreach, onStopLoss, channels } = notifications;
  return {
    onRoll,
    onThresholdBreach,
    onStopLoss,
    channels: channels.map((channel) => channelWords.draft(channel) ?? ''),
  };
}

function toAllocation({ kind }: Allocation): AllocationDraft {
  switch (kind?.$case) {
    case undefined:
      return { kind: 'unset' };
    case 'index':
      return { kind: 'index' };
    case 'targetWeights':
      return {
        kind: 'targetWeights',
        policyId: kind.value.policyId,
        targets: kind.value.targets.map(
          ({ assetId, side, weightBps, kappaDecimal, investible }) => ({
            assetId,
            side: sideWords.draft(side),
            weightBps,
            kappa: kappaDecimal,
            investible: investible ?? true,
          }),
        ),
      };
    case 'solver': {
      const { policyId, allowedStrategies, managerId } = kind.value;
      return { kind: 'solver', policyId, allowedStrategies, managerId };
    }
  }
}

/** Triggers as they came in. */
export function toTriggers(triggers: Triggers): TriggersDraft {
  const { schedule, driftBand, cooldownSeconds, slippageBudget } = triggers;
  return {
    schedule,
    driftBand: driftBand && {
      kind: bandKindWords.draft(driftBand.kind),
      widthBps: driftBand.widthBps,
      goal: bandGoalWords.draft(driftBand.goal),
    },
    cooldownSeconds,
    slippageBudget,
  };
}

function onlySet(record: Readonly<Record<string, unknown>>): unknown {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}
