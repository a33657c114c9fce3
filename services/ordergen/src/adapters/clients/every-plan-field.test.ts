import { contentHash, TAGS } from '@trimtab/canonical';
import { Side } from '@trimtab/contracts/portfolio';
import {
  AdapterKind,
  CandidateFilter,
  CapKind,
  LiquidityProfile,
  OptionHaircut_Option,
  Plan,
  PlanMode,
  RegimeDecision_Regime,
  RegimeOption_Rule,
  Strategy_State,
  TransactionStep_Operation,
} from '@trimtab/contracts/solver';
import { DomainFailure } from '@trimtab/core';
import { everyChange } from '@trimtab/testkit';
import { describe, expect, it } from 'vitest';
import {
  inputsDocument,
  planDocument,
  scoresDocument,
  stepsDocument,
  targetsDocument,
} from './plan-documents.js';
import { readPlan } from './plan-message.js';

/**
 * What no hash of a plan covers, and why nothing trades on it. A field that is new in the contract is
 * in this list or is refused when it is changed.
 */
const NOT_HASHED: Readonly<Record<string, string>> = {
  rounds: 'how the weights came to be; they follow from the inputs',
  no_allocation: 'follows from the targets',
  no_op_reason: 'says no_op in words',
  create_time: 'when the plan was stored',
  'inputs.strategies[0].strategy.create_time': 'of the registry, never set in a plan',
  'inputs.strategies[0].strategy.update_time': 'of the registry, never set in a plan',
  'inputs.strategies[0].snapshot.strategy_id': 'the strategy next to it has it',
  'inputs.strategies[0].snapshot.observe_time': 'of the registry, never set in a plan',
  'inputs.options': 'has no fields; the options are those of the policy',
  'inputs.policy.etag': 'follows from id and version',
  'inputs.policy.create_time': 'of the registry, never set in a plan',
  'inputs.policy.update_time': 'of the registry, never set in a plan',
  'inputs.manager.create_time': 'of the registry, never set in a plan',
  'inputs.manager.update_time': 'of the registry, never set in a plan',
};

const envelope = { programId: 'drift', label: 'deposit', data: 'AA==' };

const regime = {
  rule: RegimeOption_Rule.RULE_DRAWDOWN,
  windowPeriods: 2,
  periodsPerYear: 365,
  thresholdBps: 500,
  stressPolicyId: 'balanced',
  haircutBps: 11,
};

