import * as wire from '@trimtab/contracts/ordergen';
import {
  DriftBandGoal,
  DriftBandKind,
  NetMode,
  SequencingPolicy,
  type DriftBand as DriftBandMessage,
} from '@trimtab/contracts/portfolio';
import { present } from '@trimtab/core';
import { DECIMAL_ONE, DECIMAL_ZERO } from '@trimtab/decimal';
import { createFields, type CallContext, type FieldReader } from '@trimtab/grpc';
import type { CreateRebalanceCommand } from '../../application/plan-rebalance.js';
import type { DriftBand } from '../../domain/drift-band.js';
import type { ExplicitAction } from '../../domain/explicit-action.js';
import { GUIDELINE, type Sequencing } from '../../domain/sequence.js';
import type { Tolerances } from '../../domain/tolerances.js';
import type { RebalancePurpose } from '../../domain/vault.js';
import { netModes, purposes, sides } from '../enum-words.js';
import type { Keyed } from './read-vault.js';
import { ASSET_ID, HASH, ID, MAX_AMOUNT, requestKey } from './request.js';

const METHOD = 'trimtab.ordergen.v1.OrderGenService/CreateRebalance';
const MAX_POSITIONS = 20_000;
const SAFE = { min: 1, max: Number.MAX_SAFE_INTEGER };

/** Reads a request for a rebalance. @throws DomainFailure INVALID_ARGUMENT with every violation */
export function readCreateRebalance(
  request: wire.CreateRebalanceRequest,
  context: CallContext,
): Keyed<CreateRebalanceCommand> {
  const fields = createFields();
  const given = { request, codec: wire.CreateRebalanceRequest };
  const key = requestKey(fields, context, METHOD, given);
  const command = fields.message('terms', request.terms, readTerms);
  fields.done();
  return { command: present(command, 'a request without violations has terms'), key };
}

/** Reads a request for a preview. @throws DomainFailure INVALID_ARGUMENT with every violation */
export function readPreviewRebalance(
  request: wire.PreviewRebalanceRequest,
): CreateRebalanceCommand {
  const fields = createFields();
  const command = fields.message('terms', request.terms, readTerms);
  fields.done();
  return present(command, 'a request without violations has terms');
}

function readTerms(terms: wire.RebalanceTerms, fields: FieldReader): CreateRebalanceCommand {
  const purpose = fields.enumValue('purpose', terms.purpose, purposes.words);
  const source = readSource(terms, fields, purpose);
  const tolerances = fields.optional(terms.tolerances, (value) =>
    readTolerances(value, fields.at('tolerances')),
  );
  const slippageLimitBps = fields.optional(terms.slippageLimitBps, (value) =>
    fields.bps('slippage_limit_bps', value),
  );
  const expireTime = fields.optional(terms.expireTime, (value) =>
    fields.timestamp('expire_time', value),
  );
  const band = fields.optional(terms.driftBand, (value) =>
    readBand(value, fields.at('drift_band')),
  );
  const floor = fields.optional(terms.underlyingFloor, (text) =>
    fields.amount('underlying_floor', text, { max: MAX_AMOUNT, reason: 'FLOOR_OUT_OF_RANGE' }),
  );
  return {
    vaultId: fields.text('vault_id', terms.vaultId, ID),
    vaultVersion: fields.integer('vault_version', terms.vaultVersion, SAFE),
    fence: fields.integer('fence', terms.fence, SAFE),
    ...source,
    snapshotHash: fields.text('snapshot_hash', terms.snapshotHash, HASH),
    purpose,
    ...(tolerances !== undefined && { tolerances }),
    netMode: readNetMode(terms, fields),
    sequencing: readSequencing(terms.sequencing, fields.at('sequencing')),
    underlyingFloor: floor ?? 0n,
    ...(slippageLimitBps !== undefined && { slippageLimitBps }),
    ...(expireTime !== undefined && { expireTime }),
    ...(band !== undefined && { band }),
  };
}

/** A settlement exits every position; anything else follows a plan or the actions of a manager. */
function readSource(
  { source }: wire.RebalanceTerms,
  fields: FieldReader,
  purpose: RebalancePurpose,
): Pick<CreateRebalanceCommand, 'planHash' | 'actions'> {
  if (purpose === 'SETTLE') {
    const given = source?.$case === 'planHash' ? source.value !== '' : source !== undefined;
    const field = source?.$case === 'explicitActions' ? 'explicit_actions' : 'plan_hash';
    if (given)
      fields.violation(field, 'FIELD_INVALID', 'must be absent for SETTLE, which exits all');
    return {};
  }
  if (source?.$case === 'explicitActions') {
    return { actions: readActions(source.value, fields.at('explicit_actions')) };
  }
  return { planHash: fields.text('plan_hash', source?.value ?? '', HASH) };
}

