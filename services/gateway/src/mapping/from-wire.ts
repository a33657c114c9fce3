import type {
  Allocation,
  IntentConfig,
  IntentConstraints,
  IntentTemplate,
  NotificationSettings,
  DerivedParameters,
  StrategyIntent,
  Triggers,
  Violation,
} from '@trimtab/contracts/intent';
import { jsonPathOf } from '@trimtab/strategy';
import { ExactNumber } from '../json/write-json.js';
import {
  bandGoalWords,
  bandKindWords,
  channelWords,
  rollWords,
  sideWords,
  statusWords,
  typeWords,
} from '../schemas/words.js';
import { fromRuntime } from './from-runtime.js';

/** Plain data of an answer; absent fields are left out. */
export type Json = Readonly<Record<string, unknown>>;

/** An intent in the source's JSON, with fields of ours beside. */
export function fromIntent(intent: StrategyIntent): Json {
  const { collateral, allocation, triggers, runtime, derived } = intent;
  return {
    id: intent.intentId,
    owner: intent.owner,
    type: typeWords.fromWire(intent.type),
    status: statusWords.fromWire(intent.state),
    statusReason: set(intent.stateReason),
    ticker: intent.ticker,
    collateral: { asset: collateral?.assetId ?? '', amount: collateral?.amountDecimal ?? '' },
    config: intent.config && fromConfig(intent.config),
    constraints: intent.constraints && fromConstraints(intent.constraints),
    notifications: intent.notifications && fromNotifications(intent.notifications),
    allocation: allocation && fromAllocation(allocation),
    triggers: triggers && fromTriggers(triggers),
    vaultId: set(intent.vaultId),
    runtime: runtime && fromRuntime(runtime),
    derived: derived && fromDerived(derived),
    etag: intent.etag,
    createdAt: intent.createTime?.toISOString(),
    updatedAt: intent.updateTime?.toISOString(),
  };
}

/** A template. */
export function fromTemplate(template: IntentTemplate): Json {
  const { type, label, description, config, constraints, notifications, derived } = template;
  return {
    type: typeWords.fromWire(type),
    label,
    description,
    config: config && fromConfig(config),
    constraints: constraints && fromConstraints(constraints),
    notifications: notifications && fromNotifications(notifications),
    derived: derived && fromDerived(derived),
  };
}

/** A warning with the path of its field in the JSON. */
export function fromWarning({ field, rule, found, limit, message }: Violation): Json {
  return { field: jsonPathOf(field), rule, found, limit, message };
}

/** A text that is not empty. */
export function set(text: string): string | undefined {
  return text === '' ? undefined : text;
}

function fromConfig(config: IntentConfig): Json {
  return {
    strikeRatio: exact(config.strikeRatioDecimal),
    maturityDays: config.maturityDays,
    rebalanceThreshold: exact(config.rebalanceThresholdDecimal),
    autoRoll: config.autoRoll,
    rollStrategy: config.rollStrategy && rollWords.fromWire(config.rollStrategy),
  };
}

function exact(decimal: string | undefined): ExactNumber | undefined {
  return decimal === undefined ? undefined : new ExactNumber(decimal);
}

function fromConstraints({ maxCapitalDecimal, ...bps }: IntentConstraints): Json {
  return { ...bps, maxCapital: maxCapitalDecimal };
}

function fromNotifications({ channels, ...flags }: NotificationSettings): Json {
  return { ...flags, channels: channels.map((channel) => channelWords.fromWire(channel)) };
}

function fromDerived(derived: DerivedParameters): Json {
  return {
    expectedRollsPerYear: derived.expectedRollsPerYearCount,
    estimatedMaxAnnualCostBps: derived.estimatedMaxAnnualCostBps,
    isPaperOptimal: derived.paperOptimal,
  };
}

function fromAllocation({ kind }: Allocation): Json | undefined {
  switch (kind?.$case) {
    case undefined:
      return undefined;
    case 'index':
      return { index: {} };
    case 'targetWeights': {
      const { targets, policyId } = kind.value;
      const weights = targets.map(({ assetId, side, weightBps, kappaDecimal, investible }) => ({
        asset: assetId,
        side: sideWords.fromWire(side),
        weightBps,
        kappa: set(kappaDecimal),
        investible,
      }));
      return { targetWeights: { targets: weights, policyId: set(policyId) } };
    }
    case 'solver': {
      const { policyId, allowedStrategies, managerId } = kind.value;
      return { solver: { policyId, allowedStrategies, managerId: set(managerId) } };
    }
  }
}

function fromTriggers({ schedule, driftBand, cooldownSeconds, slippageBudget }: Triggers): Json {
  return {
    schedule,
    driftBand: driftBand && {
      kind: bandKindWords.fromWire(driftBand.kind),
      widthBps: driftBand.widthBps,
      goal: bandGoalWords.fromWire(driftBand.goal),
    },
    cooldownSeconds,
    slippageBudget,
  };
}
