import type { JsonValue } from '@trimtab/canonical';
import { instant } from '@trimtab/core';
import {
  admittingChange,
  buildPlan,
  changeText,
  explainExclusions,
  explainLines,
  inputsDocument,
  planDocument,
  scoresDocument,
  stepsDocument,
  targetsDocument,
  waterfallsOf,
  type ManagerSettings,
  type Plan,
  type Policy,
  type StrategyInput,
  type VaultState,
} from '@trimtab/solver/domain';
import { realPools } from './real-pools.js';

/** The three policies, from the one that trusts nothing to the one that limits nothing. */
export const POLICIES: readonly Policy[] = [
  {
    policyId: 'conservative',
    version: 1,
    minLiquidReserveBps: 2000,
    strategyCapBps: 1000,
    protocolCaps: [],
    defaultProtocolCapBps: 2000,
    exoticCapBps: 500,
    marginFiCapBps: 0,
    minRebalanceDeltaBps: 100,
  },
  {
    policyId: 'balanced',
    version: 1,
    minLiquidReserveBps: 1000,
    strategyCapBps: 1500,
    protocolCaps: [{ protocol: 'curve', capBps: 3000 }],
    defaultProtocolCapBps: 2500,
    exoticCapBps: 2500,
    marginFiCapBps: 1000,
    minRebalanceDeltaBps: 50,
  },
  {
    policyId: 'open',
    version: 1,
    minLiquidReserveBps: 0,
    strategyCapBps: 10_000,
    protocolCaps: [],
    defaultProtocolCapBps: 10_000,
    exoticCapBps: 10_000,
    marginFiCapBps: 10_000,
    minRebalanceDeltaBps: 0,
  },
];

/** A million USDC, half of it in two pools already. */
const VAULT: VaultState = {
  vaultId: 'golden',
  vaultVersion: 1,
  nav: 1_000_000_000_000n,
  weights: [
    { assetId: 'AAVE-V3-USDC', side: 'LONG', weightBps: 3000 },
    { assetId: 'LIDO-ETH', side: 'LONG', weightBps: 2000 },
  ],
};

/** The plan of the 30 pools under a policy. */
export function goldenPlan(policy: Policy): Plan {
  const strategies = realPools();
  const built = buildPlan({
    mode: 'ROUNDS',
    strategies,
    policy,
    manager: managerOf(strategies),
    vault: VAULT,
    snapshotHash: '0'.repeat(64),
    generateTime: instant(1_763_683_200_000),
  });
  if (!built.ok) throw new Error(built.error.message);
  return built.value;
}

/** Every pool is allowed; a step moves at most 100 000 USDC. */
function managerOf(strategies: readonly StrategyInput[]): ManagerSettings {
  return {
    managerId: 'golden',
    version: 1,
    allowedStrategies: strategies.map(({ strategy }) => strategy.strategyId),
    maxNotional: 100_000_000_000n,
  };
}

/** The files of a golden folder by their names. */
export function planFiles(plan: Plan): ReadonlyMap<string, string> {
  return new Map([
    ['input.json', jsonText(inputsDocument(plan.inputs))],
    [
      'plan.json',
      jsonText({
        planHash: plan.planHash,
        plan: planDocument(plan.summary),
        targets: targetsDocument(plan.targets),
        steps: stepsDocument(plan.steps),
        scores: scoresDocument(plan.scores),
        rounds: plan.rounds.map(({ startBps, totalScoreBps, grants }) => ({
          startBps,
          totalScoreBps,
          grants: grants.map((grant) => ({ ...grant })),
        })),
      }),
    ],
    ['explanation.md', explanationText(plan)],
  ]);
}

function jsonText(document: JsonValue): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

function explanationText(plan: Plan): string {
  const { summary } = plan;
  const waterfallOf = waterfallsOf(plan);
  return [
    `# The 30 pools under the policy "${summary.policyId ?? ''}"`,
    '',
    `Plan ${plan.planHash}: reserve ${summary.reserveBps} bps, idle ${summary.idleBps}, blended net APY ${summary.expectedBlendedApyBps}, risk ${summary.riskBudgetUsageBps}, total delta ${summary.totalDeltaBps}.`,
    '',
    '## Where the 10 000 bps are',
    '',
    '| bps | what | why |',
    '| --: | --- | --- |',
    ...explainLines(plan).map(
      ({ weightBps, kind, strategyId, text }) =>
        `| ${weightBps} | ${strategyId ?? kind.toLowerCase()} | ${text} |`,
    ),
    '',
    '## The rounds',
    '',
    ...plan.rounds.map(
      ({ startBps, totalScoreBps, grants }, index) =>
        `${index + 1}. ${startBps} bps over scores of ${totalScoreBps}: ${grants
          .map(({ strategyId, grantBps, wantBps, clippedBy }) =>
            clippedBy === undefined
              ? `${strategyId} ${grantBps}`
              : `${strategyId} ${grantBps} of ${wantBps} (${clippedBy})`,
          )
          .join(', ')}`,
    ),
    '',
    '## Who got nothing, and what would change that',
    '',
    ...explainExclusions(plan).map(
      ({ strategyId, text }) =>
        `- ${strategyId}: ${text}. Would admit it: ${changeText(admittingChange(plan, strategyId))}.`,
    ),
    '',
    '## From gross yield to score',
    '',
    '| strategy | gross | costs | risk | liquidity | fees again | concentration | operational | score |',
    '| --- | --: | --: | --: | --: | --: | --: | --: | --: |',
    ...plan.scores.map(({ strategyId, score }) =>
      waterfallRow(waterfallOf, strategyId, score?.scoreBps),
    ),
    '',
  ].join('\n');
}

function waterfallRow(
  waterfallOf: ReturnType<typeof waterfallsOf>,
  strategyId: string,
  score: number | undefined,
): string {
  const lines = new Map(waterfallOf(strategyId).map(({ name, bps }) => [name, bps]));
  const of = (...names: readonly string[]): number =>
    names.reduce((sum, name) => sum + (lines.get(name) ?? 0), 0);
  const cells = [
    of('GROSS_APY'),
    of('FEE', 'BORROW_COST', 'SLIPPAGE_COST'),
    of('RISK'),
    of('LIQUIDITY'),
    of('FEES_AGAIN'),
    of('CONCENTRATION'),
    of('OPERATIONAL'),
    score ?? 0,
  ];
  return `| ${strategyId} | ${cells.join(' | ')} |`;
}
