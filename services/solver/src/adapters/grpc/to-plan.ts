import * as wire from '@trimtab/contracts/solver';
import type { TargetWeight } from '@trimtab/contracts/portfolio';
import type { Instant } from '@trimtab/core';
import {
  isNoAllocation,
  noOpReason,
  type Assessment,
  type Plan,
  type PlanInputs,
  type Round,
  type Step,
  type Target,
} from '../../domain/index.js';
import { candidateFilters, capKinds, operations, planModes, sides } from './enum-names.js';
import { toHaircuts, toRegime } from './to-options.js';
import {
  toPlanManager,
  toPlanPolicy,
  toPlanSnapshot,
  toPlanStrategy,
  toTime,
} from './to-registry.js';

/** A plan with everything that its hashes cover; without a create time for a dry run. */
export function toPlan(plan: Plan, createTime?: Instant): wire.Plan {
  return {
    ...toPlanSummary(plan, createTime),
    scores: plan.scores.map(toScore),
    rounds: plan.rounds.map(toRound),
    steps: plan.steps.map(toStep),
    inputs: toInputs(plan.inputs),
  };
}

/** A plan as lists show it: without scores' reasons, rounds, steps and inputs. */
export function toPlanSummary(plan: Plan, createTime?: Instant): wire.Plan {
  const { summary } = plan;
  return {
    planHash: plan.planHash,
    algorithmVersion: summary.algorithmVersion,
    mode: planModes.toWire(summary.mode),
    vaultId: summary.vaultId,
    vaultVersion: BigInt(summary.vaultVersion),
    nav: summary.nav.toString(),
    policyId: summary.policyId ?? '',
    policyVersion: BigInt(summary.policyVersion ?? 0),
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
    generateTime: toTime(summary.generateTime),
    targets: plan.targets.map(toTarget),
    scores: plan.scores.map(toScore),
    rounds: [],
    steps: [],
    inputs: undefined,
    noAllocation: isNoAllocation(plan),
    noOpReason: noOpReason(plan) ?? '',
    createTime: createTime === undefined ? undefined : toTime(createTime),
  };
}

function toTarget(target: Target): TargetWeight {
  return {
    assetId: target.assetId,
    side: sides.toWire(target.side),
    weightBps: target.weightBps,
    kappaDecimal: target.kappa ?? '',
    investible: target.investible,
    strategyId: target.strategyId ?? '',
  };
}

/** The score of a strategy with every component. */
export function toScore({ strategyId, score, failedFilter }: Assessment): wire.StrategyScore {
  return {
    strategyId,
    expectedNetApyBps: score?.expectedNetApyBps ?? 0,
    riskBps: score?.riskBps ?? 0,
    liquidityBps: score?.liquidityBps ?? 0,
    feeBps: score?.feeBps ?? 0,
    concentrationBps: score?.concentrationBps ?? 0,
    operationalBps: score?.operationalBps ?? 0,
    scoreBps: score?.scoreBps ?? 0,
    optionHaircuts: toHaircuts(score?.optionHaircuts),
    failedFilter:
      failedFilter === undefined
        ? wire.CandidateFilter.CANDIDATE_FILTER_UNSPECIFIED
        : candidateFilters.toWire(failedFilter),
  };
}

/** One round of the allocation. */
export function toRound(
  { startBps, totalScoreBps, grants }: Round,
  index: number,
): wire.AllocationRound {
  return {
    round: index + 1,
    startBps,
    totalScoreBps,
    grants: grants.map(({ strategyId, wantBps, grantBps, clippedBy }) => ({
      strategyId,
      wantBps,
      grantBps,
      clippedBy:
        clippedBy === undefined ? wire.CapKind.CAP_KIND_UNSPECIFIED : capKinds.toWire(clippedBy),
    })),
  };
}

function toStep(step: Step): wire.TransactionStep {
  return {
    strategyId: step.strategyId,
    assetId: step.assetId,
    operation: operations.toWire(step.operation),
    amount: step.amount.toString(),
    chunkIndex: step.chunkIndex,
    chunkCount: step.chunkCount,
    envelopes: step.envelopes.map((envelope) => ({ ...envelope })),
  };
}

function toInputs({ strategies, policy, manager, vault, regime }: PlanInputs): wire.PlanInputs {
  return {
    strategies: strategies.map(({ strategy, snapshot }) => ({
      strategy: toPlanStrategy(strategy),
      snapshot: snapshot === undefined ? undefined : toPlanSnapshot(strategy.strategyId, snapshot),
    })),
    policy: policy === undefined ? undefined : toPlanPolicy(policy),
    manager: manager === undefined ? undefined : toPlanManager(manager),
    vault: {
      vaultId: vault.vaultId,
      vaultVersion: BigInt(vault.vaultVersion),
      nav: vault.nav.toString(),
      weights: vault.weights.map(({ assetId, side, weightBps }) => ({
        assetId,
        side: sides.toWire(side),
        weightBps,
      })),
    },
    options: {},
    regime: toRegime(regime),
  };
}
