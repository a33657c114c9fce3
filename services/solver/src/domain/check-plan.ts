import { compare, sorted } from '@trimtab/core';
import { BPS_WHOLE } from '@trimtab/decimal';
import { solveExactly } from './exact/allocate-exact.js';
import { allocationOf } from './exact/plan-problem.js';
import { regimeChecks } from './options/check-regime.js';
import type { Plan, PlanInputs } from './plan.js';
import { MARGINFI_PROTOCOL, OPEN_LIMITS, type PolicyLimits } from './policy.js';
import type { Score } from './score.js';
import type { StrategyInput } from './strategy.js';

/**
 * The second opinion on a plan, written apart from the allocation: every line of it, every cap and
 * every average is derived here again, from the plan's inputs and scores, with other code.
 */

/** A field of a plan, what it states, and what it must be. */
export type Check = readonly [field: string, stated: string, recomputed: string];

/** Derives what the plan states; equal texts everywhere mean a sound plan. */
export function checkPlan(plan: Plan): readonly Check[] {
  return [
    ...identityChecks(plan),
    ...lineChecks(plan),
    ...deltaChecks(plan),
    ...(plan.summary.mode === 'EXPLICIT' ? explicitChecks(plan) : solvedChecks(plan)),
  ];
}

function identityChecks({ summary, inputs }: Plan): readonly Check[] {
  return [
    ['summary.vaultId', summary.vaultId, inputs.vault.vaultId],
    ['summary.vaultVersion', String(summary.vaultVersion), String(inputs.vault.vaultVersion)],
    ['summary.nav', summary.nav.toString(), inputs.vault.nav.toString()],
    ['summary.policyId', summary.policyId ?? '', inputs.policy?.policyId ?? ''],
    [
      'summary.policyVersion',
      String(summary.policyVersion ?? 0),
      String(inputs.policy?.version ?? 0),
    ],
  ];
}

/** Grants, reserve and idle are the whole, and no line is negative. */
function lineChecks({ summary, targets }: Plan): readonly Check[] {
  const lines = [...targets.map(({ weightBps }) => weightBps), summary.reserveBps, summary.idleBps];
  const keys = targets.map(({ assetId, side }) => `${assetId} ${side}`);
  return [
    ['sum of all lines', String(lines.reduce((sum, line) => sum + line, 0)), String(BPS_WHOLE)],
    ['negative lines', String(lines.filter((line) => line < 0).length), '0'],
    ['order of targets', keys.join(), [...new Set(keys)].sort().join()],
  ];
}

function deltaChecks({ summary, targets, inputs }: Plan): readonly Check[] {
  const wanted = weightsByPosition(targets);
  const live = weightsByPosition(inputs.vault.weights);
  let total = 0;
  for (const key of new Set([...wanted.keys(), ...live.keys()])) {
    total += Math.abs((wanted.get(key) ?? 0) - (live.get(key) ?? 0));
  }
  return [
    ['summary.totalDeltaBps', String(summary.totalDeltaBps), String(total)],
    ['summary.noOp', String(summary.noOp), String(total < limitsOf(inputs).minRebalanceDeltaBps)],
  ];
}

function weightsByPosition(list: Plan['inputs']['vault']['weights']): Map<string, number> {
  return new Map(list.map(({ assetId, side, weightBps }) => [`${assetId} ${side}`, weightBps]));
}

function explicitChecks({ summary, targets, inputs }: Plan): readonly Check[] {
  const policy = limitsOf(inputs);
  return [
    ['summary.reserveBps', String(summary.reserveBps), String(policy.minLiquidReserveBps)],
    ['summary.expectedBlendedApyBps', String(summary.expectedBlendedApyBps), '0'],
    ['summary.riskBudgetUsageBps', String(summary.riskBudgetUsageBps), '0'],
    ...targets.map(({ weightBps }, index) =>
      atMost(`targets[${index}].weightBps`, weightBps, policy.strategyCapBps),
    ),
  ];
}

interface Holding {
  readonly input: StrategyInput;
  readonly score: Score;
  readonly failed: boolean;
  readonly weightBps: number;
}

function solvedChecks(plan: Plan): readonly Check[] {
  const { inputs, targets, summary } = plan;
  const inputById = new Map(inputs.strategies.map((input) => [input.strategy.strategyId, input]));
  const lineById = new Map(plan.scores.map((line) => [line.strategyId, line]));
  const allowed = new Set(inputs.manager?.allowedStrategies);
  const holdings = targets.flatMap(({ strategyId, weightBps }): readonly Holding[] => {
    const input = inputById.get(strategyId ?? '');
    const line = lineById.get(strategyId ?? '');
    if (input === undefined || line?.score === undefined) return [];
    return [{ input, score: line.score, failed: line.failedFilter !== undefined, weightBps }];
  });
  const unhealthy = plan.scores.filter(
    ({ score }) => score !== undefined && score.operationalBps > 499,
  ).length;
  const policy = limitsOf(inputs);
  const raised = policy.minLiquidReserveBps + 100 * unhealthy;
  return [
    ['targets with a scored strategy', String(targets.length), String(holdings.length)],
    ['summary.reserveBps', String(summary.reserveBps), String(raised > 3000 ? 3000 : raised)],
    ...holdings.flatMap((holding) => holdingChecks(holding, policy, allowed)),
    ...groupChecks(holdings, policy),
    [
      'summary.expectedBlendedApyBps',
      String(summary.expectedBlendedApyBps),
      averageOf(holdings, ({ score }) => score.expectedNetApyBps),
    ],
    [
      'summary.riskBudgetUsageBps',
      String(summary.riskBudgetUsageBps),
      averageOf(holdings, ({ input }) => input.snapshot?.riskScoreBps ?? 0),
    ],
    ...(summary.mode === 'EXACT' ? [optimumCheck(plan, holdings)] : []),
    ...stepChecks(plan),
    ...regimeChecks(inputs),
  ];
}

