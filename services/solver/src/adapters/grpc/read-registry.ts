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
import { adapterKinds, liquidityProfiles, strategyStates } from './enum-names.js';
import { ASSET_ID, ID, noteAll } from './read-fields.js';

/** What the readers below agree on with `done`: a field that was not refused has its value. */
const READ = 'a request without violations has every required field';
const MAX_SNAPSHOTS = 1000;
const MAX_ENVELOPES = 64;
const MAX_SOURCES = 32;
const MAX_PROTOCOL_CAPS = 1000;
const MAX_ALLOWED = 10_000;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** @throws DomainFailure INVALID_ARGUMENT with every violation */
export function readStrategy(request: wire.UpsertStrategyRequest): Omit<Strategy, 'version'> {
  const top = createFields();
  const strategy = top.message('strategy', request.strategy, (given, fields) => ({
    strategyId: fields.text('strategy_id', given.strategyId, ID),
    assetId: fields.text('asset_id', given.assetId, ASSET_ID),
    protocol: fields.text('protocol', given.protocol, ID),
    state: fields.enumValue('state', given.state, strategyStates.words),
    exotic: given.exotic,
    canary: given.canary,
    strategyCapBps: given.strategyCapBps,
    adapterKind: fields.enumValue('adapter_kind', given.adapterKind, adapterKinds.words),
    grossApySources: fields.list(
      'gross_apy_sources',
      given.grossApySources,
      { max: MAX_SOURCES, unique: (source) => source },
      (source, item) => item.text('', source, { maxLength: 200 }),
    ),
  }));
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
    readSnapshot,
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
    limits: {
      minLiquidReserveBps: given.minLiquidReserveBps,
      strategyCapBps: given.strategyCapBps,
      protocolCaps: fields.list(
        'protocol_caps',
        given.protocolCaps,
        { max: MAX_PROTOCOL_CAPS },
        ({ protocol, capBps }, item) => ({ protocol: item.text('protocol', protocol, ID), capBps }),
      ),
      defaultProtocolCapBps: given.defaultProtocolCapBps,
      exoticCapBps: given.exoticCapBps,
      marginFiCapBps: given.marginFiCapBps,
      minRebalanceDeltaBps: given.minRebalanceDeltaBps,
    },
  }));
  if (command !== undefined) noteAll(top, policyViolations(command.limits));
  top.done();
  return present(command, READ);
}

/** @throws DomainFailure INVALID_ARGUMENT with every violation */
export function readManager(request: wire.UpsertManagerRequest): Omit<Manager, 'version'> {
  const top = createFields();
  const settings = top.message('manager', request.manager, (given, fields) => {
    const maxNotional = fields.optional(given.maxNotional, (text) =>
      fields.amount('max_notional', text),
    );
    return {
      managerId: fields.text('manager_id', given.managerId, ID),
      allowedStrategies: readStrategyIds(fields, given.allowedStrategies),
      ...(maxNotional === undefined ? {} : { maxNotional }),
    };
  });
  // Until the amount could be read its bounds say nothing.
  if (settings !== undefined && top.clean) noteAll(top, managerViolations(settings));
  top.done();
  return present(settings, READ);
}

/** A list of strategy ids; whether they repeat is for the rules of the manager to say. */
export function readStrategyIds(fields: FieldReader, ids: readonly string[]): readonly string[] {
  return fields.list('allowed_strategies', ids, { max: MAX_ALLOWED }, (id, item) =>
    item.text('', id, ID),
  );
}

function readSnapshot(given: wire.StrategySnapshot, fields: FieldReader): SubmittedSnapshot {
  const observeTime =
    given.observeTime === undefined
      ? undefined
      : fields.timestamp('observe_time', given.observeTime);
  return {
    strategyId: fields.text('strategy_id', given.strategyId, ID),
    snapshot: {
      grossApyBps: given.grossApyBps,
      feeBps: given.feeBps,
      borrowCostBps: given.borrowCostBps,
      slippageBps: given.slippageBps,
      riskScoreBps: given.riskScoreBps,
      liquidityProfile: fields.enumValue(
        'liquidity_profile',
        given.liquidityProfile,
        liquidityProfiles.words,
      ),
      withdrawalDelayHours: given.withdrawalDelayHours,
      protocolConcentrationBps: given.protocolConcentrationBps,
      operationalComplexityBps: given.operationalComplexityBps,
      oracleHealthy: given.oracleHealthy,
      protocolHealthy: given.protocolHealthy,
      withdrawalsHealthy: given.withdrawalsHealthy,
      envelopes: fields.list('envelopes', given.envelopes, { max: MAX_ENVELOPES }, readEnvelope),
    },
    ...(observeTime === undefined ? {} : { observeTime }),
  };
}

function readEnvelope(given: wire.InstructionEnvelope, fields: FieldReader) {
  const label = fields.optional(given.label, (text) =>
    fields.text('label', text, { maxLength: 200 }),
  );
  return {
    programId: fields.text('program_id', given.programId, { maxLength: 128 }),
    label: label ?? '',
    data: fields.text('data', given.data, { maxLength: 16_384, pattern: BASE64 }),
  };
}
