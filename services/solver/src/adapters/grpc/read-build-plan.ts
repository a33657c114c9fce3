import type * as portfolio from '@trimtab/contracts/portfolio';
import type * as wire from '@trimtab/contracts/solver';
import { domainError, present, quoted, refuse } from '@trimtab/core';
import { createFields, type FieldReader } from '@trimtab/grpc';
import type { BuildPlanCommand } from '../../application/build-plan.js';
import {
  type ExplicitTarget,
  type LiveWeight,
  type PlanMode,
  type VaultState,
} from '../../domain/index.js';
import { planModes, sides } from './enum-names.js';
import { ASSET_ID, HASH, ID, MAX_INT32 } from './read-fields.js';

const MAX_POSITIONS = 20_000;
const MAX_ALLOWED = 10_000;
/** A quadrillion of whole underlying at 27 decimals; more is a mistake of the caller. */
const MAX_NAV = 10n ** 42n;

/**
 * Reads a request for a plan. What the targets may weigh is for the rules of the solver to say.
 *
 * @throws DomainFailure INVALID_ARGUMENT with every violation, NAV_NOT_POSITIVE
 */
export function readBuildPlan(request: wire.BuildPlanRequest): BuildPlanCommand {
  const fields = createFields();
  const mode = fields.enumValue('mode', request.mode, planModes.words);
  const vault = fields.message('vault', request.vault, readVault);
  const policyId = fields.optional(request.policyId, (id) => fields.text('policy_id', id, ID));
  const managerId = fields.optional(request.managerId, (id) => fields.text('manager_id', id, ID));
  const command = {
    mode,
    snapshotHash: fields.text('snapshot_hash', request.snapshotHash, HASH),
    generateTime: fields.timestamp('generate_time', request.generateTime),
    targets: fields.list('targets', request.targets, { max: MAX_POSITIONS }, readTarget),
    ...(policyId === undefined ? {} : { policyId }),
    ...(managerId === undefined ? {} : { managerId }),
  };
  const allowedStrategies = fields.list(
    'allowed_strategies',
    request.allowedStrategies,
    { max: MAX_ALLOWED, unique: (id) => id },
    (id, item) => item.text('', id, ID),
  );
  // Of an unknown mode nothing more can be asked.
  if (planModes.words[request.mode] !== undefined) noteModeViolations(fields, mode, request);
  fields.done();
  const readable = present(vault, 'a request without violations has a vault');
  if (readable.nav <= 0n) refuseNav(readable);
  return {
    ...command,
    vault: readable,
    ...(allowedStrategies.length === 0 ? {} : { allowedStrategies }),
  };
}

/** Reads the state of a vault. */
export function readVault(given: wire.PlanVault, fields: FieldReader): VaultState {
  return {
    vaultId: fields.text('vault_id', given.vaultId, ID),
    vaultVersion: fields.integer('vault_version', given.vaultVersion, {
      min: 1,
      max: Number.MAX_SAFE_INTEGER,
    }),
    nav: fields.amount('nav', given.nav, {
      min: -MAX_NAV,
      max: MAX_NAV,
    }),
    weights: fields.list(
      'weights',
      given.weights,
      { max: MAX_POSITIONS, unique: positionKey },
      readWeight,
    ),
  };
}

/** As the violation of a duplicate names it. */
function positionKey({ assetId, side }: portfolio.PositionWeight): string {
  return `${assetId} ${sides.words[side] ?? side}`;
}

/** Live weights can be above the whole: shorts add exposure that NAV does not hold. */
function readWeight(given: portfolio.PositionWeight, fields: FieldReader): LiveWeight {
  return {
    assetId: fields.text('asset_id', given.assetId, ASSET_ID),
    side: fields.enumValue('side', given.side, sides.words),
    weightBps: fields.integer('weight_bps', given.weightBps, { min: 0, max: MAX_INT32 }),
  };
}

function readTarget(given: portfolio.TargetWeight, fields: FieldReader): ExplicitTarget {
  if (given.strategyId !== '') {
    const message = `was ${quoted(given.strategyId)}, is output only`;
    fields.violation('strategy_id', 'FIELD_INVALID', message);
  }
  return {
    assetId: fields.text('asset_id', given.assetId, ASSET_ID),
    side: fields.enumValue('side', given.side, sides.words),
    weightBps: given.weightBps,
    investible: given.investible ?? true,
    ...(given.kappaDecimal === '' ? {} : { kappa: given.kappaDecimal }),
  };
}

/** Each mode has fields of its own; one that is given to the other would be ignored silently. */
function noteModeViolations(
  fields: FieldReader,
  mode: PlanMode,
  request: wire.BuildPlanRequest,
): void {
  const refuseGiven = (field: string, given: boolean): void => {
    if (given) fields.violation(field, 'FIELD_INVALID', `was set, must be empty for mode ${mode}`);
  };
  if (mode === 'EXPLICIT') {
    refuseGiven('manager_id', request.managerId !== '');
    refuseGiven('allowed_strategies', request.allowedStrategies.length > 0);
    // Without scores there is no optimum to be compared with.
    refuseGiven('include_certificate', request.includeCertificate);
    return;
  }
  refuseGiven('targets', request.targets.length > 0);
  if (request.policyId === '') {
    fields.violation('policy_id', 'FIELD_REQUIRED', `must be set for mode ${mode}`);
  }
  if (request.managerId === '' && request.allowedStrategies.length === 0) {
    const message = `must be set for mode ${mode}, or allowed_strategies`;
    fields.violation('manager_id', 'FIELD_REQUIRED', message);
  }
}

function refuseNav({ nav, vaultId }: VaultState): never {
  const message = `the net asset value of vault "${vaultId}" was ${nav}, must be above 0`;
  const metadata = { vault_id: vaultId, nav: nav.toString() };
  refuse(domainError('FAILED_PRECONDITION', 'NAV_NOT_POSITIVE', message, metadata));
}
