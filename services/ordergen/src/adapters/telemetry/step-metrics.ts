import { ATTRIBUTES, count, METRICS, record } from '@trimtab/telemetry';
import { hasEnded } from '../../domain/rebalance-state.js';
import type { RunningRebalance } from '../../application/rebalance-record.js';
import type { RebalanceStep } from '../../application/rebalance-step.js';

const MILLIS = 1000;
/** How an action can end; the other states are ways to get there. */
const SETTLED: ReadonlySet<string> = new Set(['FILLED', 'FAILED', 'LOCKED', 'SKIPPED']);

/** Counts and times what a committed step did. */
export function recordStep(before: RunningRebalance, step: RebalanceStep): void {
  for (const { kind } of step.feed) if (kind === 'RECALIBRATION') count(METRICS.recalibrations, 1);
  for (const action of step.actions) recordAction(before, step, action);
  if (step.running || hasEnded(before.head.state.state)) return;
  const { state, residual } = step.head.state;
  const labels = { [ATTRIBUTES.rebalanceState]: state };
  count(METRICS.rebalancesEnded, 1, labels);
  record(METRICS.rebalanceDuration, (step.time - before.facts.createTime) / MILLIS, labels);
  // A metric is no book: beyond 2^53 base units the last digits are lost.
  count(METRICS.rebalanceResidual, Number(residual < 0n ? -residual : residual));
}

function recordAction(
  { open }: RunningRebalance,
  { rebalanceId, time }: RebalanceStep,
  action: RebalanceStep['actions'][number],
): void {
  const { state } = action;
  if (action.rebalanceId !== rebalanceId || state === undefined || !SETTLED.has(state)) return;
  count(METRICS.actionOutcomes, 1, {
    [ATTRIBUTES.actionState]: state,
    [ATTRIBUTES.actionReason]: action.reason ?? 'NONE',
  });
  if (open?.index !== action.index) return;
  const seconds = (time - open.dispatchTime) / MILLIS;
  record(METRICS.actionDuration, seconds, { [ATTRIBUTES.actionState]: state });
}
