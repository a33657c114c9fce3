import { domainError, DomainFailure, present, refuse, type Clock } from '@trimtab/core';
import type { Decimal } from '@trimtab/decimal';
import {
  heldAssetId,
  openSeries,
  parseSeriesAssetId,
  seriesId,
  type Series,
} from '@trimtab/option-index';
import { parseDecimal } from '@trimtab/decimal';
import { resolveAsset } from '@trimtab/strategy';
import type { DerivedIds, RunTrigger, RunView } from '../application/ports.js';
import type { IntentKeeper } from './intent-record.js';
import type { Journal, PlayedRun } from './journal.js';
import { playRebalance, type RebalanceDependencies } from './played-rebalance.js';
import type { PlayedVault } from './played-vault.js';
import { limitOf } from './run-limits.js';

/** What the engine asks for. */
export interface RunRequest {
  readonly requestId: string;
  readonly trigger: RunTrigger;
  readonly series?: Series;
}

/** The pipeline of runs (intent rules, triggers of a rebalance, the option index). */
export interface PlayedRuns {
  /**
   * Runs once for each request id. While the half to buy has no price, the run stays RUNNING.
   *
   * @throws DomainFailure UNAVAILABLE while it waits for a price
   */
  run(request: RunRequest): RunView;
  /** The series that runs under way are about to buy. */
  underWay(): readonly Series[];
}

/** What runs need. */
export interface RunDependencies extends RebalanceDependencies {
  readonly intent: IntentKeeper;
  readonly vault: PlayedVault;
  readonly journal: Journal;
  readonly derivedIds: DerivedIds;
  readonly clock: Clock;
  /** Called when a run waits for the price of a series. */
  readonly onMissingPrice: () => void;
}

/** How long a run waits for the price of what it shall buy. */
const PRICE_WAIT_MILLIS = 60_000;
const RETRY_MILLIS = 1_000;
/** What the policy of a vault allows where no roll is limited. */
const POLICY_SLIPPAGE_BPS = 50;

/** Creates the pipeline. */
export function createPlayedRuns(dependencies: RunDependencies): PlayedRuns {
  const { journal } = dependencies;
  const byRequest = new Map<string, number>();
  return {
    underWay: () =>
      journal.runs.flatMap(({ outcome, series }) =>
        outcome === 'RUNNING' && series !== undefined ? [series] : [],
      ),
    run: (request) => {
      const known = byRequest.get(request.requestId);
      const place = known ?? journal.runs.length;
      byRequest.set(request.requestId, place);
      const started = journal.runs[place] ?? start(request, dependencies);
      if (started.outcome !== 'RUNNING') return started;
      journal.runs[place] = started;
      const ended = finish(started, journal.runs.slice(0, place), dependencies);
      journal.runs[place] = ended;
      if (ended.outcome === 'RUNNING') waitForPrice(ended, dependencies);
      return ended;
    },
  };
}

/** The run as it is recorded first. */
function start(request: RunRequest, dependencies: RunDependencies): PlayedRun {
  const { clock, derivedIds } = dependencies;
  const { requestId, trigger } = request;
  const spot = spotOf(dependencies);
  const run: PlayedRun = {
    runId: derivedIds.of('run', requestId),
    trigger,
    purpose: 'REBALANCE',
    outcome: 'RUNNING',
    reason: '',
    message: '',
    rebalanceId: undefined,
    planHash: undefined,
    series: undefined,
    createTime: clock.now(),
    spot,
    rebalance: undefined,
  };
  const chosen = request.series ?? choose(trigger, spot, dependencies);
  if (typeof chosen === 'string') return refused(run, 'PRICE_MISSING', chosen);
  return { ...run, series: chosen, purpose: purposeOf(trigger, chosen, dependencies) };
}

