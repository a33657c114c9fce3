import { compare, domainError, invariant, present, refuse, sorted } from '@trimtab/core';
import { resolveAsset, type Allocation, type Target } from '@trimtab/strategy';
import { indexWeights } from '../domain/index-run.js';
import type { Intent } from '../domain/intent.js';
import type { Run, RunOutcome, RunProgress } from '../domain/run.js';
import { createChooseSeries, type ChooseSeriesDependencies } from './choose-series.js';
import type { Call, StepIds } from './ports.js';
import type { PlanRequest, RemoteServices } from './remote-ports.js';
import { createCheckRunLimits } from './run-limits.js';
import type { RunLease, RunStore } from './run-ports.js';

/** What the pipeline needs. */
export interface PipelineDependencies extends ChooseSeriesDependencies {
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
 * limits → (series of the option index) → snapshot → valuation → plan → no-op? → rebalance. A step asks another service with a request id
 * derived from the run and with nothing but what earlier steps stored, so that repeating it is
 * harmless: the retry of a crashed run sends the very same requests.
 */
export function createPipeline(dependencies: PipelineDependencies): Pipeline {
  const { runs, services, stepIds } = dependencies;
  const checkLimits = createCheckRunLimits(dependencies);
  const chooseSeries = createChooseSeries(dependencies);
  return async (started, intent, lease, call) => {
    let run = started;
    // Once a step is taken, the limits have let the run pass.
    if (run.progress.assetIds === undefined && run.progress.index === undefined) {
      const limit = await checkLimits(run, intent, call);
      if (limit !== undefined) return limit;
    }
    if (isOfIndex(run, intent) && run.progress.assetIds === undefined) {
      run = await chooseSeries({ run, intent, lease, call });
    }
    let { progress } = run;
    for (const step of run.purpose === 'SETTLE' ? SETTLE_STEPS : STEPS) {
      if (progress[step] !== undefined) continue;
      const found = await take(step, { run, progress, intent, call }, dependencies);
      progress = (await runs.advance(lease, found)).progress;
      if (progress.assetIds?.length === 0) return nothingToTrade('the vault holds nothing to sell');
    }
    const { plan } = progress;
    if (plan?.noOp === true) {
      const { totalDeltaBps } = plan;
      return nothingToTrade(
        `the plan would move ${totalDeltaBps} bps, less than its policy's minimum`,
      );
    }
    // The index has no policy with a minimum: what changes nothing is none the less no rebalance.
    if (isOfIndex(run, intent) && plan?.totalDeltaBps === 0) {
      return nothingToTrade('the vault holds what the plan would buy');
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
        slippageLimitBps: progress.index?.slippageLimitBps,
      },
      call,
    );
    return { kind: 'REBALANCE', rebalanceId };
  };
}

function nothingToTrade(message: string): RunOutcome {
  return { kind: 'NO_OP', reason: 'PLAN_NO_OP', message };
}

/** Whether a run invests by the option index; the exit at the end of an intent has no series. */
function isOfIndex({ purpose }: Run, { spec: { allocation } }: Intent): boolean {
  return purpose !== 'SETTLE' && allocation.kind === 'index';
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
  context: StepContext,
  services: RemoteServices,
): Promise<readonly string[]> {
  const { run, intent, call } = context;
  const vault = await services.vaults.getVault(run.vaultId, call);
  const wanted = run.purpose === 'SETTLE' ? [] : await wantedAssets(context, services);
  const assetIds = sorted(
    new Set([...vault.positions.map(({ assetId }) => assetId), ...wanted]),
    compare,
  );
  if (assetIds.length > 0 || isOfIndex(run, intent)) return assetIds;
  const message = 'the vault holds no position and no allowed strategy has a HEALTHY price';
  return refuse(domainError('FAILED_PRECONDITION', 'ASSET_NOT_HEALTHY', message));
}

async function wantedAssets(
  { intent: { spec }, progress, call }: StepContext,
  services: RemoteServices,
): Promise<readonly string[]> {
  const { allocation } = spec;
  switch (allocation.kind) {
    case 'targetWeights':
      return allocation.targets.map(({ assetId }) => resolveAsset(assetId));
    case 'index':
      return indexWeights(progress.index ?? {}).map(({ assetId }) => assetId);
    case 'solver':
      return healthyCandidates(allocation, services, call);
  }
}

async function healthyCandidates(
  allocation: Extract<Allocation, { readonly kind: 'solver' }>,
  { solver, oracle }: RemoteServices,
  call: Call,
): Promise<readonly string[]> {
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
    weights: weightsOf(intent.spec.allocation, progress),
  };
}

function weightsOf(allocation: Allocation, progress: RunProgress): PlanRequest['weights'] {
  if (allocation.kind === 'index') {
    const { index } = progress;
    invariant(index !== undefined, 'what a run of the index buys is known before its plan');
    return { mode: 'EXPLICIT', targets: indexWeights(index), policyId: undefined };
  }
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
