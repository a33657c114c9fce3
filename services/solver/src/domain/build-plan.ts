import {
  compare,
  err,
  invalidFields,
  invariant,
  ok,
  sorted,
  type DomainError,
  type Instant,
  type Result,
} from '@trimtab/core';
import { BPS_WHOLE } from '@trimtab/decimal';
import { checkExplicitTargets, type ExplicitTarget } from './explicit-targets.js';
import { metricsOf } from './metrics.js';
import { totalDelta } from './no-op.js';
import { regimeViolations } from './options/check-regime.js';
import type { RegimeDecision } from './options/regime.js';
import { usedStrategies, withoutOptions } from './options/used-inputs.js';
import { ALGORITHM_VERSION, type Plan } from './plan.js';
import { documentHashes, planHashOf } from './plan-hash.js';
import { OPEN_LIMITS, type ManagerSettings, type Policy } from './policy.js';
import { solveInputs } from './solve-inputs.js';
import { sortedInputs } from './sorted-inputs.js';
import { buildSteps, MAX_STEPS, stepCountOf } from './steps.js';
import type { StrategyInput } from './strategy.js';
import { targetsOf } from './targets.js';
import type { VaultState } from './vault-state.js';
import { verifyPlan } from './verify.js';

/** What every plan is built from. Time is an argument: the solver reads no clock. */
interface PlanProblem {
  /** The open limits if absent. */
  readonly policy?: Policy;
  readonly vault: VaultState;
  /** The price snapshot under which the vault was valued. */
  readonly snapshotHash: string;
  readonly generateTime: Instant;
}

/** A plan whose weights the solver finds: in rounds, or as the optimum. */
export interface RoundsProblem extends PlanProblem {
  readonly mode: 'ROUNDS' | 'EXACT';
  /** EXACT only: where to begin the search of the optimum; it changes no plan. */
  readonly exoticPriceHint?: number;
  readonly policy: Policy;
  /** Unique by strategyId and by assetId, in any order. */
  readonly strategies: readonly StrategyInput[];
  readonly manager: ManagerSettings;
  /** How a regime rule came to this policy (see resolveRegime); absent when no policy asked. */
  readonly regime?: RegimeDecision;
}

/** A plan whose weights the caller states. */
export interface ExplicitProblem extends PlanProblem {
  readonly mode: 'EXPLICIT';
  readonly targets: readonly ExplicitTarget[];
}

/**
 * Builds a plan with all its documents and checks it before it leaves. Equal problems give equal
 * bytes, whatever the order of their lists.
 *
 * Refusals: explicit targets that break the policy (INVALID_ARGUMENT with every field), and a plan
 * of more than 10 000 steps (the manager's maximum notional is too small for the vault).
 */
export function buildPlan(problem: RoundsProblem | ExplicitProblem): Result<Plan, DomainError> {
  const draft = problem.mode === 'EXPLICIT' ? draftExplicit(problem) : draftSolved(problem);
  if (!draft.ok) return draft;
  const plan = seal(problem, draft.value);
  const checked = verifyPlan(plan);
  invariant(checked.ok, checked.ok ? '' : `a built plan verifies: ${checked.error.message}`);
  return ok(plan);
}

type Draft = Omit<Plan, 'planHash' | 'summary'> & {
  readonly reserveBps: number;
  readonly idleBps: number;
  readonly expectedBlendedApyBps: number;
  readonly riskBudgetUsageBps: number;
};

function draftSolved(problem: RoundsProblem): Result<Draft, DomainError> {
  const { policy, manager, vault, regime } = problem;
  const used = usedStrategies(problem.strategies, policy, regime);
  const strategies = sorted(used, (left, right) =>
    compare(left.strategy.strategyId, right.strategy.strategyId),
  );
  const inputs = {
    strategies,
    policy,
    manager,
    vault,
    ...(regime === undefined ? {} : { regime }),
  };
  const undecided = regimeViolations(inputs);
  if (undecided.length > 0) return err(invalidFields(undecided));
  const { assessed, reserveBps, allocation, metrics } = solveInputs(
    inputs,
    problem.mode,
    problem.exoticPriceHint,
  );
  const { weights, rounds, idleBps } = allocation;
  const { maxNotional } = manager;
  const stepProblem = { strategies, weights, vault, maxNotional };
  const stepCount = stepCountOf(stepProblem);
  if (stepCount > BigInt(MAX_STEPS)) return err(tooManySteps(stepCount));
  const { expectedBlendedApyBps, riskBudgetUsageBps } = metrics;
  return ok({
    targets: targetsOf(strategies, weights),
    steps: buildSteps(stepProblem),
    inputs,
    scores: assessed.assessments,
    rounds,
    reserveBps,
    idleBps,
    expectedBlendedApyBps,
    riskBudgetUsageBps,
  });
}

/** No score and no protocol: the reserve is the policy's minimum, and nothing is known to earn. */
function draftExplicit(problem: ExplicitProblem): Result<Draft, DomainError> {
  const { policy, vault } = problem;
  const limits = policy ?? OPEN_LIMITS;
  const targets = checkExplicitTargets(problem.targets, limits);
  if (!targets.ok) return err(invalidFields(targets.error));
  const allocated = targets.value.reduce((sum, { weightBps }) => sum + weightBps, 0);
  const reserveBps = limits.minLiquidReserveBps;
  const { expectedBlendedApyBps, riskBudgetUsageBps } = metricsOf([]);
  return ok({
    targets: targets.value,
    steps: [],
    inputs: {
      strategies: [],
      vault,
      ...(policy === undefined ? {} : { policy: withoutOptions(policy) }),
    },
    scores: [],
    rounds: [],
    reserveBps,
    idleBps: BPS_WHOLE - reserveBps - allocated,
    expectedBlendedApyBps,
    riskBudgetUsageBps,
  });
}

function seal(problem: RoundsProblem | ExplicitProblem, draft: Draft): Plan {
  const { vault, policy } = problem;
  const { targets, steps, scores, rounds } = draft;
  const inputs = sortedInputs(draft.inputs);
  const summary = {
    algorithmVersion: ALGORITHM_VERSION,
    mode: problem.mode,
    vaultId: vault.vaultId,
    vaultVersion: vault.vaultVersion,
    nav: vault.nav,
    ...(policy === undefined ? {} : { policyId: policy.policyId, policyVersion: policy.version }),
    snapshotHash: problem.snapshotHash,
    reserveBps: draft.reserveBps,
    idleBps: draft.idleBps,
    expectedBlendedApyBps: draft.expectedBlendedApyBps,
    riskBudgetUsageBps: draft.riskBudgetUsageBps,
    ...totalDelta(targets, vault.weights, (policy ?? OPEN_LIMITS).minRebalanceDeltaBps),
    ...documentHashes(draft),
    generateTime: problem.generateTime,
  };
  return { planHash: planHashOf(summary), summary, targets, steps, inputs, scores, rounds };
}

function tooManySteps(stepCount: bigint): DomainError {
  const message = `the manager's maximum notional cuts this plan into ${stepCount} steps, at most ${MAX_STEPS} are allowed`;
  return invalidFields([{ field: 'manager_id', reason: 'FIELD_INVALID', message }]);
}
