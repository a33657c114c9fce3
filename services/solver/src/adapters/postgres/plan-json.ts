import { z } from 'zod';
import { canonicalJson } from '@trimtab/canonical';
import { invariant, parseInstant, type Instant } from '@trimtab/core';
import {
  inputsDocument,
  planDocument,
  scoresDocument,
  stepsDocument,
  targetsDocument,
  verifyPlan,
  type Assessment,
  type Plan,
  type PlanInputs,
  type PlanSummary,
  type Round,
  type Step,
  type StrategyInput,
  type Target,
} from '../../domain/index.js';
import { haircutsSchema, planOptionsSchema, storedHaircuts, withMarket } from './options-json.js';
import { policySchema, settingsSchema, snapshotSchema, strategySchema } from './registry-json.js';
import type { PlansTable } from './tables.js';

/** The columns that hold a plan. */
export type PlanColumns = Omit<PlansTable, 'create_time'>;

/** Writes the documents of a plan byte for byte as they are hashed. */
export function toPlanColumns(plan: Plan): PlanColumns {
  return {
    plan_hash: plan.planHash,
    vault_id: plan.summary.vaultId,
    summary: canonicalJson(planDocument(plan.summary)),
    targets: canonicalJson(targetsDocument(plan.targets)),
    steps: canonicalJson(stepsDocument(plan.steps)),
    inputs: canonicalJson(inputsDocument(plan.inputs)),
    scores: canonicalJson(scoresDocument(plan.scores)),
    rounds: canonicalJson(
      plan.rounds.map((round) => ({
        ...round,
        grants: round.grants.map((grant) => ({ ...grant })),
      })),
    ),
  };
}

/**
 * Reads a plan and verifies it: stored plans are trusted no more than given ones.
 *
 * @throws InvariantViolation when the stored documents are not those of the hash
 */
export function fromPlanColumns(columns: PlanColumns): Plan {
  const plan = readPlanColumns(columns);
  const verified = verifyPlan(plan);
  invariant(
    verified.ok,
    verified.ok ? '' : `stored plan ${plan.planHash}: ${verified.error.message}`,
  );
  return plan;
}

/** Reads a plan as it is stored, right or wrong: only for who verifies it and says what is wrong. */
export function readPlanColumns(columns: PlanColumns): Plan {
  return {
    planHash: columns.plan_hash,
    summary: readSummary(JSON.parse(columns.summary)),
    targets: z.array(targetSchema).parse(JSON.parse(columns.targets)).map(toTarget),
    steps: z.array(stepSchema).parse(JSON.parse(columns.steps)).map(toStep),
    inputs: readInputs(JSON.parse(columns.inputs)),
    scores: z.array(scoreSchema).parse(JSON.parse(columns.scores)).map(toAssessment),
    rounds: z.array(roundSchema).parse(JSON.parse(columns.rounds)).map(toRound),
  };
}

const count = z.number().int();
const amount = z.string().transform((text) => BigInt(text));
const side = z.enum(['LONG', 'SHORT']);
const time = z.string().transform((text): Instant => {
  const parsed = parseInstant(text);
  invariant(parsed.ok, `stored time ${text} is readable`);
  return parsed.value;
});

const summarySchema = z.strictObject({
  algorithmVersion: count,
  mode: z.enum(['ROUNDS', 'EXACT', 'EXPLICIT']),
  vaultId: z.string(),
  vaultVersion: count,
  nav: amount,
  policyId: z.string().optional(),
  policyVersion: count.optional(),
  snapshotHash: z.string(),
  inputsHash: z.string(),
  scoresHash: z.string(),
  reserveBps: count,
  idleBps: count,
  expectedBlendedApyBps: count,
  riskBudgetUsageBps: count,
  totalDeltaBps: count,
  noOp: z.boolean(),
  targetWeightsHash: z.string(),
  txBundleHash: z.string(),
  generateTime: time,
});

const targetSchema = z.strictObject({
  assetId: z.string(),
  side,
  weightBps: count,
  kappa: z.string().optional(),
  investible: z.boolean(),
  strategyId: z.string().optional(),
});

