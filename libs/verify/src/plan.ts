import { sameDocument } from './compare.js';
import { must, refuse, same } from './difference.js';
import { floor, least, nearest } from './exact.js';
import { hashOf, TAGS } from './hash.js';
import {
  amount,
  ascending,
  count,
  decimal,
  digest,
  flag,
  items,
  members,
  name,
  text,
  time,
  whole,
  word,
  type Members,
  type Node,
} from './node.js';
import { checkRegime } from './option-haircuts.js';
import { readInputs, type Inputs } from './plan-inputs.js';
import { keyOf, placeOf, type Place } from './position.js';
import { allocate } from './rounds.js';
import { checkStated } from './stated-weights.js';
import { assess, scoresDocument, type Assessed } from './scores.js';
import { sameSnapshot, type Prices } from './snapshot.js';
import { stepsDocument } from './steps.js';

/** A target weight; the collateral ratio is 1 for a long. */
export interface Target extends Place {
  readonly weight: number;
  readonly kappa: { readonly top: bigint; readonly bottom: bigint };
  readonly investible: boolean;
}

/** What trades are generated from, and what the rebalance must agree with. */
export interface CheckedPlan {
  readonly hash: string;
  readonly targets: readonly Target[];
  readonly vaultId: string;
  readonly vaultVersion: Node;
  readonly nav: Node;
  /** Where the live weights stand. */
  readonly weights: Node;
}

/** The five documents of a plan. */
export interface PlanNodes {
  readonly inputs: Node;
  readonly scores: Node;
  readonly targets: Node;
  readonly steps: Node;
  readonly plan: Node;
}

const PLAN_FIELDS = [
  'algorithmVersion',
  'mode',
  'vaultId',
  'vaultVersion',
  'nav',
  'snapshotHash',
  'inputsHash',
  'scoresHash',
  'reserveBps',
  'idleBps',
  'expectedBlendedApyBps',
  'riskBudgetUsageBps',
  'totalDeltaBps',
  'noOp',
  'targetWeightsHash',
  'txBundleHash',
  'generateTime',
] as const;

type PlanFields = Members<(typeof PLAN_FIELDS)[number], 'policyId' | 'policyVersion'>;

/** Checks a plan against its own inputs: every hash, and every number that follows from them. */
export function checkPlan(nodes: PlanNodes, prices: Prices): CheckedPlan {
  const fields = members(nodes.plan, PLAN_FIELDS, ['policyId', 'policyVersion']);
  const inputs = readInputs(nodes.inputs);
  const targets = readTargets(nodes.targets);
  sameHash(fields.inputsHash, TAGS.inputs, nodes.inputs);
  sameHash(fields.scoresHash, TAGS.scores, nodes.scores);
  sameHash(fields.targetWeightsHash, TAGS.targets, nodes.targets);
  sameHash(fields.txBundleHash, TAGS.steps, nodes.steps);
  sameSnapshot(fields.snapshotHash, prices);
  count(fields.algorithmVersion, 1);
  time(fields.generateTime);
  checkAgreement(fields, inputs);
  checkNumbers(fields, inputs, targets, nodes);
  checkDelta(fields, inputs, targets);
  return {
    hash: hashOf(TAGS.plan, nodes.plan.value),
    targets,
    vaultId: name(fields.vaultId),
    vaultVersion: fields.vaultVersion,
    nav: fields.nav,
    weights: inputs.vault.weights,
  };
}

function sameHash(stated: Node, tag: string, document: Node): void {
  same(stated.path, digest(stated), hashOf(tag, document.value));
}

/** What the plan repeats of its inputs. */
function checkAgreement(fields: PlanFields, { vault, policy }: Inputs): void {
  same(fields.vaultId.path, name(fields.vaultId), name(vault.vaultId));
  same(fields.vaultVersion.path, count(fields.vaultVersion), count(vault.version));
  same(fields.nav.path, amount(fields.nav), amount(vault.nav));
  const { policyId, policyVersion } = fields;
  same('plan.policyId', policyId === undefined ? 'absent' : text(policyId), policy?.id ?? 'absent');
  const version = policyVersion === undefined ? 'absent' : count(policyVersion);
  same('plan.policyVersion', version, policy?.version ?? 'absent');
}

function checkNumbers(
  fields: PlanFields,
  inputs: Inputs,
  targets: readonly Target[],
  nodes: PlanNodes,
): void {
  const mode = word(fields.mode, ['ROUNDS', 'EXACT', 'EXPLICIT']);
  const stated = targets.reduce((sum, { weight }) => sum + weight, 0);
  must(nodes.targets.path, stated <= 10_000, stated, 'weights of at most 10000 in sum');
  if (mode === 'EXPLICIT') {
    checkExplicit(fields, inputs, targets, nodes);
  } else {
    checkSolved(fields, inputs, nodes, mode === 'ROUNDS');
  }
  const whole = stated + count(fields.reserveBps) + count(fields.idleBps);
  must(fields.idleBps.path, whole === 10_000, whole, 'weights, reserve and idle of 10000 in sum');
}

/** Stated targets: nothing is scored, and the policy caps each and keeps its reserve. */
function checkExplicit(
  fields: PlanFields,
  inputs: Inputs,
  targets: readonly Target[],
  nodes: PlanNodes,
): void {
  sameDocument(nodes.scores.path, nodes.scores.value, []);
  sameDocument(nodes.steps.path, nodes.steps.value, []);
  must('inputs.strategies', inputs.strategies.length === 0, inputs.strategies.length, 'none');
  const { policy } = inputs;
  same(fields.reserveBps.path, count(fields.reserveBps), policy?.reserve ?? 0);
  same(fields.expectedBlendedApyBps.path, whole(fields.expectedBlendedApyBps), 0);
  same(fields.riskBudgetUsageBps.path, whole(fields.riskBudgetUsageBps), 0);
  targets.forEach(({ weight }, place) => {
    const cap = policy?.strategyCap ?? 10_000;
    must(`targets[${place}].weightBps`, weight <= cap, weight, `at most ${cap}`);
  });
}

