import { err, ok, type Result } from '@trimtab/core';
import type { Runtime } from './runtime.js';

/** The fields of the runtime that the engine writes, by their names in a mask. */
const WRITABLE: ReadonlyMap<string, keyof Runtime> = new Map<string, keyof Runtime>([
  ['current_drift_bps', 'currentDriftBps'],
  ['roll_count', 'totalRolls'],
  ['total_cost_bps', 'totalCostBps'],
  ['last_roll_time', 'lastRollAt'],
  ['last_roll_cost_bps', 'lastRollCostBps'],
  ['last_rebalance_id', 'lastRebalanceId'],
  ['last_error', 'lastError'],
]);

/** The paths that a runtime mask can hold. Vaults and activation are the service's own knowledge. */
export const RUNTIME_MASK_PATHS: readonly string[] = [...WRITABLE.keys()];

/**
 * The runtime with a report merged in: the fields of the mask, every one without a mask.
 *
 * @returns the runtime, or the first path that is none
 */
export function applyReport(
  before: Runtime,
  report: Runtime,
  mask: readonly string[],
): Result<Runtime, string> {
  const unknown = mask.find((path) => !WRITABLE.has(path));
  if (unknown !== undefined) return err(unknown);
  const names = (mask.length === 0 ? RUNTIME_MASK_PATHS : mask).flatMap(
    (path) => WRITABLE.get(path) ?? [],
  );
  const written = Object.fromEntries(names.map((name) => [name, report[name]]));
  return ok({ ...before, ...written });
}
