import type { Candidate } from './candidates.js';
import type { ConstraintName } from './constraints/constraint.js';
import { MARGINFI_PROTOCOL, type PolicyLimits } from './policy.js';

/**
 * The same rooms as `roomOf` finds, and the same cap that binds first, kept as plain numbers: a round
 * asks for the room of every candidate. Each question is answered in constant time.
 */
export interface Rooms {
  /** How much the candidate of this index can still take, 0 or more. */
  roomBps(index: number): number;
  /** The first cap, in the order of explanations, that leaves no more room than any other does. */
  bindingCap(index: number): ConstraintName;
  take(index: number, grantBps: number): void;
}

/** Starts with every cap untouched. */
export function createRooms(candidates: readonly Candidate[], policy: PolicyLimits): Rooms {
  const capByProtocol = new Map(policy.protocolCaps.map((cap) => [cap.protocol, cap.capBps]));
  const indexByProtocol = new Map<string, number>();
  /** What each candidate can still take by its own cap and the policy's. */
  const own = new Int32Array(candidates.length);
  const protocolOf = new Int32Array(candidates.length);
  /** What all strategies of a protocol can still take; of "marginfi" the smaller of its two caps. */
  const shared: number[] = [];
  const isExotic = new Uint8Array(candidates.length);
  candidates.forEach(({ strategy }, place) => {
    const { protocol } = strategy;
    own[place] = Math.min(strategy.strategyCapBps, policy.strategyCapBps);
    isExotic[place] = strategy.exotic ? 1 : 0;
    let index = indexByProtocol.get(protocol);
    if (index === undefined) {
      index = shared.length;
      indexByProtocol.set(protocol, index);
      const capBps = capByProtocol.get(protocol) ?? policy.defaultProtocolCapBps;
      shared.push(
        protocol === MARGINFI_PROTOCOL ? Math.min(capBps, policy.marginFiCapBps) : capBps,
      );
    }
    protocolOf[place] = index;
  });
  let exotic = policy.exoticCapBps;
  const sharedBps = (index: number): number => shared[protocolOf[index] ?? 0] ?? 0;
  return {
    roomBps: (index) => {
      const room = Math.min(own[index] ?? 0, sharedBps(index));
      return Math.max(0, isExotic[index] === 1 ? Math.min(room, exotic) : room);
    },
    bindingCap: (index) => {
      const rest = own[index] ?? 0;
      const common = sharedBps(index);
      const special = isExotic[index] === 1 ? exotic : Infinity;
      const strategyCapBps = candidates[index]?.strategy.strategyCapBps ?? 0;
      if (rest <= common && rest <= special) {
        return strategyCapBps <= policy.strategyCapBps ? 'STRATEGY_CAP' : 'POLICY_STRATEGY_CAP';
      }
      const protocol = candidates[index]?.strategy.protocol ?? '';
      const capBps = capByProtocol.get(protocol) ?? policy.defaultProtocolCapBps;
      // Both caps of "marginfi" count the same grants, so the smaller one is always the same.
      if (protocol === MARGINFI_PROTOCOL && policy.marginFiCapBps < capBps) {
        return special <= common ? 'EXOTIC_CAP' : 'MARGINFI_CAP';
      }
      return common <= special ? 'PROTOCOL_CAP' : 'EXOTIC_CAP';
    },
    take: (index, grantBps) => {
      own[index] = (own[index] ?? 0) - grantBps;
      const protocol = protocolOf[index] ?? 0;
      shared[protocol] = (shared[protocol] ?? 0) - grantBps;
      if (isExotic[index] === 1) exotic -= grantBps;
    },
  };
}
