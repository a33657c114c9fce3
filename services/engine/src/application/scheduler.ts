import { addMillis, DomainFailure, type Clock } from '@trimtab/core';
import { backoffMillis, type Backoff } from '../domain/backoff.js';
import type { AgentKind, TickResult, Work } from '../domain/work.js';
import type { TickObserver } from './observer.js';
import type { CreateAgent, DerivedIds, IntentPort, WorkReport } from './ports.js';

/** What a scheduler takes, and how much of it at a time. */
export interface SchedulerSettings {
  /** Names this process in the leases. */
  readonly engineId: string;
  /** Whose work it takes; empty: of every agent. */
  readonly kinds: readonly AgentKind[];
  /** Ticks in flight at a time; 1 makes their order that of the due times. */
  readonly concurrency: number;
  readonly leaseSeconds: number;
  /** Between the attempts of a tick that fails. */
  readonly backoff: Backoff;
}

/** Runs something of a piece of work. */
export type Around = <T>(work: Work, run: () => Promise<T>) => Promise<T>;

/** What a scheduler works with. */
export interface SchedulerDependencies {
  readonly clock: Clock;
  readonly intents: Pick<IntentPort, 'claim' | 'report'>;
  readonly createAgent: CreateAgent;
  readonly derivedIds: DerivedIds;
  readonly observer: TickObserver;
  /** Around a tick alone: ends it before its lease does. */
  readonly withinLease: Around;
  /** Around a tick and its report: the trace of both. */
  readonly traced: Around;
  /** Called at the end of each tick: there is room for another, and perhaps more work is due. */
  readonly onRoom?: () => void;
}

/** Takes work that is due, has its agents tick, and reports. */
export interface Scheduler {
  /** Claims work for the room that there is and starts its ticks; answers how many. */
  takeDue(): Promise<number>;
  /** Resolves when no tick is in flight. */
  idle(): Promise<void>;
  /** Ticks whatever is due now until nothing is left, and answers how many ticks that were. For virtual clocks. */
  runDue(): Promise<number>;
}

/** Runs something as it is: for virtual clocks, where nothing takes time and nobody traces. */
export const plainly: Around = (_work, run) => run();

/**
 * Creates a scheduler. It knows nothing between two ticks: what is due, under which lease and how often
 * it failed is in the intent service. Each claimed piece of work is ticked once and reported once under
 * its lease; a tick that throws is reported with its error and due again after a backoff.
 */
export function createScheduler(
  settings: SchedulerSettings,
  deps: SchedulerDependencies,
): Scheduler {
  const inFlight = new Set<Promise<void>>();
  const tick = createTick(settings, deps);
  const takeDue = async (): Promise<number> => {
    const room = settings.concurrency - inFlight.size;
    if (room <= 0) return 0;
    const { engineId, kinds, leaseSeconds } = settings;
    const claimed = await deps.intents.claim({ engineId, kinds, limit: room, leaseSeconds });
    for (const work of claimed) {
      const running = tick(work).finally(() => {
        inFlight.delete(running);
        deps.onRoom?.();
      });
      inFlight.add(running);
    }
    return claimed.length;
  };
  const idle = async (): Promise<void> => {
    while (inFlight.size > 0) await Promise.all(inFlight);
  };
  return {
    takeDue,
    idle,
    runDue: async () => {
      let count = 0;
      for (let taken = await takeDue(); taken > 0; taken = await takeDue()) {
        count += taken;
        await idle();
      }
      return count;
    },
  };
}

/** One tick from its claim to its report; never throws. */
function createTick(settings: SchedulerSettings, deps: SchedulerDependencies) {
  const { clock, observer } = deps;
  const report = createReport(deps);
  const once = async (work: Work): Promise<void> => {
    const startTime = clock.now();
    try {
      const agent = deps.createAgent(work);
      const result = await deps.withinLease(work, () => agent.tick(startTime));
      await report(work, 'done', recovered(work, result));
      observer.tickEnded(work, clock.now() - startTime);
    } catch (error) {
      if (isDropped(work, error)) {
        observer.workLost(work);
        return;
      }
      observer.tickFailed(work, error);
      await report(work, 'failed', failure(work, error));
    }
  };
  const failure = (work: Work, error: unknown): TickResult => {
    const pause = Math.max(
      backoffMillis(work.attemptCount, settings.backoff),
      askedPauseMillis(error),
    );
    return {
      nextDueTime: addMillis(clock.now(), pause),
      ...(work.intentId !== undefined && { runtime: { lastError: errorText(error) } }),
    };
  };
  return async (work: Work): Promise<void> => {
    try {
      await deps.traced(work, () => once(work));
    } catch (error) {
      // The lease ends by itself, and the work is taken again.
      if (isDropped(work, error)) observer.workLost(work);
      else observer.reportFailed(work, error);
    }
  };
}

/** Reports a tick; the same attempt gives the same request id, and is written once. */
function createReport({ intents, derivedIds }: SchedulerDependencies) {
  return (work: Work, outcome: 'done' | 'failed', result: TickResult): Promise<void> => {
    const requestId = derivedIds.of('report', work.workId, String(work.leaseToken), outcome);
    const failed = outcome === 'failed';
    const report: WorkReport = { ...result, requestId, work, releases: true, failed };
    return intents.report(report);
  };
}

/** The error of earlier attempts is over once one went well. */
function recovered(work: Work, result: TickResult): TickResult {
  if (work.attemptCount === 0 || work.intentId === undefined) return result;
  return { ...result, runtime: { lastError: '', ...result.runtime } };
}

/** Reasons why an intent has no work any more. */
const ENDED: ReadonlySet<string> = new Set(['INTENT_TERMINAL', 'INTENT_NOT_FOUND']);

/** Whether nobody wants the outcome of a tick any more: another engine has the work, or it is gone. */
function isDropped({ intentId }: Work, error: unknown): boolean {
  if (!(error instanceof DomainFailure)) return false;
  const { reason } = error.error;
  return reason === 'LEASE_LOST' || (intentId !== undefined && ENDED.has(reason));
}

function askedPauseMillis(error: unknown): number {
  return error instanceof DomainFailure ? (error.error.retryAfterMillis ?? 0) : 0;
}

/** What an owner may read of an error is short. */
const MAX_ERROR_LENGTH = 500;

function errorText(error: unknown): string {
  const text =
    error instanceof DomainFailure ? `${error.error.reason}: ${error.message}` : messageOf(error);
  return text.slice(0, MAX_ERROR_LENGTH);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
