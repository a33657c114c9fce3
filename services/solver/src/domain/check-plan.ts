import { BPS_WHOLE } from '@trimtab/decimal';
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
    ...(plan.summary.mode === 'ROUNDS' ? roundsChecks(plan) : explicitChecks(plan)),
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
  const weightIn = (list: Plan['inputs']['vault']['weights'], key: string): number =>
    list.find(({ assetId, side }) => `${assetId} ${side}` === key)?.weightBps ?? 0;
  const live = inputs.vault.weights;
  const keys = new Set([...targets, ...live].map(({ assetId, side }) => `${assetId} ${side}`));
  let total = 0;
  for (const key of keys) total += Math.abs(weightIn(targets, key) - weightIn(live, key));
  return [
    ['summary.totalDeltaBps', String(summary.totalDeltaBps), String(total)],
    ['summary.noOp', String(summary.noOp), String(total < limitsOf(inputs).minRebalanceDeltaBps)],
  ];
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
  readonly weightBps: number;
}

function roundsChecks(plan: Plan): readonly Check[] {
  const { inputs, targets, summary } = plan;
  const holdings = targets.flatMap(({ strategyId, weightBps }): readonly Holding[] => {
    const input = inputs.strategies.find(({ strategy }) => strategy.strategyId === strategyId);
    const score = plan.scores.find((line) => line.strategyId === strategyId)?.score;
    return input === undefined || score === undefined ? [] : [{ input, score, weightBps }];
  });
  const unhealthy = plan.scores.filter(
    ({ score }) => score !== undefined && score.operationalBps > 499,
  ).length;
  const policy = limitsOf(inputs);
  const raised = policy.minLiquidReserveBps + 100 * unhealthy;
  return [
    ['targets with a scored strategy', String(targets.length), String(holdings.length)],
    ['summary.reserveBps', String(summary.reserveBps), String(raised > 3000 ? 3000 : raised)],
    ...holdings.flatMap((holding) => holdingChecks(plan, holding)),
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
    ...stepChecks(plan),
  ];
}

/** Each weight belongs to a strategy that may have one, and fits its own caps. */
function holdingChecks(plan: Plan, { input, score, weightBps }: Holding): readonly Check[] {
  const { strategy, snapshot } = input;
  const { strategyId } = strategy;
  const { manager } = plan.inputs;
  const policy = limitsOf(plan.inputs);
  const failed = plan.scores.find((line) => line.strategyId === strategyId)?.failedFilter;
  const admitted =
    failed === undefined &&
    strategy.state === 'ACTIVE' &&
    snapshot?.oracleHealthy === true &&
    snapshot.protocolHealthy &&
    score.scoreBps > 0 &&
    manager?.allowedStrategies.includes(strategyId) === true;
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
  const protocols = new Set(holdings.map(({ input }) => input.strategy.protocol));
  const named = new Map(policy.protocolCaps.map(({ protocol, capBps }) => [protocol, capBps]));
  return [
    ...[...protocols].map((protocol) =>
      atMost(
        `weight of protocol ${protocol}`,
        sumWhere((strategy) => strategy.protocol === protocol),
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
  return strategies.map(({ strategy: { strategyId, assetId } }): Check => {
    const moved = steps
      .filter((step) => step.strategyId === strategyId)
      .reduce((sum, { operation, amount }) => {
        if (operation === 'DEPOSIT') return sum + amount;
        return operation === 'WITHDRAW' || operation === 'FINALIZE_WITHDRAW' ? sum - amount : sum;
      }, 0n);
    const target = targets.find((line) => line.assetId === assetId && line.side === 'LONG');
    const live = vault.weights.find((line) => line.assetId === assetId && line.side === 'LONG');
    const delta = notional(target?.weightBps ?? 0) - notional(live?.weightBps ?? 0);
    return [`steps of ${strategyId}`, moved.toString(), delta.toString()];
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
