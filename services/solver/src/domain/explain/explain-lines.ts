import { invariant } from '@trimtab/core';
import { BPS_WHOLE } from '@trimtab/decimal';
import type { Grant } from '../allocate.js';
import type { Plan } from '../plan.js';
import { OPEN_LIMITS } from '../policy.js';

/** One line of the explanation of a plan. All lines sum to 10 000 bps. */
export interface ExplanationLine {
  readonly kind: 'GRANT' | 'RESERVE' | 'IDLE';
  /** The position that has the weight; grants only. */
  readonly assetId?: string;
  readonly strategyId?: string;
  readonly weightBps: number;
  /** Why, in one sentence. */
  readonly text: string;
}

/** Where every basis point of the vault goes: the grants by (asset, side), the reserve, what is idle. */
export function explainLines(plan: Plan): readonly ExplanationLine[] {
  const { summary, targets } = plan;
  const lines: readonly ExplanationLine[] = [
    ...targets.map(({ assetId, side, strategyId, weightBps }): ExplanationLine => {
      const why = strategyId === undefined ? 'stated by the caller' : grantText(plan, strategyId);
      const text = `${assetId} ${side}: ${why}`;
      return { kind: 'GRANT', assetId, weightBps, text, ...(strategyId ? { strategyId } : {}) };
    }),
    { kind: 'RESERVE', weightBps: summary.reserveBps, text: reserveText(plan) },
    { kind: 'IDLE', weightBps: summary.idleBps, text: idleText(plan) },
  ];
  const sum = lines.reduce((total, { weightBps }) => total + weightBps, 0);
  invariant(sum === BPS_WHOLE, `the lines of an explanation sum to 10 000, found ${sum}`);
  return lines;
}

function reserveText({ summary, inputs }: Plan): string {
  const { minLiquidReserveBps } = inputs.policy ?? OPEN_LIMITS;
  const kept = `the policy keeps at least ${minLiquidReserveBps} bps liquid`;
  // Explicit targets have no strategies that could be unhealthy.
  return summary.mode === 'EXPLICIT'
    ? kept
    : `${kept}; unhealthy strategies add 100 each, up to 3000`;
}

function idleText({ summary }: Plan): string {
  return summary.mode === 'EXPLICIT' ? 'no target has it' : 'no strategy had room left for it';
}

function grantText(plan: Plan, strategyId: string): string {
  const score = plan.scores.find((line) => line.strategyId === strategyId)?.score?.scoreBps ?? 0;
  const grants = plan.rounds.flatMap(({ grants: granted }, index) =>
    granted
      .filter((grant) => grant.strategyId === strategyId)
      .map((grant) => `${grant.grantBps} bps in round ${index + 1}${clipText(grant)}`),
  );
  if (plan.summary.mode === 'EXACT') return `score ${score} has this weight at the optimum`;
  return `score ${score} earned ${grants.join(', ')}`;
}

function clipText({ wantBps, clippedBy }: Grant): string {
  return clippedBy === undefined ? '' : ` (wanted ${wantBps}, clipped by ${clippedBy})`;
}
