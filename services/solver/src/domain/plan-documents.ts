import { compare, formatInstant, sorted } from '@trimtab/core';
import type { JsonValue } from '@trimtab/canonical';
import type { Assessment } from './candidates.js';
import { haircutsDocument, optionsDocument } from './options/option-documents.js';
import type { PlanInputs, PlanSummary } from './plan.js';
import type { ManagerSettings, Policy } from './policy.js';
import type { Step } from './steps.js';
import type { StrategyInput } from './strategy.js';
import type { Target } from './targets.js';
import { byPosition, type VaultState } from './vault-state.js';

/**
 * The five hashed documents of a plan, field by field (rules for hashed documents). Bps, counts and
 * versions are numbers, amounts are strings, absent fields are left out, lists have a stated order.
 * A new field here is a new version of the document's tag.
 */

/** The targets document: a list by (assetId, side). */
export function targetsDocument(targets: readonly Target[]): JsonValue {
  return targets.map(({ assetId, side, weightBps, kappa, investible, strategyId }) => ({
    assetId,
    side,
    weightBps,
    kappa,
    investible,
    strategyId,
  }));
}

/** The steps document: a list in the order of execution. */
export function stepsDocument(steps: readonly Step[]): JsonValue {
  return steps.map((step) => ({
    strategyId: step.strategyId,
    assetId: step.assetId,
    operation: step.operation,
    amount: step.amount.toString(),
    chunkIndex: step.chunkIndex,
    chunkCount: step.chunkCount,
    envelopes: step.envelopes.map(({ programId, label, data }) => ({ programId, label, data })),
  }));
}

/** The inputs document: strategies with the snapshot values used, policy, manager, vault, options. */
export function inputsDocument(inputs: PlanInputs): JsonValue {
  const byId = (left: StrategyInput, right: StrategyInput): number =>
    compare(left.strategy.strategyId, right.strategy.strategyId);
  return {
    strategies: sorted(inputs.strategies, byId).map(strategyDocument),
    policy: inputs.policy === undefined ? undefined : policyDocument(inputs.policy),
    manager: inputs.manager === undefined ? undefined : managerDocument(inputs.manager),
    vault: vaultDocument(inputs.vault),
    options: optionsDocument(inputs),
  };
}

/** The scores document: every component and the failed filter, by strategyId. */
export function scoresDocument(scores: readonly Assessment[]): JsonValue {
  return scores.map(({ strategyId, score, failedFilter }) => ({
    strategyId,
    expectedNetApyBps: score?.expectedNetApyBps,
    riskBps: score?.riskBps,
    liquidityBps: score?.liquidityBps,
    feeBps: score?.feeBps,
    concentrationBps: score?.concentrationBps,
    operationalBps: score?.operationalBps,
    optionHaircuts: haircutsDocument(score?.optionHaircuts),
    scoreBps: score?.scoreBps,
    failedFilter,
  }));
}

/** The plan document. */
export function planDocument(summary: PlanSummary): JsonValue {
  return {
    algorithmVersion: summary.algorithmVersion,
    mode: summary.mode,
    vaultId: summary.vaultId,
    vaultVersion: summary.vaultVersion,
    nav: summary.nav.toString(),
    policyId: summary.policyId,
    policyVersion: summary.policyVersion,
    snapshotHash: summary.snapshotHash,
    inputsHash: summary.inputsHash,
    scoresHash: summary.scoresHash,
    reserveBps: summary.reserveBps,
    idleBps: summary.idleBps,
    expectedBlendedApyBps: summary.expectedBlendedApyBps,
    riskBudgetUsageBps: summary.riskBudgetUsageBps,
    totalDeltaBps: summary.totalDeltaBps,
    noOp: summary.noOp,
    targetWeightsHash: summary.targetWeightsHash,
    txBundleHash: summary.txBundleHash,
    generateTime: formatInstant(summary.generateTime),
  };
}

function strategyDocument({ strategy, snapshot }: StrategyInput): JsonValue {
  return {
    strategyId: strategy.strategyId,
    assetId: strategy.assetId,
    protocol: strategy.protocol,
    state: strategy.state,
    exotic: strategy.exotic,
    canary: strategy.canary,
    strategyCapBps: strategy.strategyCapBps,
    adapterKind: strategy.adapterKind,
    grossApySources: [...strategy.grossApySources],
    version: strategy.version,
    snapshot: snapshot === undefined ? undefined : snapshotDocument(snapshot),
  };
}

function snapshotDocument(snapshot: NonNullable<StrategyInput['snapshot']>): JsonValue {
  return {
    grossApyBps: snapshot.grossApyBps,
    feeBps: snapshot.feeBps,
    borrowCostBps: snapshot.borrowCostBps,
    slippageBps: snapshot.slippageBps,
    riskScoreBps: snapshot.riskScoreBps,
    liquidityProfile: snapshot.liquidityProfile,
    withdrawalDelayHours: snapshot.withdrawalDelayHours,
    protocolConcentrationBps: snapshot.protocolConcentrationBps,
    operationalComplexityBps: snapshot.operationalComplexityBps,
    oracleHealthy: snapshot.oracleHealthy,
    protocolHealthy: snapshot.protocolHealthy,
    withdrawalsHealthy: snapshot.withdrawalsHealthy,
    envelopes: snapshot.envelopes.map(({ programId, label, data }) => ({ programId, label, data })),
    version: snapshot.version,
  };
}

function policyDocument(policy: Policy): JsonValue {
  return {
    policyId: policy.policyId,
    version: policy.version,
    minLiquidReserveBps: policy.minLiquidReserveBps,
    strategyCapBps: policy.strategyCapBps,
    protocolCaps: sorted(policy.protocolCaps, (a, b) => compare(a.protocol, b.protocol)).map(
      ({ protocol, capBps }) => ({ protocol, capBps }),
    ),
    defaultProtocolCapBps: policy.defaultProtocolCapBps,
    exoticCapBps: policy.exoticCapBps,
    marginFiCapBps: policy.marginFiCapBps,
    minRebalanceDeltaBps: policy.minRebalanceDeltaBps,
  };
}

function managerDocument(manager: ManagerSettings): JsonValue {
  return {
    managerId: manager.managerId,
    version: manager.version,
    allowedStrategies: sorted(manager.allowedStrategies, compare),
    maxNotional: manager.maxNotional?.toString(),
  };
}

function vaultDocument(vault: VaultState): JsonValue {
  return {
    vaultId: vault.vaultId,
    vaultVersion: vault.vaultVersion,
    nav: vault.nav.toString(),
    weights: sorted(vault.weights, byPosition).map(({ assetId, side, weightBps }) => ({
      assetId,
      side,
      weightBps,
    })),
  };
}
