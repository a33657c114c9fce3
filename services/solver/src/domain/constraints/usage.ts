import { MARGINFI_PROTOCOL } from '../policy.js';
import type { Strategy } from '../strategy.js';

/** What has been granted so far, counted as the caps count it, in bps. */
export interface Usage {
  /** Granted to one strategy, over all rounds. */
  strategyBps(strategyId: string): number;
  /** Granted to all strategies of one protocol. */
  protocolBps(protocol: string): number;
  /** Granted to all exotic strategies. */
  exoticBps(): number;
  /** Granted to all strategies of the marginfi protocol. */
  marginFiBps(): number;
}

/** A {@link Usage} that grants are added to. */
export interface UsageCounter extends Usage {
  add(strategy: Strategy, grantBps: number): void;
}

/** Starts counting from nothing. */
export function createUsage(): UsageCounter {
  const byStrategy = new Map<string, number>();
  const byProtocol = new Map<string, number>();
  let exotic = 0;
  const protocolBps = (protocol: string): number => byProtocol.get(protocol) ?? 0;
  return {
    strategyBps: (strategyId) => byStrategy.get(strategyId) ?? 0,
    protocolBps,
    exoticBps: () => exotic,
    marginFiBps: () => protocolBps(MARGINFI_PROTOCOL),
    add: (strategy, grantBps) => {
      const { strategyId, protocol } = strategy;
      byStrategy.set(strategyId, (byStrategy.get(strategyId) ?? 0) + grantBps);
      byProtocol.set(protocol, protocolBps(protocol) + grantBps);
      if (strategy.exotic) exotic += grantBps;
    },
  };
}
