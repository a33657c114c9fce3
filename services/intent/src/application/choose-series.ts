import {
  addMillis,
  domainError,
  DomainFailure,
  refuse,
  type Clock,
  type Instant,
} from '@trimtab/core';
import { openSeries, seriesId } from '@trimtab/option-index';
import { parseDecimal, type Decimal } from '@trimtab/decimal';
import { resolveAsset } from '@trimtab/strategy';
import { INDEX_PATIENCE_MILLIS, indexPurpose, indexTarget } from '../domain/index-run.js';
import { baseOf } from '../domain/index-runtime.js';
import type { Intent } from '../domain/intent.js';
import type { Run } from '../domain/run.js';
import type { Pause } from './pause.js';
import type { Call } from './ports.js';
import type { RemoteServices } from './remote-ports.js';
import type { RunLease, RunStore } from './run-ports.js';

/**
 * The series of a run of the option index, priced: the one that was asked for, the held one when
 * collateral is swapped, else one that is opened at the price of now (intent rules, the option index).
 * Once it is known it stands, and the oracle agent is told; the run then waits until the half has a
 * HEALTHY price. It fails as UNAVAILABLE when its call has no time left, for a retry or the worker to go
 * on, and is refused with ASSET_NOT_HEALTHY once it is older than a minute.
 */
export type ChooseSeries = (attempt: RunAttempt) => Promise<Run>;

/** One attempt at a run. */
export interface RunAttempt {
  readonly run: Run;
  readonly intent: Intent;
  readonly lease: RunLease;
  readonly call: Call;
}

/** What it needs. */
export interface ChooseSeriesDependencies {
  readonly clock: Clock;
  readonly pause: Pause;
  readonly runs: RunStore;
  readonly services: Pick<RemoteServices, 'oracle' | 'vaults'>;
}

/** Creates the step. */
export function createChooseSeries(dependencies: ChooseSeriesDependencies): ChooseSeries {
  const { clock, runs, services } = dependencies;
  return async (attempt) => {
    const { intent, lease, call } = attempt;
    let { run } = attempt;
    if (run.progress.index === undefined) {
      const chosen = await choose(attempt, dependencies);
      const { positions } = await services.vaults.getVault(run.vaultId, call);
      const held = positions.map(({ assetId }) => assetId);
      const purpose = indexPurpose(run.trigger, chosen, held);
      const index = indexTarget(chosen, purpose, intent.spec);
      run = await runs.chooseSeries(lease, { intent, index, purpose, now: clock.now() });
    }
    const { assetId } = run.progress.index ?? {};
    if (assetId !== undefined) await waitFor(assetId, { ...attempt, run }, dependencies);
    return run;
  };
}

async function choose(
  attempt: RunAttempt,
  dependencies: ChooseSeriesDependencies,
): Promise<string | undefined> {
  const { run, intent } = attempt;
  if (run.trigger === 'COLLATERAL') return intent.runtime.index?.seriesId;
  const { requestedSeriesId } = run.progress;
  if (requestedSeriesId !== undefined) return requestedSeriesId;
  const { spec } = intent;
  const base = baseOf(spec);
  const spot = await waitFor(resolveAsset(base), attempt, dependencies);
  const opened = openSeries({
    base,
    spot,
    strikeRatio: decimalOf(spec.config.strikeRatio),
    maturityDays: spec.config.maturityDays,
    now: run.createTime,
  });
  if (opened.ok) return seriesId(opened.value);
  return refuse(domainError('FAILED_PRECONDITION', 'PRICE_MISSING', opened.error, { base }));
}

function decimalOf(text: string): Decimal {
  const parsed = parseDecimal(text);
  if (parsed.ok) return parsed.value;
  throw new RangeError(`a stored decimal is canonical, found "${text}"`);
}

/** The HEALTHY price of an asset, as soon as it has one. */
async function waitFor(
  assetId: string,
  { run, lease, call }: RunAttempt,
  { clock, pause, runs, services }: ChooseSeriesDependencies,
): Promise<Decimal> {
  for (;;) {
    const price = await services.oracle.healthyPrice(assetId, call);
    if (price !== undefined) return decimalOf(price);
    if (clock.now() > givesUpAt(run)) return refuse(notHealthy(assetId));
    if (!(await pause(call))) throw new DomainFailure(notYet(assetId));
    // The lease of a run ends by itself unless something is written.
    await runs.advance(lease, {});
  }
}

function givesUpAt({ createTime }: Run): Instant {
  return addMillis(createTime, INDEX_PATIENCE_MILLIS);
}

function notHealthy(assetId: string) {
  const seconds = INDEX_PATIENCE_MILLIS / 1000;
  const message = `${assetId} had no HEALTHY price for ${seconds} s, the run needs one`;
  const metadata = { asset_id: assetId };
  return domainError('FAILED_PRECONDITION', 'ASSET_NOT_HEALTHY', message, metadata);
}

const RETRY_MILLIS = 1000;

function notYet(assetId: string) {
  const message = `${assetId} has no HEALTHY price yet, the run goes on when it has one`;
  const metadata = { asset_id: assetId };
  return {
    ...domainError('UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE', message, metadata),
    retryAfterMillis: RETRY_MILLIS,
  };
}
