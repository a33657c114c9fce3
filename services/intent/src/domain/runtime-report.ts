import { err, ok, type Result } from '@trimtab/core';
import { NO_INDEX, type IndexRuntime } from './index-runtime.js';
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
  ['index', 'index'],
  ['next_schedule_time', 'nextScheduleTime'],
]);

/** The fields of the option index: several agents write it, each its own part. */
const WRITABLE_INDEX: ReadonlyMap<string, keyof IndexRuntime> = new Map<string, keyof IndexRuntime>(
  [
    ['index.series_id', 'seriesId'],
    ['index.open_time', 'openTime'],
    ['index.next_series_id', 'nextSeriesId'],
    ['index.next_trigger', 'nextTrigger'],
    ['index.next_time', 'nextTime'],
    ['index.issued_units', 'issuedUnits'],
    ['index.first_unit_time', 'firstUnitTime'],
    ['index.ledger_sequence', 'ledgerSequence'],
    ['index.vault_version', 'vaultVersion'],
    ['index.index_decimal', 'index'],
    ['index.link_value_decimal', 'linkValue'],
    ['index.notified_trigger', 'notifiedTrigger'],
    ['index.deferral_count', 'deferralCount'],
    ['index.retry_time', 'retryTime'],
  ],
);

/** The paths that a runtime mask can hold. Vaults and activation are the service's own knowledge. */
export const RUNTIME_MASK_PATHS: readonly string[] = [...WRITABLE.keys(), ...WRITABLE_INDEX.keys()];

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
  const unknown = mask.find((path) => !RUNTIME_MASK_PATHS.includes(path));
  if (unknown !== undefined) return err(unknown);
  const paths = mask.length === 0 ? [...WRITABLE.keys()] : mask;
  const written = { ...before, ...named(report, paths, WRITABLE) };
  const ofIndex = named(report.index ?? NO_INDEX, paths, WRITABLE_INDEX);
  const hasIndex = Object.keys(ofIndex).length > 0;
  return ok(
    hasIndex ? { ...written, index: { ...(written.index ?? NO_INDEX), ...ofIndex } } : written,
  );
}

/** The fields of a message that a mask names. */
function named<T extends object>(
  message: T,
  paths: readonly string[],
  fields: ReadonlyMap<string, keyof T>,
): Partial<T> {
  const names = paths.flatMap((path) => fields.get(path) ?? []);
  const found: Partial<T> = {};
  for (const name of names) found[name] = message[name];
  return found;
}
