import type { JsonValue } from '@trimtab/canonical';
import type { TargetWeight } from '@trimtab/contracts/portfolio';
import * as wire from '@trimtab/contracts/solver';
import { compare, formatInstant, instant, sorted } from '@trimtab/core';
import { safeNumber } from '@trimtab/decimal';
import { sides } from '../enum-words.js';
import { enumWord as word } from './enum-word.js';
import { haircutsDocument, optionsDocument } from './plan-option-documents.js';

/**
 * The hashed documents of a plan from the solver's message, field by field (rules for hashed
 * documents). Written apart from the solver: a plan that both hash alike is the one that was made.
 */

/** The targets document. */
export function targetsDocument(targets: readonly TargetWeight[]): JsonValue {
  const order = (left: TargetWeight, right: TargetWeight): number =>
    compare(left.assetId, right.assetId) || compare(sideWord(left.side), sideWord(right.side));
  return sorted(targets, order).map((target) => ({
    assetId: target.assetId,
    side: sideWord(target.side),
    weightBps: target.weightBps,
    kappa: textOrAbsent(target.kappaDecimal),
    investible: target.investible ?? true,
    strategyId: textOrAbsent(target.strategyId),
  }));
}

/** The steps document. */
export function stepsDocument(steps: readonly wire.TransactionStep[]): JsonValue {
  return steps.map((step) => ({
    strategyId: step.strategyId,
    assetId: step.assetId,
    operation: word(wire.TransactionStep_Operation, step.operation, 'OPERATION_'),
    amount: step.amount,
    chunkIndex: step.chunkIndex,
    chunkCount: step.chunkCount,
    envelopes: envelopesDocument(step.envelopes),
  }));
}

/** The scores document; a strategy without a snapshot has no score. */
export function scoresDocument(scores: readonly wire.StrategyScore[]): JsonValue {
  return scores.map((score) => {
    const { strategyId, failedFilter } = score;
    const filter =
      failedFilter === wire.CandidateFilter.CANDIDATE_FILTER_UNSPECIFIED
        ? undefined
        : word(wire.CandidateFilter, failedFilter, 'CANDIDATE_FILTER_');
    if (filter === 'SNAPSHOT_MISSING') return { strategyId, failedFilter: filter };
    return {
      strategyId,
      expectedNetApyBps: score.expectedNetApyBps,
      riskBps: score.riskBps,
      liquidityBps: score.liquidityBps,
      feeBps: score.feeBps,
      concentrationBps: score.concentrationBps,
      operationalBps: score.operationalBps,
      scoreBps: score.scoreBps,
      optionHaircuts: haircutsDocument(score.optionHaircuts),
      failedFilter: filter,
    };
  });
}

/** The inputs document. */
export function inputsDocument(inputs: wire.PlanInputs | undefined): JsonValue {
  const { policy, manager, vault } = inputs ?? {};
  return {
    strategies: (inputs?.strategies ?? []).map(strategyDocument),
    policy: policy === undefined ? undefined : policyDocument(policy),
    manager: manager === undefined ? undefined : managerDocument(manager),
    vault: {
      vaultId: vault?.vaultId ?? '',
      vaultVersion: safeNumber(vault?.vaultVersion ?? 0n),
      nav: vault?.nav ?? '',
      weights: (vault?.weights ?? []).map(({ assetId, side, weightBps }) => ({
        assetId,
        side: sideWord(side),
        weightBps,
      })),
    },
    options: optionsDocument(inputs),
  };
}

