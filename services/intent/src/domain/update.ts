import { err, ok, type Result } from '@trimtab/core';
import type {
  Allocation,
  AllocationDraft,
  ConfigDraft,
  ConstraintsDraft,
  IntentDraft,
  IntentSpec,
  NotificationsDraft,
  TriggersDraft,
} from '@trimtab/strategy';

/** What an owner changes; what is absent stays (intent rules, lifecycle). */
export interface IntentUpdate {
  readonly config: Partial<ConfigDraft>;
  readonly constraints: Partial<ConstraintsDraft>;
  readonly notifications: Partial<NotificationsDraft>;
  readonly triggers: Partial<TriggersDraft>;
  /** Which triggers to write, absent ones being removed; empty writes those that are set. */
  readonly mask: readonly string[];
}

/** The triggers that a mask can name. */
export const TRIGGER_NAMES = [
  'schedule',
  'driftBand',
  'cooldownSeconds',
  'slippageBudget',
] as const;
type TriggerName = (typeof TRIGGER_NAMES)[number];

const MASK_PATHS: ReadonlyMap<string, readonly TriggerName[]> = new Map<
  string,
  readonly TriggerName[]
>([
  ['triggers', TRIGGER_NAMES],
  ['triggers.schedule', ['schedule']],
  ['triggers.drift_band', ['driftBand']],
  ['triggers.cooldown_seconds', ['cooldownSeconds']],
  ['triggers.slippage_budget', ['slippageBudget']],
]);

/** The paths that an update mask can hold. */
export const UPDATE_MASK_PATHS: readonly string[] = [...MASK_PATHS.keys()];

/**
 * The intent with an update merged in, as a draft to be validated as a whole. Type, owner, ticker,
 * collateral and allocation stay what they are.
 *
 * @returns the draft, or the first path of the mask that names no trigger
 */
export function applyUpdate(spec: IntentSpec, update: IntentUpdate): Result<IntentDraft, string> {
  const written = writtenTriggers(update);
  if (!written.ok) return written;
  return ok({
    type: spec.type,
    collateral: spec.collateral,
    ticker: spec.ticker,
    config: merged<ConfigDraft>(spec.config, update.config),
    constraints: merged<ConstraintsDraft>(spec.constraints, update.constraints),
    notifications: merged<NotificationsDraft>(spec.notifications, update.notifications),
    allocation: allocationDraft(spec.allocation),
    triggers: { ...spec.triggers, ...written.value },
  });
}

function writtenTriggers({ mask, triggers }: IntentUpdate): Result<Partial<TriggersDraft>, string> {
  if (mask.length === 0) return ok(present(triggers));
  const unknown = mask.find((path) => !MASK_PATHS.has(path));
  if (unknown !== undefined) return err(unknown);
  const names = mask.flatMap((path) => MASK_PATHS.get(path) ?? []);
  return ok(Object.fromEntries(names.map((name) => [name, triggers[name]])));
}

function merged<T extends object>(before: T, change: Partial<T>): T {
  return { ...before, ...present(change) };
}

function present<T extends object>(values: T): Partial<T> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  // Dropping absent fields of a T leaves some of the fields of a T.
  return Object.fromEntries(entries) as Partial<T>;
}

/** An allocation that was validated once, to be validated again with the rest. */
function allocationDraft(allocation: Allocation): AllocationDraft {
  switch (allocation.kind) {
    case 'index':
      return allocation;
    case 'targetWeights': {
      const targets = allocation.targets.map((target) => ({
        ...target,
        kappa: target.kappa ?? '',
      }));
      return { kind: 'targetWeights', targets, policyId: allocation.policyId ?? '' };
    }
    case 'solver':
      return { ...allocation, managerId: allocation.managerId ?? '' };
  }
}