/** What a run buys that names no series: collateral goes where the rest is, anything else anew. */
function choose(
  trigger: RunTrigger,
  spot: Decimal,
  { intent, clock }: RunDependencies,
): Series | undefined | string {
  const { spec, runtime } = intent.current();
  if (trigger === 'COLLATERAL') return runtime.index?.held?.series;
  const { maturityDays, strikeRatio } = spec.config;
  const ratio = parseDecimal(strikeRatio);
  if (!ratio.ok) return `the strike ratio ${ratio.error}`;
  const base = baseOf(spec.ticker);
  const terms = { base, spot, strikeRatio: ratio.value, maturityDays, now: clock.now() };
  const opened = openSeries(terms);
  return opened.ok ? opened.value : opened.error;
}

/** A roll leaves another series, or follows a price or a maturity. */
function purposeOf(
  trigger: RunTrigger,
  series: Series | undefined,
  { vault }: RunDependencies,
): RunView['purpose'] {
  if (trigger === 'PRICE' || trigger === 'MATURITY') return 'ROLL';
  if (series === undefined) return 'REBALANCE';
  const leavesAnother = vault.view().positions.some(({ assetId }) => {
    const held = parseSeriesAssetId(assetId);
    return held.ok && seriesId(held.value.series) !== seriesId(series);
  });
  return leavesAnother ? 'ROLL' : 'REBALANCE';
}

/** Takes a run as far as it goes now. */
function finish(
  run: PlayedRun,
  earlier: readonly PlayedRun[],
  dependencies: RunDependencies,
): PlayedRun {
  const { intent, vault, clock, oracle, derivedIds } = dependencies;
  const { spec } = intent.current();
  const { mode } = vault.view();
  if (mode !== 'OPEN') return refused(run, 'VAULT_NOT_OPEN', `the vault is ${mode}`);
  if (run.series !== undefined && run.series.maturity <= clock.now()) {
    return refused(run, 'SERIES_MATURED', `series ${seriesId(run.series)} has matured`);
  }
  const limit = limitOf(spec.triggers, earlier, run.createTime);
  if (limit !== undefined) return { ...run, outcome: 'NO_OP', ...limit };
  const target = run.series && heldAssetId(spec.type, run.series);
  if (target !== undefined && oracle.standing(target) === undefined) {
    if (clock.now() - run.createTime <= PRICE_WAIT_MILLIS) return run;
    return refused(run, 'ASSET_NOT_HEALTHY', `${target} has no price`);
  }
  const rebalanceId = derivedIds.of('rebalance', run.runId);
  const isRoll = run.purpose === 'ROLL';
  const slippageLimitBps = isRoll ? spec.constraints.maxSlippagePerRollBps : POLICY_SLIPPAGE_BPS;
  const order = { rebalanceId, target, slippageLimitBps, purpose: run.purpose };
  try {
    const rebalance = playRebalance(order, dependencies);
    if (rebalance === undefined) {
      const message = 'the vault holds what it shall hold';
      return { ...run, outcome: 'NO_OP', reason: 'PLAN_NO_OP', message };
    }
    return { ...run, outcome: 'REBALANCE', rebalanceId, rebalance };
  } catch (error) {
    if (!(error instanceof DomainFailure)) throw error;
    return refused(run, error.error.reason, error.message);
  }
}

function refused(run: PlayedRun, reason: string, message: string): PlayedRun {
  return { ...run, outcome: 'REFUSED', reason, message };
}

function waitForPrice({ series }: PlayedRun, { onMissingPrice }: RunDependencies): never {
  onMissingPrice();
  const id = series === undefined ? '' : seriesId(series);
  const message = `series ${id} has no price yet`;
  const error = domainError('UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE', message, { series_id: id });
  return refuse({ ...error, retryAfterMillis: RETRY_MILLIS });
}

/** The price of the base now. */
export function spotOf({ intent, oracle }: Pick<RunDependencies, 'intent' | 'oracle'>): Decimal {
  const assetId = resolveAsset(baseOf(intent.current().spec.ticker));
  return present(oracle.standing(assetId), `${assetId} is played from the start`).price;
}

/** The base of a ticker: BTC of BTC/USDC. */
export function baseOf(ticker: string): string {
  return present(ticker.split('/')[0], 'a ticker has a base');
}
