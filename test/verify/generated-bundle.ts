import type { JsonValue } from '@trimtab/canonical';
import { instant } from '@trimtab/core';
import { bpsOf } from '@trimtab/decimal';
import {
  bundleDocument,
  DEFAULT_TOLERANCES,
  generate,
  rebalanceDocument,
  rebalanceHash,
  startRebalance,
  type DriftBand,
  type ExplicitAction,
  type GenerateInput,
  type Generation,
  type RebalanceHeader,
  type Sequencing,
  type Tolerances,
} from '@trimtab/ordergen/domain';
import { generatePlan, type GeneratedPlan } from './generated-plan.js';
import { play } from './generated-run.js';
import { generateVault, type GeneratedVault } from './generated-vault.js';
import { randomOf, type Random } from './random.js';

/** A made-up bundle, and what kind of story it tells. */
export interface GeneratedBundle {
  readonly bundle: { readonly [field: string]: JsonValue };
  readonly source: 'PLAN' | 'ACTIONS' | 'SETTLE';
  readonly state: string;
}

/** The bundle of a seed: generation, order, results, books and chain of a rebalance made up. */
export function bundleOf(seed: number): GeneratedBundle {
  for (let attempt = 0; ; attempt += 1) {
    const made = tryBundle(randomOf(seed * 1_000 + attempt), `rebalance-${seed}`);
    if (made !== undefined) return made;
  }
}

function tryBundle(random: Random, rebalanceId: string): GeneratedBundle | undefined {
  const vault = generateVault(random);
  if (vault === undefined) return undefined;
  const source = random.pick(['PLAN', 'PLAN', 'PLAN', 'ACTIONS', 'SETTLE'] as const);
  const plan = source === 'PLAN' ? generatePlan(random, vault) : undefined;
  if (source === 'PLAN' && plan === undefined) return undefined;
  const actions = source === 'ACTIONS' ? requestedActions(random, vault) : [];
  if (source === 'ACTIONS' && actions.length === 0) return undefined;
  const input = inputOf(random, vault, plan, actions);
  const generation = generate(input);
  if (!generation.ok) return undefined;
  const generated = inAnyOrder(random, input, generation.value);
  const document = rebalanceDocument(
    headerOf(vault, source, { plan, actions }, generated.input),
    generated.generation,
  );
  const h0 = rebalanceHash(document);
  const mode = random.once(5) ? 'AWAIT_APPROVAL' : 'EXECUTE';
  const { state } = startRebalance(generated.generation.program, mode);
  const run = play(
    { random, rebalanceId, vault, generation: generated.generation, settles: source === 'SETTLE' },
    { sequence: 0, hash: h0, state },
  );
  return {
    bundle: bundleDocument({
      snapshot: vault.snapshot,
      ...(plan !== undefined && { plan: plan.documents }),
      rebalance: document,
      events: run.events,
      ledger: run.ledger,
      stateHash: run.head.hash,
    }),
    source,
    state: run.head.state.state,
  };
}

function inputOf(
  random: Random,
  vault: GeneratedVault,
  plan: GeneratedPlan | undefined,
  actions: readonly ExplicitAction[],
): GenerateInput {
  const band: DriftBand = {
    kind: random.pick(['ABSOLUTE', 'RELATIVE']),
    widthBps: random.between(1, 400),
    goal: random.pick(['CENTRE', 'EDGE']),
  };
  return {
    cash: vault.cash,
    positions: vault.positions,
    prices: vault.prices,
    goal:
      actions.length > 0
        ? { kind: 'ACTIONS', actions }
        : { kind: 'WEIGHTS', targets: plan?.targets ?? [] },
    tolerances: tolerancesOf(random),
    ...(random.once(3) && { band }),
    netMode: random.once(3) ? 'CONSERVATIVE' : 'STANDARD',
    sequencing: { kind: random.pick(['GUIDELINE', 'LARGEST_RELEASE_FIRST']) },
    underlyingFloor: random.once(2) ? 0n : bpsOf(vault.valuation.nav, random.between(0, 900)),
  };
}

function tolerancesOf(random: Random): Tolerances {
  if (random.once(2)) return DEFAULT_TOLERANCES;
  const one = (): bigint => random.amount(0n, 1_000_000n);
  return { kind: 'ABSOLUTE', exposure: one(), collateral: one(), net: one() };
}

/** Every position may be told to move a part of what it holds, or to take in more. */
function requestedActions(random: Random, vault: GeneratedVault): readonly ExplicitAction[] {
  return vault.positions.flatMap(({ assetId, side, quantity, collateral }) => {
    if (random.once(3)) return [];
    const quantityDelta = random.amount(-quantity, quantity);
    const collateralDelta = side === 'LONG' ? 0n : random.amount(-collateral, collateral);
    return [{ assetId, side, quantityDelta, collateralDelta }];
  });
}

/** Sometimes a manager's own order: each leg the other way round. */
function inAnyOrder(
  random: Random,
  input: GenerateInput,
  generation: Generation,
): { readonly input: GenerateInput; readonly generation: Generation } {
  if (!random.once(4)) return { input, generation };
  const keys = generation.actions.map(({ assetId, side, group }) => ({ assetId, side, group }));
  const order = [
    ...keys.filter(({ group }) => group !== 3).reverse(),
    ...keys.filter(({ group }) => group === 3).reverse(),
  ].map(({ assetId, side }) => ({ assetId, side }));
  const sequencing: Sequencing = { kind: 'EXPLICIT', order };
  const again = generate({ ...input, sequencing });
  if (!again.ok) throw new Error(again.error.message);
  return { input: { ...input, sequencing }, generation: again.value };
}

function headerOf(
  vault: GeneratedVault,
  source: GeneratedBundle['source'],
  from: { readonly plan: GeneratedPlan | undefined; readonly actions: readonly ExplicitAction[] },
  input: GenerateInput,
): RebalanceHeader {
  const { plan, actions } = from;
  return {
    vaultId: 'vault-1',
    vaultVersion: 7,
    purpose: source === 'SETTLE' ? 'SETTLE' : 'REBALANCE',
    source:
      plan === undefined ? { kind: 'ACTIONS', actions } : { kind: 'PLAN', planHash: plan.planHash },
    snapshotHash: vault.snapshotHash,
    positions: vault.positions,
    tolerances: input.tolerances,
    ...(input.band !== undefined && { band: input.band }),
    netMode: input.netMode,
    sequencing: input.sequencing,
    slippageLimitBps: 50,
    expireTime: instant(1_522_800_120_000),
  };
}
