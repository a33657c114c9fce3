import { assertNever } from '@trimtab/core';
import type { OptionsProblem } from '../options/option-haircuts.js';
import type { Policy } from '../policy.js';
import type { StrategyInput, StrategySnapshot } from '../strategy.js';

/** What one change can turn: flags from 0 to 1, everything else in bps. */
export type ChangeKind =
  | 'SNAPSHOT'
  | 'ALLOWED'
  | 'ACTIVE'
  | 'ORACLE_HEALTHY'
  | 'PROTOCOL_HEALTHY'
  | 'GROSS_APY'
  | 'STRATEGY_CAP'
  | 'POLICY_STRATEGY_CAP'
  | 'PROTOCOL_CAP'
  | 'EXOTIC_CAP'
  | 'MARGINFI_CAP'
  | 'RESERVE';

/** One change of one input of a plan. */
export interface Change {
  readonly kind: ChangeKind;
  /** The strategy or the protocol that is changed; absent for limits of the whole policy. */
  readonly name?: string;
  readonly from: number;
  readonly to: number;
}

/** The best there is: what a strategy without a snapshot is measured against. */
const PERFECT: StrategySnapshot = {
  grossApyBps: 0,
  feeBps: 0,
  borrowCostBps: 0,
  slippageBps: 0,
  riskScoreBps: 0,
  liquidityProfile: 'INSTANT',
  withdrawalDelayHours: 0,
  protocolConcentrationBps: 0,
  operationalComplexityBps: 0,
  oracleHealthy: true,
  protocolHealthy: true,
  withdrawalsHealthy: true,
  envelopes: [],
  version: 1,
};

/** The inputs with one change made, and nothing else. */
export function applyChange(inputs: OptionsProblem, change: Change): OptionsProblem {
  const { kind, name = '', to } = change;
  switch (kind) {
    case 'SNAPSHOT':
      return withStrategy(inputs, name, ({ strategy }) => ({
        strategy,
        snapshot: { ...PERFECT, grossApyBps: to },
      }));
    case 'ALLOWED':
      return {
        ...inputs,
        manager: {
          ...inputs.manager,
          allowedStrategies: [...inputs.manager.allowedStrategies, name],
        },
      };
    case 'ACTIVE':
    case 'STRATEGY_CAP':
      return withStrategy(inputs, name, ({ strategy, ...rest }) => ({
        ...rest,
        strategy:
          kind === 'ACTIVE'
            ? { ...strategy, state: 'ACTIVE' }
            : { ...strategy, strategyCapBps: to },
      }));
    case 'ORACLE_HEALTHY':
      return withSnapshot(inputs, name, { oracleHealthy: true });
    case 'PROTOCOL_HEALTHY':
      return withSnapshot(inputs, name, { protocolHealthy: true });
    case 'GROSS_APY':
      return withSnapshot(inputs, name, { grossApyBps: to });
    case 'PROTOCOL_CAP':
      return { ...inputs, policy: withProtocolCap(inputs.policy, name, to) };
    case 'POLICY_STRATEGY_CAP':
      return withLimits(inputs, { strategyCapBps: to });
    case 'EXOTIC_CAP':
      return withLimits(inputs, { exoticCapBps: to });
    case 'MARGINFI_CAP':
      return withLimits(inputs, { marginFiCapBps: to });
    case 'RESERVE':
      return withLimits(inputs, { minLiquidReserveBps: to });
    default:
      return assertNever(kind);
  }
}

function withLimits(inputs: OptionsProblem, limits: Partial<Policy>): OptionsProblem {
  return { ...inputs, policy: { ...inputs.policy, ...limits } };
}

function withStrategy(
  inputs: OptionsProblem,
  strategyId: string,
  change: (input: StrategyInput) => StrategyInput,
): OptionsProblem {
  const strategies = inputs.strategies.map((input) =>
    input.strategy.strategyId === strategyId ? change(input) : input,
  );
  return { ...inputs, strategies };
}

function withSnapshot(
  inputs: OptionsProblem,
  strategyId: string,
  values: Partial<StrategySnapshot>,
): OptionsProblem {
  return withStrategy(inputs, strategyId, ({ strategy, snapshot }) =>
    snapshot === undefined ? { strategy } : { strategy, snapshot: { ...snapshot, ...values } },
  );
}

/** The cap of one protocol, named even if the default held for it before. */
function withProtocolCap(policy: Policy, protocol: string, capBps: number): Policy {
  const others = policy.protocolCaps.filter((cap) => cap.protocol !== protocol);
  return { ...policy, protocolCaps: [...others, { protocol, capBps }] };
}