/** The plan document. */
export function planDocument(plan: wire.Plan): JsonValue {
  const hasPolicy = plan.policyId !== '';
  return {
    algorithmVersion: plan.algorithmVersion,
    mode: word(wire.PlanMode, plan.mode, 'PLAN_MODE_'),
    vaultId: plan.vaultId,
    vaultVersion: safeNumber(plan.vaultVersion),
    nav: plan.nav,
    policyId: hasPolicy ? plan.policyId : undefined,
    policyVersion: hasPolicy ? safeNumber(plan.policyVersion) : undefined,
    snapshotHash: plan.snapshotHash,
    inputsHash: plan.inputsHash,
    scoresHash: plan.scoresHash,
    reserveBps: plan.reserveBps,
    idleBps: plan.idleBps,
    expectedBlendedApyBps: plan.expectedBlendedApyBps,
    riskBudgetUsageBps: plan.riskBudgetUsageBps,
    totalDeltaBps: plan.totalDeltaBps,
    noOp: plan.noOp,
    targetWeightsHash: plan.targetWeightsHash,
    txBundleHash: plan.txBundleHash,
    generateTime: formatInstant(instant(plan.generateTime?.getTime() ?? 0)),
  };
}

function strategyDocument({ strategy, snapshot }: wire.StrategyInput): JsonValue {
  return {
    strategyId: strategy?.strategyId ?? '',
    assetId: strategy?.assetId ?? '',
    protocol: strategy?.protocol ?? '',
    state: word(wire.Strategy_State, strategy?.state ?? 0, 'STATE_'),
    exotic: strategy?.exotic ?? false,
    canary: strategy?.canary ?? false,
    strategyCapBps: strategy?.strategyCapBps ?? 0,
    adapterKind: word(wire.AdapterKind, strategy?.adapterKind ?? 0, 'ADAPTER_KIND_'),
    grossApySources: strategy?.grossApySources ?? [],
    version: safeNumber(strategy?.version ?? 0n),
    snapshot: snapshot === undefined ? undefined : snapshotDocument(snapshot),
  };
}

function snapshotDocument(snapshot: wire.StrategySnapshot): JsonValue {
  return {
    grossApyBps: snapshot.grossApyBps,
    feeBps: snapshot.feeBps,
    borrowCostBps: snapshot.borrowCostBps,
    slippageBps: snapshot.slippageBps,
    riskScoreBps: snapshot.riskScoreBps,
    liquidityProfile: word(wire.LiquidityProfile, snapshot.liquidityProfile, 'LIQUIDITY_PROFILE_'),
    withdrawalDelayHours: snapshot.withdrawalDelayHours,
    protocolConcentrationBps: snapshot.protocolConcentrationBps,
    operationalComplexityBps: snapshot.operationalComplexityBps,
    oracleHealthy: snapshot.oracleHealthy,
    protocolHealthy: snapshot.protocolHealthy,
    withdrawalsHealthy: snapshot.withdrawalsHealthy,
    envelopes: envelopesDocument(snapshot.envelopes),
    version: safeNumber(snapshot.version),
  };
}

function policyDocument(policy: wire.Policy): JsonValue {
  return {
    policyId: policy.policyId,
    version: safeNumber(policy.version),
    minLiquidReserveBps: policy.minLiquidReserveBps,
    strategyCapBps: policy.strategyCapBps,
    protocolCaps: sorted(policy.protocolCaps, (left, right) =>
      compare(left.protocol, right.protocol),
    ).map(({ protocol, capBps }) => ({ protocol, capBps })),
    defaultProtocolCapBps: policy.defaultProtocolCapBps,
    exoticCapBps: policy.exoticCapBps,
    marginFiCapBps: policy.marginFiCapBps,
    minRebalanceDeltaBps: policy.minRebalanceDeltaBps,
  };
}

function managerDocument(manager: wire.Manager): JsonValue {
  const isStored = manager.managerId !== '';
  return {
    managerId: isStored ? manager.managerId : undefined,
    version: isStored ? safeNumber(manager.version) : undefined,
    allowedStrategies: sorted(manager.allowedStrategies, compare),
    maxNotional: textOrAbsent(manager.maxNotional),
  };
}

function envelopesDocument(envelopes: readonly wire.InstructionEnvelope[]): JsonValue {
  return envelopes.map(({ programId, label, data }) => ({ programId, label, data }));
}

function sideWord(side: number): string {
  return sides.words[side] ?? 'UNSPECIFIED';
}

function textOrAbsent(text: string): string | undefined {
  return text === '' ? undefined : text;
}
