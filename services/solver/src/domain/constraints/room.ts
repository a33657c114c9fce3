import type { Strategy } from '../strategy.js';
import type { CapState, Constraint } from './constraint.js';
import { exoticCap } from './exotic-cap.js';
import type { CapLimits } from './limits.js';
import { marginFiCap } from './marginfi-cap.js';
import { policyStrategyCap } from './policy-strategy-cap.js';
import { protocolCap } from './protocol-cap.js';
import { strategyCap } from './strategy-cap.js';
import type { Usage } from './usage.js';

/** Every cap, in the order in which they are named in explanations. */
export const CONSTRAINTS: readonly Constraint[] = [
  strategyCap,
  policyStrategyCap,
  protocolCap,
  exoticCap,
  marginFiCap,
];

/** A cap that leaves a strategy no more room than any other does. */
export interface BindingCap {
  readonly constraint: Constraint;
  readonly state: CapState;
}

/** How much weight a strategy can still take, and which caps say so. */
export interface Room {
  /** 0 or more. */
  readonly roomBps: number;
  readonly binding: readonly BindingCap[];
}

/** The smallest rest of all caps that concern a strategy. */
export function roomOf(strategy: Strategy, limits: CapLimits, usage: Usage): Room {
  const caps = CONSTRAINTS.flatMap((constraint) => {
    const state = constraint.stateFor(strategy, limits, usage);
    return state === undefined ? [] : [{ constraint, state }];
  });
  const rest = ({ state }: BindingCap): number => state.limitBps - state.usedBps;
  const smallest = Math.min(...caps.map(rest));
  return {
    roomBps: Math.max(0, smallest),
    binding: caps.filter((cap) => rest(cap) === smallest),
  };
}
