import { z } from 'zod';
import { canonicalJson } from '@trimtab/canonical';
import {
  marketDocument,
  scoringDocument,
  type ManagerSettings,
  type Policy,
  type Strategy,
  type StrategySnapshot,
} from '../../domain/index.js';

/**
 * The stored form of the registry's values: canonical JSON, read back strictly. What does not parse
 * was not written by this service, and the request that meets it fails as our bug.
 */

const count = z.number().int();
const envelope = z.strictObject({ programId: z.string(), label: z.string(), data: z.string() });

/** A strategy's definition. */
export const strategySchema = z.strictObject({
  strategyId: z.string(),
  assetId: z.string(),
  protocol: z.string(),
  state: z.enum(['ACTIVE', 'PAUSED', 'EXIT_ONLY', 'DISABLED']),
  exotic: z.boolean(),
  canary: z.boolean(),
  strategyCapBps: count,
  adapterKind: z.enum(['STATIC', 'MANIFEST', 'DRIFT', 'KAMINO']),
  grossApySources: z.array(z.string()),
  version: count,
});

/** A strategy's snapshot. */
export const snapshotSchema = z.strictObject({
  grossApyBps: count,
  feeBps: count,
  borrowCostBps: count,
  slippageBps: count,
  riskScoreBps: count,
  liquidityProfile: z.enum(['INSTANT', 'SAME_DAY', 'BATCHED', 'TERM']),
  withdrawalDelayHours: count,
  protocolConcentrationBps: count,
  operationalComplexityBps: count,
  oracleHealthy: z.boolean(),
  protocolHealthy: z.boolean(),
  withdrawalsHealthy: z.boolean(),
  envelopes: z.array(envelope),
  version: count,
});

/** A policy. */
export const policySchema = z.strictObject({
  policyId: z.string(),
  version: count,
  minLiquidReserveBps: count,
  strategyCapBps: count,
  protocolCaps: z.array(z.strictObject({ protocol: z.string(), capBps: count })),
  defaultProtocolCapBps: count,
  exoticCapBps: count,
  marginFiCapBps: count,
  minRebalanceDeltaBps: count,
});

/** What may be allocated to; id and version only if a manager is stored. */
export const settingsSchema = z
  .strictObject({
    managerId: z.string().optional(),
    version: count.optional(),
    allowedStrategies: z.array(z.string()),
    maxNotional: z.string().optional(),
  })
  .transform(({ managerId, version, allowedStrategies, maxNotional }): ManagerSettings => ({
    ...(managerId === undefined ? {} : { managerId }),
    ...(version === undefined ? {} : { version }),
    allowedStrategies,
    ...(maxNotional === undefined ? {} : { maxNotional: BigInt(maxNotional) }),
  }));

/** Writes a strategy's definition. */
export function strategyText(strategy: Strategy): string {
  return canonicalJson({ ...strategy });
}

/** Writes a snapshot. */
export function snapshotText(snapshot: StrategySnapshot): string {
  return canonicalJson({
    ...snapshot,
    envelopes: snapshot.envelopes.map((item) => ({ ...item })),
    market: snapshot.market === undefined ? undefined : marketDocument(snapshot.market),
  });
}

/** Writes a policy. */
export function policyText(policy: Policy): string {
  return canonicalJson({
    ...policy,
    protocolCaps: policy.protocolCaps.map((item) => ({ ...item })),
    options: policy.options === undefined ? undefined : scoringDocument(policy.options),
  });
}

/** Writes the settings of a manager. */
export function settingsText(settings: ManagerSettings): string {
  return canonicalJson({ ...settings, maxNotional: settings.maxNotional?.toString() });
}
