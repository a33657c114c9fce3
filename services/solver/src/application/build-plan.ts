import { domainError, refuse, type Instant } from '@trimtab/core';
import {
  buildPlan,
  resolveRegime,
  type ExplicitTarget,
  type ManagerSettings,
  type Plan,
  type PlanMode,
  type RoundsProblem,
  type Policy,
  type StrategyInput,
  type VaultState,
} from '../domain/index.js';
import { withManifest, type Manifest } from './manifest.js';
import type { Optimizer, SolveLimits } from './certificates.js';
import type { PriceSnapshot, PriceSnapshots, SolverStore } from './ports.js';
import { refuseMissing } from './refusals.js';

/** A request for a plan whose fields are well formed. */
export interface BuildPlanCommand {
  readonly mode: PlanMode;
  readonly vault: VaultState;
  readonly policyId?: string;
  readonly managerId?: string;
  /** Absent when the request leaves it to the manager. */
  readonly allowedStrategies?: readonly string[];
  readonly snapshotHash: string;
  /** EXPLICIT only. */
  readonly targets: readonly ExplicitTarget[];
  readonly generateTime: Instant;
}

/** What the use case works with. */
export interface BuildPlanDependencies<Call> {
  readonly store: SolverStore;
  readonly prices: PriceSnapshots<Call>;
  readonly manifest: Manifest;
  readonly optimizer: Pick<Optimizer, 'hintFor'>;
  /** How long a call may wait for a linear program. */
  readonly limitsOf: (call: Call) => SolveLimits;
}

/**
 * Builds a plan from what the registry and the oracle hold now, and stores nothing. Equal inputs give
 * the same plan with the same hash.
 *
 * Refusals: POLICY_NOT_FOUND, MANAGER_NOT_FOUND, STRATEGY_NOT_FOUND, SNAPSHOT_NOT_FOUND,
 * PRICE_MISSING, those of the rules for explicit targets, and those of the optimizer (EXACT only).
 */
export function createBuildPlan<Call>(deps: BuildPlanDependencies<Call>) {
  const { store, prices } = deps;
  return async (command: BuildPlanCommand, call: Call): Promise<Plan> => {
    const policy = await findPolicy(store, command.policyId);
    const snapshot = await prices.find(command.snapshotHash, call);
    if (snapshot === undefined) refuseMissing('snapshot', command.snapshotHash);
    const { vault, snapshotHash, generateTime } = command;
    const shared = { vault, snapshotHash, generateTime };
    const result =
      command.mode === 'EXPLICIT'
        ? buildPlan({
            ...shared,
            mode: 'EXPLICIT',
            targets: command.targets,
            ...(policy === undefined ? {} : { policy }),
          })
        : await buildSolved(
            deps,
            command.mode,
            {
              ...shared,
              ...(await resolved(deps, policy ?? refuseMissing('policy', ''), command, snapshot)),
            },
            call,
          );
    if (!result.ok) refuse(result.error);
    refuseUnpriced(result.value, snapshot);
    return result.value;
  };
}

/**
 * A plan of mode EXACT begins where the solver of linear programs ended. That solver needs the scores
 * and the reserve, which are those of the plan in rounds.
 */
async function buildSolved<Call>(
  { optimizer, limitsOf }: BuildPlanDependencies<Call>,
  mode: 'ROUNDS' | 'EXACT',
  problem: Omit<RoundsProblem, 'mode'>,
  call: Call,
): Promise<ReturnType<typeof buildPlan>> {
  const rounds = buildPlan({ ...problem, mode: 'ROUNDS' });
  if (mode === 'ROUNDS') return rounds;
  if (!rounds.ok) return buildPlan({ ...problem, mode });
  const exoticPriceHint = await optimizer.hintFor(rounds.value, limitsOf(call));
  return buildPlan({ ...problem, mode, exoticPriceHint });
}

/** The candidates, and the policy that the market's regime asks for. */
async function resolved<Call>(
  deps: BuildPlanDependencies<Call>,
  policy: Policy,
  command: BuildPlanCommand,
  snapshot: PriceSnapshot,
) {
  const candidates = await candidatesOf(deps, command, snapshot);
  const stressPolicyId = policy.options?.regime?.stressPolicyId;
  const stressPolicy = await findPolicy(deps.store, stressPolicyId);
  return { ...candidates, ...resolveRegime(policy, stressPolicy, candidates) };
}

async function findPolicy(
  store: SolverStore,
  policyId: string | undefined,
): Promise<Policy | undefined> {
  if (policyId === undefined) return undefined;
  const stored = await store.findPolicy(policyId);
  return stored?.value ?? refuseMissing('policy', policyId);
}

async function candidatesOf(
  { store, manifest }: Pick<BuildPlanDependencies<unknown>, 'store' | 'manifest'>,
  command: BuildPlanCommand,
  snapshot: PriceSnapshot,
): Promise<{ strategies: readonly StrategyInput[]; manager: ManagerSettings }> {
  const registered = await store.allStrategies();
  const known = new Set(registered.map(({ strategy }) => strategy.value.strategyId));
  const unknown = command.allowedStrategies?.find((strategyId) => !known.has(strategyId));
  if (unknown !== undefined) refuseMissing('strategy', unknown);
  const manager = await allowedBy(store, command);
  const allowed = new Set(manager.allowedStrategies);
  const isPriced = ({ strategyId, assetId }: StrategyInput['strategy']): boolean =>
    !allowed.has(strategyId) || snapshot.pricedAssets.has(assetId);
  return {
    strategies: registered.map(({ strategy: { value: strategy }, snapshot: stored }) =>
      withManifest(toInput(strategy, stored?.snapshot, isPriced(strategy)), manifest),
    ),
    manager,
  };
}

/**
 * An allowed strategy whose share has no price in the snapshot has no healthy oracle (oracle rules).
 * The snapshot is not asked for the shares of other strategies, so it says nothing about them: what
 * one vault may not hold must not raise its reserve.
 */
function toInput(
  strategy: StrategyInput['strategy'],
  snapshot: StrategyInput['snapshot'],
  isPriced: boolean,
): StrategyInput {
  if (snapshot === undefined) return { strategy };
  return { strategy, snapshot: { ...snapshot, oracleHealthy: snapshot.oracleHealthy && isPriced } };
}

/** With a manager and a list in the request, both must allow. */
async function allowedBy(
  store: SolverStore,
  { managerId, allowedStrategies }: BuildPlanCommand,
): Promise<ManagerSettings> {
  if (managerId === undefined) return { allowedStrategies: allowedStrategies ?? [] };
  const stored = await store.findManager(managerId);
  const manager = stored?.value ?? refuseMissing('manager', managerId);
  if (allowedStrategies === undefined) return manager;
  const requested = new Set(allowedStrategies);
  return {
    ...manager,
    allowedStrategies: manager.allowedStrategies.filter((id) => requested.has(id)),
  };
}

/** Order generation values every target under the same snapshot; one without a price cannot trade. */
function refuseUnpriced(plan: Plan, { pricedAssets, denomination }: PriceSnapshot): void {
  const unpriced = plan.targets.find(({ assetId }) => !pricedAssets.has(assetId));
  if (unpriced === undefined) return;
  const { assetId } = unpriced;
  const message =
    assetId === denomination
      ? `${assetId} is the denomination: its weight is what the targets leave to 10000`
      : `the price snapshot ${plan.summary.snapshotHash} has no price of ${assetId}`;
  refuse(
    domainError('FAILED_PRECONDITION', 'PRICE_MISSING', message, {
      asset_id: assetId,
      snapshot_hash: plan.summary.snapshotHash,
    }),
  );
}
