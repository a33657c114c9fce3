import { compare, present, sorted } from '@trimtab/core';
import { BPS_WHOLE } from '@trimtab/decimal';
import type { OptionsProblem } from '../options/option-haircuts.js';
import type { Plan } from '../plan.js';
import { MARGINFI_PROTOCOL } from '../policy.js';
import { solveInputs } from '../solve-inputs.js';
import { applyChange, type Change, type ChangeKind } from './change.js';
import { smallestStep } from './smallest-step.js';

/** Yields above this are refused everywhere. */
const MAX_GROSS_BPS = 1_000_000;

/** A change that can be tried: up or down, to a limit. */
interface Knob {
  readonly kind: ChangeKind;
  readonly name?: string;
  readonly from: number;
  /** The furthest value; above `from` or below it. */
  readonly limit: number;
}

/**
 * The smallest single change of an input that would give a strategy without weight some: the flag of
 * the filter that it failed, a higher gross yield, a higher cap, or a lower reserve. Each is tried by
 * solving again, the market's regime as it was found. Exactly this change admits the strategy, and one
 * bps less does not. Of several the one with the fewest bps, then the first of {@link knobsOf}.
 *
 * @returns undefined when no single change is enough, or when the strategy has weight
 */
export function admittingChange(plan: Plan, strategyId: string): Change | undefined {
  const { policy, manager, regime, strategies, vault } = plan.inputs;
  const { mode } = plan.summary;
  if (mode === 'EXPLICIT' || policy === undefined || manager === undefined) return undefined;
  if (plan.targets.some((target) => target.strategyId === strategyId)) return undefined;
  const inputs = {
    strategies,
    policy,
    manager,
    vault,
    ...(regime === undefined ? {} : { regime }),
  };
  const isAdmitted = (change: Change): boolean => {
    const { allocation } = solveInputs(applyChange(inputs, change), mode);
    return (allocation.weights.get(strategyId) ?? 0) > 0;
  };
  const changes = knobsOf(inputs, plan, strategyId).flatMap((knob): readonly Change[] => {
    const { limit, ...start } = knob;
    const at = (step: number): Change => ({
      ...start,
      to: start.from + (limit < start.from ? 0 - step : step),
    });
    const step = smallestStep(Math.abs(limit - start.from), (size) => isAdmitted(at(size)));
    return step === undefined ? [] : [at(step)];
  });
  return sorted(changes, (left, right) => compare(sizeOf(left), sizeOf(right)))[0];
}

function sizeOf({ from, to }: Change): number {
  return Math.abs(to - from);
}

/** What to try, by why the strategy has nothing; ties go to the first. */
function knobsOf(inputs: OptionsProblem, plan: Plan, strategyId: string): readonly Knob[] {
  const assessment = plan.scores.find((line) => line.strategyId === strategyId);
  if (assessment === undefined) return [];
  const flag = (kind: ChangeKind): readonly Knob[] => [
    { kind, name: strategyId, from: 0, limit: 1 },
  ];
  switch (assessment.failedFilter) {
    case 'SNAPSHOT_MISSING':
      return [{ kind: 'SNAPSHOT', name: strategyId, from: 0, limit: MAX_GROSS_BPS }];
    case 'NOT_ALLOWED':
      return flag('ALLOWED');
    case 'NOT_ACTIVE':
      return flag('ACTIVE');
    case 'ORACLE_UNHEALTHY':
      return flag('ORACLE_HEALTHY');
    case 'PROTOCOL_UNHEALTHY':
      return flag('PROTOCOL_HEALTHY');
    case 'SCORE_NOT_POSITIVE':
      return yieldKnob(inputs, strategyId);
    default:
      return [
        ...capKnobs(inputs, strategyId),
        ...yieldKnob(inputs, strategyId),
        ...reserveKnob(inputs),
      ];
  }
}

function yieldKnob({ strategies }: OptionsProblem, strategyId: string): readonly Knob[] {
  const input = strategies.find(({ strategy }) => strategy.strategyId === strategyId);
  const from = present(input?.snapshot, 'a scored strategy has a snapshot').grossApyBps;
  return [{ kind: 'GROSS_APY', name: strategyId, from, limit: MAX_GROSS_BPS }];
}

function reserveKnob({ policy }: OptionsProblem): readonly Knob[] {
  return [{ kind: 'RESERVE', from: policy.minLiquidReserveBps, limit: 0 }];
}

/** Every cap that concerns the strategy. */
function capKnobs({ strategies, policy }: OptionsProblem, strategyId: string): readonly Knob[] {
  const input = strategies.find(({ strategy }) => strategy.strategyId === strategyId);
  const { strategy } = present(input, `strategy ${strategyId} is an input`);
  const { protocol } = strategy;
  const named = policy.protocolCaps.find((cap) => cap.protocol === protocol);
  const limit = BPS_WHOLE;
  return [
    { kind: 'STRATEGY_CAP', name: strategyId, from: strategy.strategyCapBps, limit },
    { kind: 'POLICY_STRATEGY_CAP', from: policy.strategyCapBps, limit },
    {
      kind: 'PROTOCOL_CAP',
      name: protocol,
      from: named?.capBps ?? policy.defaultProtocolCapBps,
      limit,
    },
    ...(strategy.exotic ? [{ kind: 'EXOTIC_CAP', from: policy.exoticCapBps, limit } as const] : []),
    ...(protocol === MARGINFI_PROTOCOL
      ? [{ kind: 'MARGINFI_CAP', from: policy.marginFiCapBps, limit } as const]
      : []),
  ];
}
