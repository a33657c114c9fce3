import { compare, sorted } from '@trimtab/core';
import { bpsOf } from '@trimtab/decimal';
import type { AdapterStep, StepOperation } from './adapters/adapter.js';
import { adapterOf } from './adapters/adapter-of.js';
import { chunkAmounts, chunkCountOf } from './chunk.js';
import type { InstructionEnvelope, Strategy, StrategyInput } from './strategy.js';
import { longWeights, type VaultState } from './vault-state.js';

/** One venue instruction of a plan (solver rules, steps). */
export interface Step {
  readonly strategyId: string;
  readonly assetId: string;
  readonly operation: StepOperation;
  /** Base units of the underlying. */
  readonly amount: bigint;
  /** The place of this piece among the pieces of one instruction, from 0. */
  readonly chunkIndex: number;
  readonly chunkCount: number;
  readonly envelopes: readonly InstructionEnvelope[];
}

/** What the steps of a plan are built from. */
export interface StepProblem {
  readonly strategies: readonly StrategyInput[];
  readonly weights: ReadonlyMap<string, number>;
  readonly vault: VaultState;
  /** The largest amount of one step, base units of the underlying, above 0; absent means no limit. */
  readonly maxNotional: bigint | undefined;
}

/** A plan with more pieces than this is refused before its steps are built. */
export const MAX_STEPS = 10_000;

/**
 * The instructions that bring every strategy from its live to its target notional: all that take
 * money out before any that put money in, then by strategyId. Zero amounts are dropped unless they
 * hold; large steps are cut unless they carry envelopes, which stay whole.
 */
export function buildSteps(problem: StepProblem): readonly Step[] {
  const planned = plannedSteps(problem);
  // The sort is stable, so the steps of one strategy keep the order its adapter gave them.
  const ordered = sorted(
    planned,
    (left, right) =>
      compare(rank(left.step.operation), rank(right.step.operation)) ||
      compare(left.strategy.strategyId, right.strategy.strategyId),
  );
  return ordered.flatMap(({ strategy, step }) => cut(strategy, step, problem.maxNotional));
}

/** How many steps a plan would have, found without building them. */
export function stepCountOf(problem: StepProblem): bigint {
  const { maxNotional } = problem;
  return plannedSteps(problem).reduce((count, { step }) => {
    const whole = maxNotional === undefined || step.envelopes.length > 0;
    return count + (whole ? 1n : chunkCountOf(step.amount, maxNotional));
  }, 0n);
}

interface PlannedStep {
  readonly strategy: Strategy;
  readonly step: AdapterStep;
}

function plannedSteps({ strategies, weights, vault }: StepProblem): readonly PlannedStep[] {
  const live = longWeights(vault);
  return strategies.flatMap(({ strategy, snapshot }) => {
    // Target notional less live notional, floored each.
    const target = bpsOf(vault.nav, weights.get(strategy.strategyId) ?? 0);
    const delta = target - bpsOf(vault.nav, live.get(strategy.assetId) ?? 0);
    return adapterOf(strategy.adapterKind)
      .buildExecutionSteps({ delta, target, envelopes: snapshot?.envelopes ?? [] })
      .filter((step) => step.amount > 0n || step.operation === 'HOLD')
      .map((step) => ({ strategy, step }));
  });
}

function rank(operation: StepOperation): number {
  return operation === 'DEPOSIT' || operation === 'HOLD' ? 1 : 0;
}

function cut(
  strategy: Strategy,
  step: AdapterStep,
  maxNotional: bigint | undefined,
): readonly Step[] {
  const { strategyId, assetId } = strategy;
  const { operation, envelopes } = step;
  const whole = maxNotional === undefined || envelopes.length > 0;
  const amounts = whole ? [step.amount] : chunkAmounts(step.amount, maxNotional);
  return amounts.map((amount, chunkIndex) => ({
    strategyId,
    assetId,
    operation,
    amount,
    chunkIndex,
    chunkCount: amounts.length,
    envelopes,
  }));
}
