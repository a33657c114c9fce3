import type { TargetWeight } from '@trimtab/contracts/portfolio';
import type * as wire from '@trimtab/contracts/solver';
import type { FieldReader } from '@trimtab/grpc';
import type { StatedPlan } from '../../application/recompute-plan.js';
import type {
  ExplicitTarget,
  ManagerSettings,
  PlanInputs,
  Policy,
  StrategyInput,
} from '../../domain/index.js';
import { planModes, sides } from './enum-names.js';
import { readVault } from './read-build-plan.js';
import { ASSET_ID, HASH, ID } from './read-fields.js';
import { readRegimeDecision } from './read-options.js';
import { limitFields, settingFields, snapshotFields, strategyFields } from './registry-fields.js';

const MAX_STRATEGIES = 10_000;
const MAX_TARGETS = 20_000;
const MAX_VERSION = Number.MAX_SAFE_INTEGER;

/**
 * Reads what a plan that a caller holds says it was made from; violations are noted. Everything else
 * of the plan is compared, not read.
 */
export function readStatedPlan(
  given: wire.Plan,
  fields: FieldReader,
): Omit<StatedPlan, 'inputs'> & { readonly inputs: PlanInputs | undefined } {
  const mode = fields.enumValue('mode', given.mode, planModes.words);
  return {
    mode,
    snapshotHash: fields.text('snapshot_hash', given.snapshotHash, HASH),
    generateTime: fields.timestamp('generate_time', given.generateTime),
    // The targets of a solver plan follow from its inputs and are not read.
    targets:
      mode === 'EXPLICIT'
        ? fields.list('targets', given.targets, { max: MAX_TARGETS }, readTarget)
        : [],
    inputs: fields.message('inputs', given.inputs, readInputs),
  };
}

function readTarget(given: TargetWeight, fields: FieldReader): ExplicitTarget {
  return {
    assetId: fields.text('asset_id', given.assetId, ASSET_ID),
    side: fields.enumValue('side', given.side, sides.words),
    weightBps: given.weightBps,
    investible: given.investible ?? true,
    ...(given.kappaDecimal === '' ? {} : { kappa: given.kappaDecimal }),
  };
}

function readInputs(given: wire.PlanInputs, fields: FieldReader): PlanInputs {
  const policy =
    given.policy === undefined ? undefined : readPolicy(given.policy, fields.at('policy'));
  const manager =
    given.manager === undefined ? undefined : readManager(given.manager, fields.at('manager'));
  const strategies = fields.list(
    'strategies',
    given.strategies,
    { max: MAX_STRATEGIES },
    readStrategyInput,
  );
  const vault = fields.message('vault', given.vault, readVault);
  return {
    // An absent strategy or vault was noted, and the request is refused for it.
    strategies: strategies.flatMap((input) => (input === undefined ? [] : [input])),
    vault: vault ?? { vaultId: '', vaultVersion: 1, nav: 1n, weights: [] },
    ...(policy === undefined ? {} : { policy }),
    ...(manager === undefined ? {} : { manager }),
    ...readRegimeDecision(given.regime, fields),
  };
}

function readStrategyInput(
  { strategy, snapshot }: wire.StrategyInput,
  fields: FieldReader,
): StrategyInput | undefined {
  const read = fields.message('strategy', strategy, (given, at) => ({
    ...strategyFields(given, at),
    version: versionOf(given, at),
  }));
  if (read === undefined) return undefined;
  if (snapshot === undefined) return { strategy: read };
  const at = fields.at('snapshot');
  return {
    strategy: read,
    snapshot: { ...snapshotFields(snapshot, at), version: versionOf(snapshot, at) },
  };
}

function readPolicy(given: wire.Policy, fields: FieldReader): Policy {
  return {
    ...limitFields(given, fields),
    policyId: fields.text('policy_id', given.policyId, ID),
    version: versionOf(given, fields),
  };
}

/** A plan that was made without a stored manager has neither id nor version. */
function readManager(given: wire.Manager, fields: FieldReader): ManagerSettings {
  const settings = settingFields(given, fields);
  if (given.managerId === '') return settings;
  return {
    ...settings,
    managerId: fields.text('manager_id', given.managerId, ID),
    version: versionOf(given, fields),
  };
}

function versionOf({ version }: { readonly version: bigint }, fields: FieldReader): number {
  return fields.integer('version', version, { min: 1, max: MAX_VERSION });
}
