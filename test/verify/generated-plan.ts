import { instant } from '@trimtab/core';
import { liveWeightBps, type BundlePlan, type Target } from '@trimtab/ordergen/domain';
import {
  buildPlan,
  inputsDocument,
  planDocument,
  scoresDocument,
  stepsDocument,
  targetsDocument,
  type Plan,
  type Policy,
  type StrategyInput,
} from '@trimtab/solver/domain';
import type { GeneratedVault } from './generated-vault.js';
import { withOptions } from './generated-options.js';
import type { Random } from './random.js';

/** A plan made up for a vault, with what order generation reads of it. */
export interface GeneratedPlan {
  readonly planHash: string;
  readonly documents: BundlePlan;
  readonly targets: readonly Target[];
}

const TIME = instant(1_522_800_000_000);

/** Makes up a plan; undefined when the solver refuses it or has nothing to do. */
export function generatePlan(random: Random, vault: GeneratedVault): GeneratedPlan | undefined {
  const { valuation } = vault;
  const state = {
    vaultId: 'vault-1',
    vaultVersion: 7,
    nav: valuation.nav,
    weights: valuation.positions.map(({ assetId, side, value }) => ({
      assetId,
      side,
      weightBps: liveWeightBps(value, valuation.nav),
    })),
  };
  const common = { vault: state, snapshotHash: vault.snapshotHash, generateTime: TIME };
  const built = random.once(2)
    ? buildPlan({
        mode: 'EXPLICIT',
        ...common,
        targets: explicitTargets(random, vault),
        ...(random.once(2) && { policy: policyOf(random, 1_000) }),
      })
    : buildPlan({
        mode: random.once(4) ? 'EXACT' : 'ROUNDS',
        ...common,
        ...withOptions(random, roundsProblem(random, vault)),
      });
  if (!built.ok || built.value.summary.noOp) return undefined;
  return fromPlan(built.value);
}

/** What a bundle and order generation need of a plan. */
export function fromPlan(plan: Plan): GeneratedPlan {
  return {
    planHash: plan.planHash,
    documents: {
      inputs: inputsDocument(plan.inputs),
      scores: scoresDocument(plan.scores),
      targets: targetsDocument(plan.targets),
      steps: stepsDocument(plan.steps),
      plan: planDocument(plan.summary),
    },
    targets: plan.targets,
  };
}

function explicitTargets(random: Random, { prices }: GeneratedVault) {
  let left = 9_000;
  return [...prices.entries.keys()].flatMap((assetId) => {
    if (random.once(4)) return [];
    const weightBps = random.between(0, Math.min(left, 3_000));
    left -= weightBps;
    const short = random.once(4);
    return [
      {
        assetId,
        side: short ? ('SHORT' as const) : ('LONG' as const),
        weightBps,
        ...(short && { kappa: random.pick(['1.5', '2', '1.25']) }),
        investible: !random.once(6),
      },
    ];
  });
}

function policyOf(random: Random, reserve: number): Policy {
  return {
    policyId: 'policy-1',
    version: random.between(1, 9),
    minLiquidReserveBps: reserve,
    strategyCapBps: random.between(3_000, 10_000),
    protocolCaps: [{ protocol: 'protocol-1', capBps: random.between(0, 10_000) }],
    defaultProtocolCapBps: random.between(1_000, 10_000),
    exoticCapBps: random.between(0, 5_000),
    marginFiCapBps: random.between(0, 5_000),
    minRebalanceDeltaBps: random.between(0, 50),
  };
}

function roundsProblem(random: Random, { prices }: GeneratedVault) {
  const strategies = [...prices.entries.keys()].map((assetId, place) =>
    strategyOf(random, assetId, place),
  );
  const allowed = strategies
    .map(({ strategy }) => strategy.strategyId)
    .filter(() => !random.once(8));
  return {
    strategies,
    policy: policyOf(random, random.between(0, 3_000)),
    manager: {
      managerId: 'manager-1',
      version: 1,
      allowedStrategies: allowed,
      ...(random.once(2) && { maxNotional: random.amount(10n ** 9n, 10n ** 13n) }),
    },
  };
}

function strategyOf(random: Random, assetId: string, place: number): StrategyInput {
  const strategy = {
    strategyId: `s${place}`,
    assetId,
    protocol: random.pick(['marginfi', 'protocol-1', 'protocol-2']),
    state: random.pick(['ACTIVE', 'ACTIVE', 'ACTIVE', 'PAUSED', 'EXIT_ONLY'] as const),
    exotic: random.once(4),
    canary: random.once(5),
    strategyCapBps: random.between(0, 10_000),
    adapterKind: random.pick(['STATIC', 'STATIC', 'MANIFEST', 'DRIFT', 'KAMINO'] as const),
    grossApySources: ['pool'],
    version: 1,
  } as const;
  if (random.once(10)) return { strategy };
  return {
    strategy,
    snapshot: {
      grossApyBps: random.between(0, 3_000),
      feeBps: random.between(0, 60),
      borrowCostBps: random.between(0, 30),
      slippageBps: random.between(0, 30),
      riskScoreBps: random.between(0, 900),
      liquidityProfile: random.pick(['INSTANT', 'SAME_DAY', 'BATCHED', 'TERM'] as const),
      withdrawalDelayHours: random.between(0, 100),
      protocolConcentrationBps: random.between(0, 500),
      operationalComplexityBps: random.between(0, 300),
      oracleHealthy: !random.once(9),
      protocolHealthy: !random.once(9),
      withdrawalsHealthy: !random.once(9),
      envelopes: random.once(3) ? [] : envelopesOf(random),
      version: 3,
    },
  };
}

/** Instructions of a venue: for every step, for one operation, and beside a colon. */
function envelopesOf(random: Random) {
  const labels = Array.from({ length: random.between(1, 4) }, () =>
    random.pick([
      'setup',
      'deposit',
      'withdraw: release margin',
      'request_withdraw',
      'finalize_withdraw:claim',
      'hold',
      'holding',
    ]),
  );
  return labels.map((label, place) => ({ programId: `program-${place}`, label, data: 'AA==' }));
}
