import { compare, domainError, invariant, refuse, sorted, type Clock } from '@trimtab/core';
import { parseSeriesAssetId, seriesId, type Series } from '@trimtab/option-index';
import { planAgents } from '@trimtab/strategy';
import type { EndRequest, IntentPort, WorkReport } from '../application/ports.js';
import type { Notice } from '../domain/work.js';
import type { IntentKeeper } from './intent-record.js';
import type { Journal } from './journal.js';
import type { PlayedRuns } from './played-runs.js';
import type { PlayedVault } from './played-vault.js';
import type { WorkRows } from './work-rows.js';

/** What the intent service of a backtest is made of. */
export interface PlayedIntentsDependencies {
  readonly intent: IntentKeeper;
  readonly vault: PlayedVault;
  readonly runs: PlayedRuns;
  readonly rows: WorkRows;
  readonly journal: Journal;
  readonly clock: Clock;
  /** The most ticks that may start at one time: more means that agents wake each other forever. */
  readonly maxTicksAtOnce: number;
}

/**
 * The intent service in memory, for one intent: due work with bands and wakes, the runtime, runs, and
 * the end of the intent, by the rules that the service keeps in its database.
 */
export function createPlayedIntents(dependencies: PlayedIntentsDependencies): IntentPort {
  const { intent, vault, runs, rows, journal, clock } = dependencies;
  const answered = new Set<string>();
  const limitTicks = createTickLimit(dependencies);
  const check = (intentId: string): void => {
    if (intentId !== intent.current().id) intentNotFound(intentId);
  };
  const end = (request: EndRequest, act: () => void): Promise<void> => {
    check(request.intentId);
    if (answered.has(request.requestId)) return Promise.resolve();
    refuseLost(rows, request);
    intent.refuseTerminal();
    act();
    answered.add(request.requestId);
    return Promise.resolve();
  };
  return {
    claim: async (claim) => {
      const work = rows.claim({ ...claim, now: clock.now() });
      limitTicks(work.length);
      return work;
    },
    get: async (intentId) => {
      check(intentId);
      return intent.view();
    },
    report: async (report) => {
      if (answered.has(report.requestId)) return;
      rows.hold(report.work.workId, report.work.leaseToken);
      write(report, dependencies);
      answered.add(report.requestId);
    },
    rebalance: async (request) => {
      check(request.intentId);
      refuseLost(rows, request);
      intent.refuseTerminal();
      return runs.run(request);
    },
    lastRuns: async (intentId, count) => {
      check(intentId);
      return journal.runs.toReversed().slice(0, count);
    },
    listSeries: async (ticker) => (ticker === intent.current().spec.ticker ? named() : []),
    complete: async (request) =>
      end(request, () => {
        intent.end(request.reason);
        vault.setMode('CLOSING');
      }),
    fail: async (request) =>
      end(request, () => {
        intent.finish('ERROR', request.reason, clock.now());
        vault.setMode('PAUSED');
        rows.clear();
      }),
  };

  /** What is held, chosen, or about to be bought, each once. */
  function named(): readonly Series[] {
    const { index } = intent.current().runtime;
    const inVault = vault.view().positions.flatMap(({ assetId }) => {
      const half = parseSeriesAssetId(assetId);
      return half.ok ? [half.value.series] : [];
    });
    const all = [index?.held?.series, index?.next?.series, ...runs.underWay(), ...inVault];
    const byId = new Map(all.flatMap((one) => (one === undefined ? [] : [[seriesId(one), one]])));
    return sorted(byId.values(), (left, right) => compare(seriesId(left), seriesId(right)));
  }
}

/** Starts the loop: one row for each agent that the intent needs, all due now (intent rules, activation). */
export function startLoop(rows: WorkRows, intent: IntentKeeper, clock: Clock): void {
  const { id, spec } = intent.current();
  for (const { kind, need, instanceKey } of planAgents(id, spec)) {
    if (need === 'NONE') continue;
    const intentId = kind === 'ORACLE' || kind === 'POOL' ? undefined : id;
    rows.add({ workId: `${kind}/${instanceKey}`, kind, instanceKey, intentId }, clock.now());
  }
  rows.request(id, clock.now());
}

/** One report, as a whole: runtime, lease, wakes, notices. */
function write(report: WorkReport, dependencies: PlayedIntentsDependencies): void {
  const { intent, rows, clock } = dependencies;
  const now = clock.now();
  const { work, runtime, wakeAgents = [], notices = [], spotPrice, servedIntentIds = [] } = report;
  if (work.intentId !== undefined) intent.refuseTerminal();
  const chosen = nextOf(intent);
  if (runtime !== undefined) intent.patch(runtime, now);
  rows.served(servedIntentIds);
  if (report.releases) rows.release(work.workId, report);
  rows.wake(
    wakeAgents.filter((kind) => kind !== 'POOL'),
    now,
  );
  if (wakeAgents.includes('POOL')) rows.request(intent.current().id, now);
  const next = nextOf(intent);
  if (next !== undefined && next !== chosen) rows.wake(['ORACLE'], now);
  if (spotPrice !== undefined) rows.priceMoved(spotPrice, now);
  for (const notice of notices) tell(notice, dependencies);
}

function nextOf(intent: IntentKeeper): string | undefined {
  const series = intent.current().runtime.index?.next?.series;
  return series && seriesId(series);
}

function tell(notice: Notice, { intent, journal, clock }: PlayedIntentsDependencies): void {
  const { onRoll, onThresholdBreach, onStopLoss } = intent.current().spec.notifications;
  const wanted = { ROLL: onRoll, THRESHOLD_BREACH: onThresholdBreach, STOP_LOSS: onStopLoss };
  journal.notices.push({ ...notice, time: clock.now(), isWanted: wanted[notice.kind] });
}

function createTickLimit({ clock, maxTicksAtOnce }: PlayedIntentsDependencies) {
  let time = clock.now();
  let ticks = 0;
  return (count: number): void => {
    ticks = clock.now() === time ? ticks + count : count;
    time = clock.now();
    invariant(
      ticks <= maxTicksAtOnce,
      `${ticks} ticks started at one time, at most ${maxTicksAtOnce}`,
    );
  };
}

function refuseLost(rows: WorkRows, { leaseToken }: { readonly leaseToken: bigint }): void {
  if (rows.isCurrent(leaseToken)) return;
  const message = `lease ${leaseToken} is not the current one of any work`;
  refuse(domainError('ABORTED', 'LEASE_LOST', message, { lease_token: String(leaseToken) }));
}

function intentNotFound(intentId: string): never {
  const message = `intent ${intentId} does not exist`;
  return refuse(domainError('NOT_FOUND', 'INTENT_NOT_FOUND', message, { intent_id: intentId }));
}
