import {
  err,
  type DomainError,
  type FieldViolation,
  type Instant,
  type Result,
} from '@trimtab/core';
import {
  buildPlan,
  decisionViolations,
  managerViolations,
  policyViolations,
  snapshotViolations,
  strategyViolations,
  type ExplicitTarget,
  type Plan,
  type PlanInputs,
  type PlanMode,
} from '../domain/index.js';
import { duplicates } from '../domain/field-range.js';

/** What a plan says it was made from: enough to make it again. */
export interface StatedPlan {
  readonly mode: PlanMode;
  readonly inputs: PlanInputs;
  /** EXPLICIT only: there the targets are what the caller gave. */
  readonly targets: readonly ExplicitTarget[];
  readonly snapshotHash: string;
  readonly generateTime: Instant;
}

/** Why no plan can be made from what a plan says it was made from. */
export interface ImpossiblePlan {
  /** The path in the plan. */
  readonly field: string;
  /** What the rules say of it. */
  readonly message: string;
}

/**
 * Makes a plan again from its own inputs, as BuildPlan would have. Inputs that the registry would
 * have refused make no plan, and neither do explicit targets that break their policy.
 */
export function recomputePlan(stated: StatedPlan): Result<Plan, ImpossiblePlan> {
  const broken = brokenInput(stated);
  if (broken !== undefined) return err(broken);
  const { mode, inputs, targets, snapshotHash, generateTime } = stated;
  const { policy, manager } = inputs;
  if (mode === 'EXPLICIT')
    return orImpossible(buildPlan({ ...inputs, mode, targets, snapshotHash, generateTime }));
  if (policy === undefined) return err(absent('inputs.policy', mode));
  if (manager === undefined) return err(absent('inputs.manager', mode));
  return orImpossible(buildPlan({ ...inputs, mode, policy, manager, snapshotHash, generateTime }));
}

/** What is stated by a plan that is made already. */
export function statedBy({ summary, inputs, targets }: Plan): StatedPlan {
  const { mode, snapshotHash, generateTime } = summary;
  return { mode, inputs, targets, snapshotHash, generateTime };
}

function orImpossible(built: Result<Plan, DomainError>): Result<Plan, ImpossiblePlan> {
  if (built.ok) return built;
  const { message, violations } = built.error;
  return err({
    field: violations[0]?.field ?? 'inputs',
    message: violations[0]?.message ?? message,
  });
}

function absent(field: string, mode: PlanMode): ImpossiblePlan {
  return { field, message: `must be set for mode ${mode}` };
}

/** The first rule of the registry, or of a vault, that an input breaks. */
function brokenInput({ inputs }: StatedPlan): ImpossiblePlan | undefined {
  const { strategies, policy, manager, vault, regime } = inputs;
  const violations: readonly FieldViolation[] = [
    ...strategies.flatMap(({ strategy, snapshot }, index) => [
      ...under(`inputs.strategies[${index}].`, strategyViolations(strategy)),
      ...(snapshot === undefined
        ? []
        : snapshotViolations(snapshot, `inputs.strategies[${index}].snapshot`)),
    ]),
    ...repeated(
      strategies.map(({ strategy }) => strategy.strategyId),
      'strategy_id',
    ),
    ...repeated(
      strategies.map(({ strategy }) => strategy.assetId),
      'asset_id',
    ),
    ...(policy === undefined ? [] : under('inputs.', policyViolations(policy))),
    ...(manager === undefined ? [] : under('inputs.', managerViolations(manager))),
    ...decisionViolations(regime),
  ];
  const first = violations[0];
  if (first !== undefined) return { field: first.field, message: first.message };
  if (vault.nav > 0n) return undefined;
  return { field: 'inputs.vault.nav', message: `was ${vault.nav}, must be above 0` };
}

function under(prefix: string, violations: readonly FieldViolation[]): readonly FieldViolation[] {
  return violations.map((violation) => ({ ...violation, field: `${prefix}${violation.field}` }));
}

function repeated(values: readonly string[], name: string): readonly FieldViolation[] {
  return duplicates(values, (index) => `inputs.strategies[${index}].strategy.${name}`);
}