function readActions(given: wire.ExplicitActions, fields: FieldReader): readonly ExplicitAction[] {
  const rules = {
    min: 1,
    max: MAX_POSITIONS,
    unique: (action: wire.ExplicitAction) => `${action.assetId} ${action.side}`,
  };
  return fields.list('actions', given.actions, rules, (action, item) => {
    const delta = (field: string, text: string): bigint =>
      item.optional(text, (value) =>
        item.amount(field, value, { min: -MAX_AMOUNT, max: MAX_AMOUNT }),
      ) ?? 0n;
    const side = item.enumValue('side', action.side, sides.words);
    const collateralDelta = delta('collateral_delta', action.collateralDelta);
    const read = {
      assetId: item.text('asset_id', action.assetId, ASSET_ID),
      side,
      quantityDelta: delta('quantity_delta', action.quantityDelta),
      collateralDelta,
    };
    if (side === 'LONG' && collateralDelta !== 0n) {
      const message = `was ${collateralDelta}, must be 0 for a long`;
      item.violation('collateral_delta', 'FIELD_INVALID', message);
    } else if (fields.clean && read.quantityDelta === 0n && collateralDelta === 0n) {
      item.violation('quantity_delta', 'FIELD_INVALID', 'changes nothing, must not be 0');
    }
    return read;
  });
}

function readNetMode(terms: wire.RebalanceTerms, fields: FieldReader) {
  const given = terms.netMode ?? NetMode.NET_MODE_UNSPECIFIED;
  if (given === NetMode.NET_MODE_UNSPECIFIED) return 'STANDARD';
  return fields.enumValue('net_mode', given, netModes.words);
}

function readTolerances(tolerances: wire.Tolerances, fields: FieldReader): Tolerances {
  const { band } = tolerances;
  if (band?.$case === 'absolute') {
    const own = fields.at('absolute');
    const amount = (field: string, text: string): bigint =>
      own.amount(field, text, { max: MAX_AMOUNT });
    const { exposure, collateral, net } = band.value;
    return {
      kind: 'ABSOLUTE',
      exposure: amount('exposure', exposure),
      collateral: amount('collateral', collateral),
      net: amount('net', net),
    };
  }
  if (band === undefined) fields.violation('band', 'FIELD_REQUIRED', 'must be set');
  const own = fields.at('nav_relative');
  const ratio = (field: string, text: string) =>
    own.decimal(field, text, { min: DECIMAL_ZERO, max: DECIMAL_ONE });
  return {
    kind: 'NAV_RELATIVE',
    exposure: ratio('exposure_decimal', band?.value.exposureDecimal ?? '0'),
    collateral: ratio('collateral_decimal', band?.value.collateralDecimal ?? '0'),
    net: ratio('net_decimal', band?.value.netDecimal ?? '0'),
  };
}

function readSequencing(given: wire.Sequencing | undefined, fields: FieldReader): Sequencing {
  const order = given?.order;
  if (order === undefined) return GUIDELINE;
  if (order.$case === 'explicitOrder') {
    const positions = fields.list(
      'explicit_order.positions',
      order.value.positions,
      { min: 1, max: MAX_POSITIONS },
      (key, item) => ({
        assetId: item.text('asset_id', key.assetId, ASSET_ID),
        side: item.enumValue('side', key.side, sides.words),
      }),
    );
    return { kind: 'EXPLICIT', order: positions };
  }
  switch (order.value) {
    case SequencingPolicy.SEQUENCING_POLICY_UNSPECIFIED:
    case SequencingPolicy.SEQUENCING_POLICY_GUIDELINE:
      return GUIDELINE;
    case SequencingPolicy.SEQUENCING_POLICY_LARGEST_RELEASE_FIRST:
      return { kind: 'LARGEST_RELEASE_FIRST' };
    default:
      fields.violation('policy', 'FIELD_INVALID', 'is no value of this enum');
      return GUIDELINE;
  }
}

function readBand(band: DriftBandMessage, fields: FieldReader): DriftBand {
  return {
    kind: fields.enumValue<DriftBand['kind']>('kind', band.kind, {
      [DriftBandKind.DRIFT_BAND_KIND_ABSOLUTE]: 'ABSOLUTE',
      [DriftBandKind.DRIFT_BAND_KIND_RELATIVE]: 'RELATIVE',
    }),
    widthBps: fields.bps('width_bps', band.widthBps),
    goal: fields.enumValue<DriftBand['goal']>('goal', band.goal, {
      [DriftBandGoal.DRIFT_BAND_GOAL_CENTRE]: 'CENTRE',
      [DriftBandGoal.DRIFT_BAND_GOAL_EDGE]: 'EDGE',
    }),
  };
}