const stepSchema = z.strictObject({
  strategyId: z.string(),
  assetId: z.string(),
  operation: z.enum(['DEPOSIT', 'WITHDRAW', 'REQUEST_WITHDRAW', 'FINALIZE_WITHDRAW', 'HOLD']),
  amount,
  chunkIndex: count,
  chunkCount: count,
  envelopes: z.array(
    z.strictObject({ programId: z.string(), label: z.string(), data: z.string() }),
  ),
});

const filters = [
  'SNAPSHOT_MISSING',
  'NOT_ALLOWED',
  'NOT_ACTIVE',
  'ORACLE_UNHEALTHY',
  'PROTOCOL_UNHEALTHY',
  'SCORE_NOT_POSITIVE',
] as const;

const componentsSchema = z.object({
  expectedNetApyBps: count,
  riskBps: count,
  liquidityBps: count,
  feeBps: count,
  concentrationBps: count,
  operationalBps: count,
  scoreBps: count,
});
const scoreSchema = z.strictObject({
  strategyId: z.string(),
  ...componentsSchema.partial().shape,
  optionHaircuts: haircutsSchema.optional(),
  failedFilter: z.enum(filters).optional(),
});

const roundSchema = z.strictObject({
  startBps: count,
  totalScoreBps: count,
  grants: z.array(
    z.strictObject({
      strategyId: z.string(),
      wantBps: count,
      grantBps: count,
      clippedBy: z
        .enum([
          'STRATEGY_CAP',
          'POLICY_STRATEGY_CAP',
          'PROTOCOL_CAP',
          'EXOTIC_CAP',
          'MARGINFI_CAP',
          'REMAINING',
        ])
        .optional(),
    }),
  ),
});

const inputsSchema = z.strictObject({
  strategies: z.array(strategySchema.extend({ snapshot: snapshotSchema.optional() })),
  policy: policySchema.optional(),
  manager: settingsSchema.optional(),
  vault: z.strictObject({
    vaultId: z.string(),
    vaultVersion: count,
    nav: amount,
    weights: z.array(z.strictObject({ assetId: z.string(), side, weightBps: count })),
  }),
  options: planOptionsSchema,
});

function readSummary(json: unknown): PlanSummary {
  const { policyId, policyVersion, ...rest } = summarySchema.parse(json);
  return {
    ...rest,
    ...(policyId === undefined ? {} : { policyId }),
    ...(policyVersion === undefined ? {} : { policyVersion }),
  };
}

function readInputs(json: unknown): PlanInputs {
  const { strategies, policy, manager, vault, options } = inputsSchema.parse(json);
  const { scoring, regime } = options;
  return {
    strategies: withMarket(
      strategies.map(({ snapshot, ...strategy }): StrategyInput =>
        snapshot === undefined ? { strategy } : { strategy, snapshot },
      ),
      options,
    ),
    ...(policy === undefined
      ? {}
      : { policy: { ...policy, ...(scoring === undefined ? {} : { options: scoring }) } }),
    ...(manager === undefined ? {} : { manager }),
    vault,
    ...(regime === undefined ? {} : { regime }),
  };
}

function toTarget({ kappa, strategyId, ...rest }: z.infer<typeof targetSchema>): Target {
  return {
    ...rest,
    ...(kappa === undefined ? {} : { kappa }),
    ...(strategyId === undefined ? {} : { strategyId }),
  };
}

function toStep(step: z.infer<typeof stepSchema>): Step {
  return step;
}

function toAssessment(line: z.infer<typeof scoreSchema>): Assessment {
  const { strategyId, failedFilter } = line;
  const components = componentsSchema.safeParse(line);
  return {
    strategyId,
    ...(components.success
      ? { score: { strategyId, ...components.data, ...storedHaircuts(line.optionHaircuts) } }
      : {}),
    ...(failedFilter === undefined ? {} : { failedFilter }),
  };
}

function toRound({ grants, ...rest }: z.infer<typeof roundSchema>): Round {
  return {
    ...rest,
    grants: grants.map(({ clippedBy, ...grant }) =>
      clippedBy === undefined ? grant : { ...grant, clippedBy },
    ),
  };
}
