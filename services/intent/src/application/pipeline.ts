import { compare, domainError, invariant, present, refuse, sorted } from '@trimtab/core';
import { resolveAsset, type Allocation, type Target } from '@trimtab/strategy';
import type { Intent } from '../domain/intent.js';
import type { Run, RunOutcome, RunProgress } from '../domain/run.js';
import type { Call, StepIds } from './ports.js';
import type { PlanRequest, RemoteServices } from './remote-ports.js';
import { createCheckRunLimits } from './run-limits.js';
import type { RunLease, RunStore } from './run-ports.js';

/** What the pipeline needs. */
export interface PipelineDependencies {
  readonly services: RemoteServices;
  readonly runs: RunStore;
  readonly stepIds: StepIds;
}

/** Drives a run to its end. Throws what another service refuses, and what it cannot answer. */
export type Pipeline = (
  run: Run,
  intent: Intent,
  lease: RunLease,
  call: Call,
) => Promise<RunOutcome>;

/** The steps of a run, in order; each is done when its field of the progress is there. */
const STEPS = ['assetIds', 'snapshotHash', 'valuation', 'plan'] as const;
type Step = (typeof STEPS)[number];
/** A settlement exits every position: there is nothing to plan. */
const SETTLE_STEPS: readonly Step[] = ['assetIds', 'snapshotHash', 'valuation'];

/**
 * limits → snapshot → valuation → plan → no-op? → rebalance. A step asks another service with a request id
 * derived from the run and with nothing but what earlier steps stored, so that repeating it is
 * harmless: the retry of a crashed run sends the very same requests.
 */
export function createPipeline(dependencies: PipelineDependencies): Pipeline {
  const { runs, services, stepIds } = dependencies;
  const checkLimits = createCheckRunLimits(dependencies);
  return async (run, intent, lease, call) => {
    let { progress } = run;
    // Once a step is taken, the limits have let the run pass.
    if (progress.assetIds === undefined) {
      const limit = await checkLimits(run, intent, call);
      if (limit !== undefined) return limit;
    }
    for (const step of run.purpose === 'SETTLE' ? SETTLE_STEPS : STEPS) {
      if (progress[step] !== undefined) continue;
      const found = await take(step, { run, progress, intent, call }, dependencies);
      progress = (await runs.advance(lease, found)).progress;
    }
    const { plan } = progress;
    if (plan?.noOp === true) {
      const message = `the plan would move ${plan.totalDeltaBps} bps, less than its policy's minimum`;
      return { kind: 'NO_OP', reason: 'PLAN_NO_OP', message };
    }
    const { vaultVersion, fence } = present(progress.valuation, 'the valuation is a step');
    const rebalanceId = await services.orderGen.createRebalance(
      {
        requestId: stepIds.ofRun(run.id, 'create-rebalance'),
        vaultId: run.vaultId,
        vaultVersion,
        fence,
        purpose: run.purpose,
        planHash: plan?.planHash,
        snapshotHash: present(progress.snapshotHash, 'the snapshot is a step'),
        driftBand: progress.driftBand,
      },
      call,
    );
    return { kind: 'REBALANCE', rebalanceId };
  };
}

interface StepContext {
  readonly run: Run;
  readonly progress: RunProgress;
  readonly intent: Intent;
  readonly call: Call;
}

async function take(
  step: Step,
  context: StepContext,
  dependencies: PipelineDependencies,
): Promise<RunProgress> {
  const { services, stepIds } = dependencies;
  const { run, progress, call } = context;
  switch (step) {
    case 'assetIds':
      return { assetIds: await selectAssets(context, services), ...bandOf(context) };
    case 'snapshotHash': {
      const requestId = stepIds.ofRun(run.id, 'take-snapshot');
      const assetIds = present(progress.assetIds, 'assets are selected before the snapshot');
      return { snapshotHash: await services.oracle.takeSnapshot({ requestId, assetIds }, call) };
    }
    case 'valuation': {
      const snapshotHash = present(progress.snapshotHash, 'the snapshot precedes the valuation');
      const request = { vaultId: run.vaultId, snapshotHash };
      return { valuation: await services.vaults.valueVault(request, call) };
    }
    case 'plan':
      return { plan: await services.solver.buildPlan(planRequest(context, stepIds), call) };
  }
}

/** A band decides what is traded only where drift is why it is traded. */
function bandOf({ run, intent }: StepContext): Pick<RunProgress, 'driftBand'> {
  const { driftBand } = intent.spec.triggers;
  return run.trigger === 'DRIFT' && driftBand !== undefined ? { driftBand } : {};
}

/** Held assets and targets must be priced; candidates are, if they can be (oracle rules, snapshots). */
async function selectAssets(
  { run, intent, call }: StepContext,
  services: RemoteServices,
): Promise<readonly string[]> {
  const vault = await services.vaults.getVault(run.vaultId, call);
  const wanted = run.purpose === 'SETTLE' ? [] : await wantedAssets(intent, services, call);
  const assetIds = sorted(
    new Set([...vault.positions.map(({ assetId }) => assetId), ...wanted]),
    compare,
  );
  if (assetIds.length > 0) return assetIds;
  const message = 'the vault holds no position and no allowed strategy has a HEALTHY price';
  return refuse(domainError('FAILED_PRECONDITION', 'ASSET_NOT_HEALTHY', message));
}

async function wantedAssets(
  { spec: { allocation } }: Intent,
  services: RemoteServices,
  call: Call,
): Promise<readonly string[]> {
  if (allocation.kind !== 'targetWeights') return healthyCandidates(allocation, services, call);
  return allocation.targets.map(({ assetId }) => resolveAsset(assetId));
}

async function healthyCandidates(
  allocation: Allocation,
  { solver, oracle }: RemoteServices,
  call: Call,
): Promise<readonly string[]> {
  invariant(allocation.kind === 'solver', 'the index is refused before its run is stored');
  const assets = await solver.strategyAssets(allocation.allowedStrategies, call);
  if (assets.length === 0) return [];
  const healthy = await oracle.healthyAssets(assets, call);
  return assets.filter((assetId) => healthy.has(assetId));
}

function planRequest({ run, progress, intent }: StepContext, stepIds: StepIds): PlanRequest {
  return {
    requestId: stepIds.ofRun(run.id, 'build-plan'),
    vaultId: run.vaultId,
    valuation: present(progress.valuation, 'the valuation precedes the plan'),
    snapshotHash: present(progress.snapshotHash, 'the snapshot precedes the plan'),
    generateTime: run.createTime,
    weights: weightsOf(intent.spec.allocation),
  };
}

function weightsOf(allocation: Allocation): PlanRequest['weights'] {
  invariant(allocation.kind !== 'index', 'the index is refused before its run is stored');
  if (allocation.kind === 'targetWeights') {
    const targets = allocation.targets.map((target): Target => ({
      ...target,
      assetId: resolveAsset(target.assetId),
    }));
    return { mode: 'EXPLICIT', targets, policyId: allocation.policyId };
  }
  const { policyId, managerId, allowedStrategies } = allocation;
  return { mode: 'ROUNDS', policyId, managerId, allowedStrategies };
}
