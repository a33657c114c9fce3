import type * as wire from '@trimtab/contracts/solver';
import type { FieldReader } from '@trimtab/grpc';
import type {
  InstructionEnvelope,
  ManagerSettings,
  PolicyLimits,
  Strategy,
  StrategySnapshot,
} from '../../domain/index.js';
import { adapterKinds, liquidityProfiles, strategyStates } from './enum-names.js';
import { ASSET_ID, ID } from './read-fields.js';
import { readMarket, readOptions } from './read-options.js';

/**
 * The shape of what the registry holds, as requests and plans state it. The bounds of the numbers are
 * for the rules of the domain to say. The version is not the caller's to give and is read apart.
 */

const MAX_ENVELOPES = 64;
const MAX_SOURCES = 32;
const MAX_PROTOCOL_CAPS = 1000;
const MAX_ALLOWED = 10_000;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** A strategy. */
export function strategyFields(
  given: wire.Strategy,
  fields: FieldReader,
): Omit<Strategy, 'version'> {
  return {
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
  };
}

/** The snapshot of a strategy. */
export function snapshotFields(
  given: wire.StrategySnapshot,
  fields: FieldReader,
): Omit<StrategySnapshot, 'version'> {
  return {
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
    ...readMarket(given.market, fields),
  };
}

/** The limits of a policy. */
export function limitFields(given: wire.Policy, fields: FieldReader): PolicyLimits {
  return {
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
    ...readOptions(given.options, fields),
  };
}

/** What a manager may use; whether ids repeat is for the rules of the manager to say. */
export function settingFields(
  given: wire.Manager,
  fields: FieldReader,
): Pick<ManagerSettings, 'allowedStrategies' | 'maxNotional'> {
  const maxNotional = fields.optional(given.maxNotional, (text) =>
    fields.amount('max_notional', text),
  );
  return {
    allowedStrategies: fields.list(
      'allowed_strategies',
      given.allowedStrategies,
      { max: MAX_ALLOWED },
      (id, item) => item.text('', id, ID),
    ),
    ...(maxNotional === undefined ? {} : { maxNotional }),
  };
}

function readEnvelope(given: wire.InstructionEnvelope, fields: FieldReader): InstructionEnvelope {
  const label = fields.optional(given.label, (text) =>
    fields.text('label', text, { maxLength: 200 }),
  );
  return {
    programId: fields.text('program_id', given.programId, { maxLength: 128 }),
    label: label ?? '',
    data: fields.text('data', given.data, { maxLength: 16_384, pattern: BASE64 }),
  };
}
