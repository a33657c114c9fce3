import type * as wire from '@trimtab/contracts/solver';
import { present } from '@trimtab/core';
import { createFields, type FieldReader } from '@trimtab/grpc';
import type { SubmittedSnapshot } from '../../application/submit-strategy-snapshots.js';
import type { UpsertPolicyCommand } from '../../application/upsert-policy.js';
import type { Manager } from '../../application/ports.js';
import {
  managerViolations,
  policyViolations,
  snapshotViolations,
  strategyViolations,
  type Strategy,
} from '../../domain/index.js';
import { ID, noteAll } from './read-fields.js';
import { limitFields, settingFields, snapshotFields, strategyFields } from './registry-fields.js';

/** What the readers below agree on with `done`: a field that was not refused has its value. */
const READ = 'a request without violations has every required field';
const MAX_SNAPSHOTS = 1000;

/** @throws DomainFailure INVALID_ARGUMENT with every violation */
export function readStrategy(request: wire.UpsertStrategyRequest): Omit<Strategy, 'version'> {
  const top = createFields();
  const strategy = top.message('strategy', request.strategy, strategyFields);
  if (strategy !== undefined) noteAll(top, strategyViolations({ ...strategy, version: 1 }));
  top.done();
  return present(strategy, READ);
}

/** @throws DomainFailure INVALID_ARGUMENT with every violation of every snapshot */
export function readSnapshots(
  request: wire.SubmitStrategySnapshotsRequest,
): readonly SubmittedSnapshot[] {
  const top = createFields();
  const snapshots = top.list(
    'snapshots',
    request.snapshots,
    { min: 1, max: MAX_SNAPSHOTS, reason: 'BATCH_TOO_LARGE', unique: (item) => item.strategyId },
    readSubmitted,
  );
  snapshots.forEach(({ snapshot }, index) =>
    noteAll(top, snapshotViolations({ ...snapshot, version: 1 }, `snapshots[${index}]`)),
  );
  top.done();
  return snapshots;
}

/** @throws DomainFailure INVALID_ARGUMENT with every violation */
export function readPolicy(request: wire.UpsertPolicyRequest): UpsertPolicyCommand {
  const top = createFields();
  const command = top.message('policy', request.policy, (given, fields) => ({
    policyId: fields.text('policy_id', given.policyId, ID),
    etag: given.etag,
    limits: limitFields(given, fields),
  }));
  if (command !== undefined)
    noteAll(top, policyViolations({ ...command.limits, policyId: command.policyId }));
  top.done();
  return present(command, READ);
}

/** @throws DomainFailure INVALID_ARGUMENT with every violation */
export function readManager(request: wire.UpsertManagerRequest): Omit<Manager, 'version'> {
  const top = createFields();
  const settings = top.message('manager', request.manager, (given, fields) => ({
    managerId: fields.text('manager_id', given.managerId, ID),
    ...settingFields(given, fields),
  }));
  // Until the amount could be read its bounds say nothing.
  if (settings !== undefined && top.clean) noteAll(top, managerViolations(settings));
  top.done();
  return present(settings, READ);
}

function readSubmitted(given: wire.StrategySnapshot, fields: FieldReader): SubmittedSnapshot {
  const observeTime =
    given.observeTime === undefined
      ? undefined
      : fields.timestamp('observe_time', given.observeTime);
  return {
    strategyId: fields.text('strategy_id', given.strategyId, ID),
    snapshot: snapshotFields(given, fields),
    ...(observeTime === undefined ? {} : { observeTime }),
  };
}
