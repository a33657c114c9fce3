import type * as wire from '@trimtab/contracts/solver';
import type { Instant } from '@trimtab/core';
import { policyEtag } from '../../application/policy-etag.js';
import type {
  Manager,
  RegisteredStrategy,
  Stored,
  StoredSnapshot,
} from '../../application/ports.js';
import type { ManagerSettings, Policy, Strategy, StrategySnapshot } from '../../domain/index.js';
import { adapterKinds, liquidityProfiles, strategyStates } from './enum-names.js';
import { toMarket, toOptions } from './to-options.js';

/** When a value of the registry was made and changed; absent inside a plan. */
interface Times {
  readonly createTime: Date | undefined;
  readonly updateTime: Date | undefined;
}

const NO_TIMES: Times = { createTime: undefined, updateTime: undefined };

/** An instant on the wire. */
export function toTime(time: Instant): Date {
  return new Date(time);
}

/** A stored strategy. */
export function toStrategy(stored: Stored<Strategy>): wire.Strategy {
  return toPlanStrategy(stored.value, timesOf(stored));
}

/** A strategy as a plan used it, without times. */
export function toPlanStrategy(strategy: Strategy, times: Times = NO_TIMES): wire.Strategy {
  return {
    strategyId: strategy.strategyId,
    assetId: strategy.assetId,
    protocol: strategy.protocol,
    state: strategyStates.toWire(strategy.state),
    exotic: strategy.exotic,
    canary: strategy.canary,
    strategyCapBps: strategy.strategyCapBps,
    adapterKind: adapterKinds.toWire(strategy.adapterKind),
    grossApySources: [...strategy.grossApySources],
    version: BigInt(strategy.version),
    ...times,
  };
}

/** A stored snapshot. */
export function toSnapshot(stored: StoredSnapshot): wire.StrategySnapshot {
  return toPlanSnapshot(stored.strategyId, stored.snapshot, toTime(stored.observeTime));
}

/** A snapshot as a plan used it. */
export function toPlanSnapshot(
  strategyId: string,
  snapshot: StrategySnapshot,
  observeTime?: Date,
): wire.StrategySnapshot {
  return {
    strategyId,
    grossApyBps: snapshot.grossApyBps,
    feeBps: snapshot.feeBps,
    borrowCostBps: snapshot.borrowCostBps,
    slippageBps: snapshot.slippageBps,
    riskScoreBps: snapshot.riskScoreBps,
    liquidityProfile: liquidityProfiles.toWire(snapshot.liquidityProfile),
    withdrawalDelayHours: snapshot.withdrawalDelayHours,
    protocolConcentrationBps: snapshot.protocolConcentrationBps,
    operationalComplexityBps: snapshot.operationalComplexityBps,
    oracleHealthy: snapshot.oracleHealthy,
    protocolHealthy: snapshot.protocolHealthy,
    withdrawalsHealthy: snapshot.withdrawalsHealthy,
    envelopes: snapshot.envelopes.map((envelope) => ({ ...envelope })),
    observeTime,
    version: BigInt(snapshot.version),
    market: toMarket(snapshot.market),
  };
}

/** A strategy with its latest snapshot. */
export function toRegistered({ strategy, snapshot }: RegisteredStrategy): wire.StrategyInput {
  return {
    strategy: toStrategy(strategy),
    snapshot: snapshot === undefined ? undefined : toSnapshot(snapshot),
  };
}

/** A stored policy with its etag. */
export function toPolicy(stored: Stored<Policy>): wire.Policy {
  return { ...toPlanPolicy(stored.value), ...timesOf(stored) };
}

/** A policy as a plan used it. */
export function toPlanPolicy(policy: Policy): wire.Policy {
  return {
    policyId: policy.policyId,
    minLiquidReserveBps: policy.minLiquidReserveBps,
    strategyCapBps: policy.strategyCapBps,
    protocolCaps: policy.protocolCaps.map((cap) => ({ ...cap })),
    defaultProtocolCapBps: policy.defaultProtocolCapBps,
    exoticCapBps: policy.exoticCapBps,
    marginFiCapBps: policy.marginFiCapBps,
    minRebalanceDeltaBps: policy.minRebalanceDeltaBps,
    version: BigInt(policy.version),
    etag: policyEtag(policy),
    options: toOptions(policy.options),
    ...NO_TIMES,
  };
}

/** A stored manager. */
export function toManager(stored: Stored<Manager>): wire.Manager {
  return { ...toPlanManager(stored.value), ...timesOf(stored) };
}

/** What a plan was allowed to use. */
export function toPlanManager(settings: ManagerSettings): wire.Manager {
  return {
    managerId: settings.managerId ?? '',
    allowedStrategies: [...settings.allowedStrategies],
    maxNotional: settings.maxNotional?.toString() ?? '',
    version: BigInt(settings.version ?? 0),
    ...NO_TIMES,
  };
}

function timesOf(stored: Stored<unknown>): Times {
  return { createTime: toTime(stored.createTime), updateTime: toTime(stored.updateTime) };
}