/** A plan in which every field of the contract has a value, under its own hashes. */
function fullPlan(): Plan {
  const message = Plan.fromPartial({
    algorithmVersion: 1,
    mode: PlanMode.PLAN_MODE_ROUNDS,
    vaultId: 'vault-1',
    vaultVersion: 7n,
    nav: '1000000',
    policyId: 'balanced',
    policyVersion: 2n,
    snapshotHash: 'a'.repeat(64),
    reserveBps: 1000,
    idleBps: 3000,
    expectedBlendedApyBps: 500,
    riskBudgetUsageBps: 100,
    totalDeltaBps: 6000,
    generateTime: new Date(1_522_800_000_000),
    targets: [
      {
        assetId: 'SHARE',
        side: Side.SIDE_LONG,
        weightBps: 6000,
        kappaDecimal: '1.5',
        investible: true,
        strategyId: 'drift',
      },
    ],
    scores: [
      {
        strategyId: 'drift',
        expectedNetApyBps: 500,
        riskBps: 35,
        liquidityBps: 25,
        feeBps: 5,
        concentrationBps: 4,
        operationalBps: 3,
        scoreBps: 421,
        optionHaircuts: [{ option: OptionHaircut_Option.OPTION_VOLATILITY, haircutBps: 7 }],
        failedFilter: CandidateFilter.CANDIDATE_FILTER_NOT_ACTIVE,
      },
    ],
    rounds: [
      {
        round: 1,
        startBps: 9000,
        totalScoreBps: 428,
        grants: [
          {
            strategyId: 'drift',
            wantBps: 9000,
            grantBps: 6000,
            clippedBy: CapKind.CAP_KIND_STRATEGY,
          },
        ],
      },
    ],
    steps: [
      {
        strategyId: 'drift',
        assetId: 'SHARE',
        operation: TransactionStep_Operation.OPERATION_DEPOSIT,
        amount: '600000',
        chunkIndex: 0,
        chunkCount: 1,
        envelopes: [envelope],
      },
    ],
    inputs: {
      strategies: [
        {
          strategy: {
            strategyId: 'drift',
            assetId: 'SHARE',
            protocol: 'drift',
            state: Strategy_State.STATE_ACTIVE,
            strategyCapBps: 6000,
            adapterKind: AdapterKind.ADAPTER_KIND_DRIFT,
            grossApySources: ['pool'],
            version: 3n,
          },
          snapshot: {
            strategyId: 'drift',
            grossApyBps: 505,
            feeBps: 5,
            riskScoreBps: 100,
            liquidityProfile: LiquidityProfile.LIQUIDITY_PROFILE_INSTANT,
            oracleHealthy: true,
            protocolHealthy: true,
            withdrawalsHealthy: true,
            envelopes: [envelope],
            version: 4n,
            market: { returnHistoryBps: [1, -2], poolDepth: '5', slippageSamplesBps: [3, 4] },
          },
        },
      ],
      policy: {
        policyId: 'balanced',
        minLiquidReserveBps: 1000,
        strategyCapBps: 10_000,
        protocolCaps: [{ protocol: 'drift', capBps: 9000 }],
        defaultProtocolCapBps: 5000,
        version: 2n,
        options: {
          missingDataBps: 50,
          volatility: { windowPeriods: 2, periodsPerYear: 365, thresholdBps: 1, priceBps: 2 },
          covariance: { windowPeriods: 2, periodsPerYear: 365, thresholdBps: 3, priceBps: 4 },
          drawdown: { windowPeriods: 2, thresholdBps: 5, priceBps: 6 },
          impact: { referenceWeightBps: 100, thresholdBps: 7, priceBps: 8 },
          slippage: { quantileBps: 9500, priceBps: 9 },
          regime,
          turnover: { penaltyBps: 10 },
        },
      },
      manager: {
        managerId: 'manager-1',
        allowedStrategies: ['drift'],
        maxNotional: '700000',
        version: 5n,
      },
      vault: {
        vaultId: 'vault-1',
        vaultVersion: 7n,
        nav: '1000000',
        weights: [{ assetId: 'WBTC', side: Side.SIDE_LONG, weightBps: 10 }],
      },
      options: {},
      regime: {
        option: regime,
        regime: RegimeDecision_Regime.REGIME_STRESSED,
        measuredBps: 700,
        basePolicyId: 'open',
        basePolicyVersion: 3n,
      },
    },
  });
  message.targetWeightsHash = contentHash(TAGS.targets, targetsDocument(message.targets));
  message.txBundleHash = contentHash(TAGS.steps, stepsDocument(message.steps));
  message.scoresHash = contentHash(TAGS.scores, scoresDocument(message.scores));
  message.inputsHash = contentHash(TAGS.inputs, inputsDocument(message.inputs));
  message.planHash = contentHash(TAGS.plan, planDocument(message));
  return message;
}

/** The reason for which a plan is refused under the hash that was approved. */
function refusalOf(message: Plan, approved: string): string {
  try {
    readPlan(message, approved);
  } catch (error) {
    if (error instanceof DomainFailure) return error.error.reason;
    throw error;
  }
  return 'accepted';
}

describe('a plan of which one field was changed', () => {
  const plan = fullPlan();
  const changes = everyChange('trimtab.solver.v1.Plan', plan);
  const isHashed = (field: string): boolean =>
    NOT_HASHED[field] === undefined && !field.startsWith('rounds[0]');

  it('is taken as it was made', () => {
    expect(refusalOf(plan, plan.planHash)).toBe('accepted');
  });

  it.each(changes.filter(({ field }) => isHashed(field)))(
    'is refused: $field',
    ({ field, changed }) => {
      const isBundle = field.startsWith('steps') || field === 'tx_bundle_hash';
      expect(refusalOf(changed, plan.planHash)).toBe(
        isBundle ? 'BUNDLE_HASH_MISMATCH' : 'PLAN_HASH_MISMATCH',
      );
    },
  );

  it('is refused under its own new hash too, if the steps are sealed again', () => {
    const steps = plan.steps.map((step) => ({ ...step, amount: '600001' }));
    const forged = { ...plan, steps, txBundleHash: contentHash(TAGS.steps, stepsDocument(steps)) };
    const sealed = { ...forged, planHash: contentHash(TAGS.plan, planDocument(forged)) };
    expect(refusalOf(sealed, sealed.planHash)).toBe('accepted');
    expect(refusalOf(sealed, plan.planHash)).toBe('PLAN_HASH_MISMATCH');
  });

  it('gives order generation the same plan where no hash covers the field', () => {
    const { bytes, ...read } = readPlan(plan, plan.planHash);
    expect(bytes.length).toBeGreaterThan(0);
    const uncovered = changes.filter(({ field }) => !isHashed(field));
    expect(uncovered.length).toBeGreaterThan(0);
    for (const { changed } of uncovered) {
      expect(readPlan(changed, plan.planHash)).toMatchObject(read);
    }
  });

  it('names no field as uncovered that the contract does not have', () => {
    const fields = new Set(changes.map(({ field }) => field));
    expect(Object.keys(NOT_HASHED).filter((field) => !fields.has(field))).toEqual([]);
  });
});
