import type { Instant } from '@trimtab/core';
import type { Round } from './allocate.js';
import type { Assessment } from './candidates.js';
import type { RegimeDecision } from './options/regime.js';
import type { ManagerSettings, Policy } from './policy.js';
import type { Step } from './steps.js';
import type { StrategyInput } from './strategy.js';
import type { Target } from './targets.js';
import type { VaultState } from './vault-state.js';

/** How the targets of a plan came to be. */
export type PlanMode = 'ROUNDS' | 'EXACT' | 'EXPLICIT';

/** Counts the changes of the rules that could give another plan from equal inputs. */
export const ALGORITHM_VERSION = 1;

/** Everything a plan was made from, as it was when the plan was made. */
export interface PlanInputs {
  /** By strategyId; empty in EXPLICIT plans. */
  readonly strategies: readonly StrategyInput[];
  /** Absent when none was named: the open limits. */
  readonly policy?: Policy;
  /** Absent in EXPLICIT plans. */
  readonly manager?: ManagerSettings;
  readonly vault: VaultState;
  /** How a regime rule came to this policy; absent when no policy asked. */
  readonly regime?: RegimeDecision;
}

/** The plan document: the result in numbers, and every other document by its hash. */
export interface PlanSummary {
  readonly algorithmVersion: number;
  readonly mode: PlanMode;
  readonly vaultId: string;
  readonly vaultVersion: number;
  /** Base units of the underlying. */
  readonly nav: bigint;
  /** Absent, with the version, when no stored policy was named. */
  readonly policyId?: string;
  readonly policyVersion?: number;
  readonly snapshotHash: string;
  readonly inputsHash: string;
  readonly scoresHash: string;
  readonly reserveBps: number;
  readonly idleBps: number;
  readonly expectedBlendedApyBps: number;
  readonly riskBudgetUsageBps: number;
  readonly totalDeltaBps: number;
  readonly noOp: boolean;
  readonly targetWeightsHash: string;
  readonly txBundleHash: string;
  readonly generateTime: Instant;
}

/** A plan with all its documents. Its id is its hash. */
export interface Plan {
  readonly planHash: string;
  readonly summary: PlanSummary;
  readonly targets: readonly Target[];
  readonly steps: readonly Step[];
  readonly inputs: PlanInputs;
  /** Every strategy of the inputs, by strategyId. */
  readonly scores: readonly Assessment[];
  /** How the weights came to be; follows from the inputs and is not hashed. Empty unless ROUNDS. */
  readonly rounds: readonly Round[];
}

/** Nothing was allocated: APY and risk are 0 by definition (trap T11). */
export function isNoAllocation(plan: Plan): boolean {
  return plan.targets.every(({ weightBps }) => weightBps === 0);
}

/**
 * Why a plan is a no-op, in words and numbers; undefined if it acts. A no-op is a plan like any other:
 * stored, hashed and explained, so that what was not done can be looked up later.
 */
export function noOpReason({ summary, inputs }: Plan): string | undefined {
  if (!summary.noOp) return undefined;
  const least = inputs.policy?.minRebalanceDeltaBps ?? 0;
  return `targets differ from what is held by ${summary.totalDeltaBps} bps in sum, less than the ${least} bps from which the policy acts`;
}
