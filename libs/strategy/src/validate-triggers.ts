import {
  DRIFT_BAND_GOALS,
  DRIFT_BAND_KINDS,
  NO_TRIGGERS,
  type DriftBand,
  type Schedule,
  type SlippageBudget,
  type Triggers,
} from './allocation.js';
import { at, integerWithin, oneOf, quoted, type Report } from './checks.js';
import { isCron } from './cron.js';
import type { TriggersDraft } from './draft.js';
import { violation } from './violation.js';

/** A year: longer waits are surely slips. */
const MAX_SECONDS = 31_536_000;
const BPS = { min: 0, max: 10_000 } as const;

/** Checks what starts a rebalance without the owner; every part is optional. */
export function checkTriggers(
  report: Report,
  draft: TriggersDraft | undefined,
  isTimeZone: (name: string) => boolean,
): Triggers {
  if (draft === undefined) return NO_TRIGGERS;
  const schedule = checkSchedule(report, draft.schedule, isTimeZone);
  const driftBand = checkBand(report, draft.driftBand);
  const cooldownSeconds =
    draft.cooldownSeconds === undefined
      ? undefined
      : integerWithin(at(report, 'triggers.cooldown_seconds'), draft.cooldownSeconds, {
          min: 0,
          max: MAX_SECONDS,
        });
  const slippageBudget = checkBudget(report, draft.slippageBudget);
  return { schedule, driftBand, cooldownSeconds, slippageBudget };
}

function checkSchedule(
  report: Report,
  draft: TriggersDraft['schedule'],
  isTimeZone: (name: string) => boolean,
): Schedule | undefined {
  if (draft === undefined) return undefined;
  if (!isCron(draft.cron)) {
    const limit = 'five cron fields: minute, hour, day of month, month, day of week';
    report(violation('triggers.schedule.cron', 'PATTERN', quoted(draft.cron), limit));
  }
  if (!isTimeZone(draft.timeZone)) {
    const limit = 'a time zone such as Europe/Zurich';
    report(violation('triggers.schedule.time_zone', 'PATTERN', quoted(draft.timeZone), limit));
  }
  return draft;
}

function checkBand(report: Report, draft: TriggersDraft['driftBand']): DriftBand | undefined {
  if (draft === undefined) return undefined;
  const kind = oneOf(at(report, 'triggers.drift_band.kind'), draft.kind, DRIFT_BAND_KINDS);
  const width = integerWithin(at(report, 'triggers.drift_band.width_bps'), draft.widthBps, BPS);
  const goal = oneOf(at(report, 'triggers.drift_band.goal'), draft.goal, DRIFT_BAND_GOALS);
  if (kind === undefined || width === undefined || goal === undefined) return undefined;
  return { kind, widthBps: width, goal };
}

function checkBudget(
  report: Report,
  draft: TriggersDraft['slippageBudget'],
): SlippageBudget | undefined {
  if (draft === undefined) return undefined;
  const { budgetBps, windowSeconds } = draft;
  const field = 'triggers.slippage_budget';
  const budget = integerWithin(at(report, `${field}.budget_bps`), budgetBps, BPS);
  const window = integerWithin(at(report, `${field}.window_seconds`), windowSeconds, {
    min: 1,
    max: MAX_SECONDS,
  });
  if (budget === undefined || window === undefined) return undefined;
  return { budgetBps: budget, windowSeconds: window };
}
