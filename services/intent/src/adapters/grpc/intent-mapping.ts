import type {
  Allocation as WireAllocation,
  DerivedParameters,
  IntentConfig,
  IntentConstraints,
  IntentRuntime,
  IntentTemplate,
  NotificationSettings,
  StrategyIntent,
  Triggers as WireTriggers,
  ValidationResult,
} from '@trimtab/contracts/intent';
import {
  type Allocation,
  type Config,
  type Constraints,
  derive,
  type Derived,
  type Notifications,
  type Template,
  type Triggers,
  type Validation,
  type Violation,
} from '@trimtab/strategy';
import { intentEtag } from '../../domain/etag.js';
import type { Intent } from '../../domain/intent.js';
import { fromIndexRuntime } from './index-runtime-mapping.js';
import {
  bandGoalWords,
  bandKindWords,
  channelWords,
  rollWords,
  sideWords,
  stateWords,
  stepWords,
  typeWords,
} from './enum-words.js';

/** An intent on the wire. */
export function fromIntent(intent: Intent): StrategyIntent {
  const { spec } = intent;
  return {
    intentId: intent.id,
    owner: intent.owner,
    type: typeWords.toWire[spec.type],
    state: stateWords.toWire[intent.state],
    stateReason: intent.stateReason,
    collateral: { assetId: spec.collateral.asset, amountDecimal: spec.collateral.amount },
    ticker: spec.ticker,
    config: fromConfig(spec.config),
    constraints: fromConstraints(spec.constraints),
    notifications: fromNotifications(spec.notifications),
    allocation: fromAllocation(spec.allocation),
    triggers: fromTriggers(spec.triggers),
    vaultId: intent.vaultId ?? '',
    runtime: runtimeOf(intent),
    derived: fromDerived(derive(spec.config, spec.constraints)),
    etag: intentEtag(intent),
    createTime: new Date(intent.createTime),
    updateTime: new Date(intent.updateTime),
  };
}

/** A template on the wire. */
export function fromTemplate(template: Template): IntentTemplate {
  const { type, label, description, config, constraints, notifications } = template;
  return {
    type: typeWords.toWire[type],
    label,
    description,
    config: fromConfig(config),
    constraints: fromConstraints(constraints),
    notifications: fromNotifications(notifications),
    derived: fromDerived(derive(config, constraints)),
  };
}

/** What the validation found, on the wire. */
export function fromValidation({ valid, errors, warnings }: Validation): ValidationResult {
  return { valid, errors: errors.map(fromViolation), warnings: warnings.map(fromViolation) };
}

/** A violation on the wire. */
export function fromViolation({ field, rule, found, limit, message }: Violation) {
  return { field, rule, found, limit, message };
}

/** Derived figures on the wire. */
export function fromDerived(derived: Derived): DerivedParameters {
  return {
    expectedRollsPerYearCount: derived.expectedRollsPerYear,
    estimatedMaxAnnualCostBps: derived.estimatedMaxAnnualCostBps,
    paperOptimal: derived.isPaperOptimal,
  };
}

/** What the engine keeps, with what the service knows of vault and activation. */
function runtimeOf({ vaultId, activationStep, runtime }: Intent): IntentRuntime {
  const { lastRollAt, nextScheduleTime } = runtime;
  return {
    vaultIds: vaultId === undefined ? [] : [vaultId],
    currentDriftBps: runtime.currentDriftBps,
    rollCount: runtime.totalRolls,
    totalCostBps: runtime.totalCostBps,
    lastRollTime: lastRollAt === undefined ? undefined : new Date(lastRollAt),
    lastRollCostBps: runtime.lastRollCostBps,
    lastRebalanceId: runtime.lastRebalanceId ?? '',
    activationStep: stepWords.toWire[activationStep],
    lastError: runtime.lastError,
    index: runtime.index && fromIndexRuntime(runtime.index),
    nextScheduleTime: nextScheduleTime === undefined ? undefined : new Date(nextScheduleTime),
  };
}

function fromConfig(config: Config): IntentConfig {
  const { strikeRatio, maturityDays, rebalanceThreshold, autoRoll, rollStrategy } = config;
  return {
    strikeRatioDecimal: strikeRatio,
    maturityDays,
    rebalanceThresholdDecimal: rebalanceThreshold,
    autoRoll,
    rollStrategy: rollWords.toWire[rollStrategy],
  };
}

function fromConstraints({ maxCapital, ...bps }: Constraints): IntentConstraints {
  return { ...bps, maxCapitalDecimal: maxCapital };
}

function fromNotifications({ channels, ...flags }: Notifications): NotificationSettings {
  return { ...flags, channels: channels.map((channel) => channelWords.toWire[channel]) };
}

function fromAllocation(allocation: Allocation): WireAllocation {
  switch (allocation.kind) {
    case 'index':
      return { kind: { $case: 'index', value: {} } };
    case 'targetWeights': {
      const targets = allocation.targets.map(({ side, kappa, ...target }) => ({
        ...target,
        side: sideWords.toWire[side],
        kappaDecimal: kappa ?? '',
        strategyId: '',
      }));
      const value = { targets, policyId: allocation.policyId ?? '' };
      return { kind: { $case: 'targetWeights', value } };
    }
    case 'solver': {
      const { policyId, managerId, allowedStrategies } = allocation;
      const value = {
        policyId,
        managerId: managerId ?? '',
        allowedStrategies: [...allowedStrategies],
      };
      return { kind: { $case: 'solver', value } };
    }
  }
}

function fromTriggers(triggers: Triggers): WireTriggers {
  const { schedule, driftBand, cooldownSeconds, slippageBudget } = triggers;
  return {
    schedule,
    driftBand: driftBand && {
      kind: bandKindWords.toWire[driftBand.kind],
      widthBps: driftBand.widthBps,
      goal: bandGoalWords.toWire[driftBand.goal],
    },
    cooldownSeconds,
    slippageBudget,
  };
}
