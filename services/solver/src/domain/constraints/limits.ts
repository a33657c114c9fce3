import type { PolicyLimits } from '../policy.js';

/** The limits of a policy as the caps ask for them, each in constant time. */
export interface CapLimits extends Pick<
  PolicyLimits,
  'strategyCapBps' | 'exoticCapBps' | 'marginFiCapBps'
> {
  /** The cap that the policy has for a protocol: its own, or that of every protocol without one. */
  protocolLimitBps(protocol: string): number;
}

/** Reads the list of protocols once, however many strategies ask. */
export function limitsOf(policy: PolicyLimits): CapLimits {
  const named = new Map(policy.protocolCaps.map(({ protocol, capBps }) => [protocol, capBps]));
  const { strategyCapBps, exoticCapBps, marginFiCapBps, defaultProtocolCapBps } = policy;
  return {
    ...{ strategyCapBps, exoticCapBps, marginFiCapBps },
    protocolLimitBps: (protocol) => named.get(protocol) ?? defaultProtocolCapBps,
  };
}