/** Nothing earns more, as the prices of the optimum prove; and of all that earn as much, it is this. */
function optimumCheck(plan: Plan, holdings: readonly Holding[]): Check {
  const { problem, weights, objective } = solveExactly(allocationOf(plan));
  const textOf = (earned: bigint, lines: readonly (readonly [string, number])[]): string =>
    [
      `Σ weight · score ${earned}`,
      ...sorted(lines, byId).map(([id, bps]) => `${id} ${bps}`),
    ].join();
  const earned = holdings.reduce(
    (sum, { score, weightBps }) => sum + BigInt(score.scoreBps) * BigInt(weightBps),
    0n,
  );
  const optimal = problem.items.map(
    ({ strategyId }, rank) => [strategyId, weights[rank] ?? 0] as const,
  );
  return [
    'optimum',
    textOf(
      earned,
      holdings.map(({ input, weightBps }) => [input.strategy.strategyId, weightBps]),
    ),
    textOf(
      objective,
      optimal.filter(([, weightBps]) => weightBps > 0),
    ),
  ];
}

function byId([left]: readonly [string, number], [right]: readonly [string, number]): number {
  return compare(left, right);
}

/** Each weight belongs to a strategy that may have one, and fits its own caps. */
function holdingChecks(
  { input, score, failed, weightBps }: Holding,
  policy: PolicyLimits,
  allowed: ReadonlySet<string>,
): readonly Check[] {
  const { strategy, snapshot } = input;
  const { strategyId } = strategy;
  const admitted =
    !failed &&
    strategy.state === 'ACTIVE' &&
    snapshot?.oracleHealthy === true &&
    snapshot.protocolHealthy &&
    score.scoreBps > 0 &&
    allowed.has(strategyId);
  return [
    [`candidate ${strategyId}`, String(admitted), 'true'],
    atMost(`weight of ${strategyId}`, weightBps, strategy.strategyCapBps),
    atMost(`weight of ${strategyId}`, weightBps, policy.strategyCapBps),
  ];
}

function groupChecks(holdings: readonly Holding[], policy: PolicyLimits): readonly Check[] {
  const sumWhere = (matches: (input: StrategyInput['strategy']) => boolean): number =>
    holdings
      .filter(({ input }) => matches(input.strategy))
      .reduce((sum, { weightBps }) => sum + weightBps, 0);
  const protocols = new Map<string, number>();
  for (const { input, weightBps } of holdings) {
    const { protocol } = input.strategy;
    protocols.set(protocol, (protocols.get(protocol) ?? 0) + weightBps);
  }
  const named = new Map(policy.protocolCaps.map(({ protocol, capBps }) => [protocol, capBps]));
  return [
    ...[...protocols].map(([protocol, weightBps]) =>
      atMost(
        `weight of protocol ${protocol}`,
        weightBps,
        named.get(protocol) ?? policy.defaultProtocolCapBps,
      ),
    ),
    atMost(
      'weight of exotic strategies',
      sumWhere(({ exotic }) => exotic),
      policy.exoticCapBps,
    ),
    atMost(
      `weight of ${MARGINFI_PROTOCOL} strategies`,
      sumWhere(({ protocol }) => protocol === MARGINFI_PROTOCOL),
      policy.marginFiCapBps,
    ),
  ];
}

/** What the steps move of each strategy is exactly the way from its live to its target notional. */
function stepChecks({ inputs, targets, steps }: Plan): readonly Check[] {
  const { vault, strategies } = inputs;
  const notional = (weightBps: number): bigint => {
    const product = vault.nav * BigInt(weightBps);
    return product >= 0n ? product / 10_000n : -((-product + 9_999n) / 10_000n);
  };
  const moved = new Map<string, bigint>();
  for (const { strategyId, operation, amount } of steps) {
    const inflow = operation === 'DEPOSIT' ? amount : 0n;
    const outflow = operation === 'WITHDRAW' || operation === 'FINALIZE_WITHDRAW' ? amount : 0n;
    moved.set(strategyId, (moved.get(strategyId) ?? 0n) + inflow - outflow);
  }
  const wanted = weightsByPosition(targets);
  const live = weightsByPosition(vault.weights);
  return strategies.map(({ strategy: { strategyId, assetId } }): Check => {
    const key = `${assetId} LONG`;
    const delta = notional(wanted.get(key) ?? 0) - notional(live.get(key) ?? 0);
    return [`steps of ${strategyId}`, (moved.get(strategyId) ?? 0n).toString(), delta.toString()];
  });
}

function averageOf(holdings: readonly Holding[], valueOf: (holding: Holding) => number): string {
  let weighted = 0n;
  let total = 0n;
  for (const holding of holdings) {
    weighted += BigInt(holding.weightBps) * BigInt(valueOf(holding));
    total += BigInt(holding.weightBps);
  }
  if (total === 0n) return '0';
  const doubled = 2n * weighted + total;
  const divisor = 2n * total;
  const quotient = doubled / divisor;
  return String(doubled < 0n && quotient * divisor !== doubled ? quotient - 1n : quotient);
}

function limitsOf(inputs: PlanInputs): PolicyLimits {
  return inputs.policy ?? OPEN_LIMITS;
}

function atMost(field: string, stated: number, limit: number): Check {
  return [field, String(stated), stated > limit ? `at most ${limit}` : String(stated)];
}