/** Scored strategies: the scores again, and the weights of rounds, the bounds of stated ones, steps and metrics. */
function checkSolved(
  fields: PlanFields,
  inputs: Inputs,
  nodes: PlanNodes,
  inRounds: boolean,
): void {
  checkRegime(inputs);
  const assessed = assess(inputs);
  sameDocument(nodes.scores.path, nodes.scores.value, scoresDocument(assessed));
  const { policy } = inputs;
  if (policy === undefined) return refuse('inputs.policy', 'absent', 'a policy');
  const allocation = allocate(policy, assessed);
  same(fields.reserveBps.path, count(fields.reserveBps), allocation.reserve);
  let { weights } = allocation;
  if (inRounds) {
    sameDocument(nodes.targets.path, nodes.targets.value, targetsDocument(inputs, weights));
    same(fields.idleBps.path, count(fields.idleBps), allocation.idle);
  } else {
    weights = statedWeights(nodes.targets);
    sameDocument(nodes.targets.path, nodes.targets.value, targetsDocument(inputs, weights));
    checkStated(nodes.targets.path, policy, assessed, { stated: weights, rounds: allocation });
  }
  checkMetrics(fields, assessed, weights);
  const steps = stepsDocument(inputs, amount(fields.nav), weights);
  sameDocument(nodes.steps.path, nodes.steps.value, steps);
}

function checkMetrics(
  fields: PlanFields,
  assessed: readonly Assessed[],
  weights: ReadonlyMap<string, number>,
): void {
  let sum = 0n;
  let apy = 0n;
  let risk = 0n;
  for (const { strategy, score } of assessed) {
    const weight = BigInt(weights.get(strategy.strategyId) ?? 0);
    sum += weight;
    apy += weight * BigInt(score?.netApy ?? 0);
    risk += weight * BigInt(strategy.measured?.riskScore ?? 0);
  }
  const average = (of: bigint): number => (sum === 0n ? 0 : Number(nearest(of, sum)));
  same(fields.expectedBlendedApyBps.path, whole(fields.expectedBlendedApyBps), average(apy));
  same(fields.riskBudgetUsageBps.path, whole(fields.riskBudgetUsageBps), average(risk));
}

/** `Σ |target − live|` over the union; a plan below the policy's minimum is not executed. */
function checkDelta(fields: PlanFields, inputs: Inputs, targets: readonly Target[]): void {
  const off = new Map<string, number>();
  for (const one of targets) off.set(keyOf(one), (off.get(keyOf(one)) ?? 0) + one.weight);
  for (const one of inputs.vault.live) off.set(keyOf(one), (off.get(keyOf(one)) ?? 0) - one.weight);
  const delta = [...off.values()].reduce((sum, one) => sum + Math.abs(one), 0);
  same(fields.totalDeltaBps.path, count(fields.totalDeltaBps), delta);
  same(fields.noOp.path, flag(fields.noOp), delta < (inputs.policy?.leastDelta ?? 0));
  same(fields.noOp.path, flag(fields.noOp), false);
}

/** The largest live weight that a message can say. */
const MOST_WEIGHT = 2_147_483_647n;

/** Requires the live weights of a plan to be those of what is held: `floor(value · 10 000 / NAV)`. */
export function checkLiveWeights(
  node: Node,
  held: readonly (Place & { readonly value: bigint })[],
  nav: bigint,
): void {
  const expected = held.map(({ assetId, side, value }) => ({
    assetId,
    side,
    weightBps: Number(least(floor(value * 10_000n, nav), MOST_WEIGHT)),
  }));
  sameDocument(node.path, node.value, expected);
}

function readTargets(node: Node): readonly Target[] {
  const nodes = items(node);
  const targets = nodes.map((one): Target => {
    const fields = members(
      one,
      ['assetId', 'side', 'weightBps', 'investible'],
      ['kappa', 'strategyId'],
    );
    const place = placeOf(fields);
    const kappa = fields.kappa === undefined ? { top: 1n, bottom: 1n } : decimal(fields.kappa);
    if (fields.strategyId !== undefined) name(fields.strategyId);
    const above = kappa.top > kappa.bottom;
    const allowed = place.side === 'LONG' ? fields.kappa === undefined : above;
    must(`${one.path}.kappa`, allowed, `${kappa.top}/${kappa.bottom}`, 'above 1, of a short only');
    const weight = count(fields.weightBps, 0, 10_000);
    return { ...place, weight, kappa, investible: flag(fields.investible) };
  });
  ascending(nodes, (place) => {
    const one = targets[place];
    return one === undefined ? '' : keyOf(one);
  });
  return targets;
}

function targetsDocument(
  { strategies }: Inputs,
  weights: ReadonlyMap<string, number>,
): { readonly assetId: string }[] {
  return strategies
    .flatMap(({ strategyId, assetId }) => {
      const weightBps = weights.get(strategyId) ?? 0;
      return weightBps === 0
        ? []
        : [{ assetId, side: 'LONG', weightBps, investible: true, strategyId }];
    })
    .sort((left, right) => (left.assetId < right.assetId ? -1 : 1));
}

function statedWeights(node: Node): ReadonlyMap<string, number> {
  return new Map(
    items(node).map((one) => {
      const fields = members(
        one,
        ['assetId', 'side', 'weightBps', 'investible', 'strategyId'],
        ['kappa'],
      );
      return [name(fields.strategyId), count(fields.weightBps)] as const;
    }),
  );
}
