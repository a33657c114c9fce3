import { canonicalText, isList, type Json } from './canonical-text.js';
import { checkChain } from './chain.js';
import { Refused, refuse, same, type Difference } from './difference.js';
import { bookOf, opening } from './fold.js';
import { checkGeneration } from './generate.js';
import { hashOf, TAGS } from './hash.js';
import { readLedger } from './ledger.js';
import { amount, count, digest, members, name, type Members, type Node } from './node.js';
import { checkLiveWeights, checkPlan, type CheckedPlan } from './plan.js';
import { readRebalance, type Rebalance } from './rebalance.js';
import { checkHoldings, checkLedger } from './reconcile.js';
import { readSnapshot, sameSnapshot, type Prices } from './snapshot.js';

/** What a bundle that holds proves. */
export interface Verified {
  readonly h0: string;
  readonly stateHash: string;
  readonly bundleHash: string;
  readonly state: string;
  readonly actionCount: number;
  readonly eventCount: number;
  readonly entryCount: number;
}

/** The outcome: proven, or the first difference. */
export type Verdict =
  | { readonly verified: true; readonly bundle: Verified }
  | { readonly verified: false; readonly difference: Difference };

const REQUIRED = [
  'version',
  'snapshot',
  'rebalance',
  'events',
  'ledger',
  'holdings',
  'stateHash',
  'bundleHash',
] as const;
const OF_PLAN = ['inputs', 'scores', 'targets', 'steps', 'plan'] as const;
type Bundle = Members<(typeof REQUIRED)[number], (typeof OF_PLAN)[number]>;

/**
 * Verifies the text of a bundle, which must be its canonical JSON, so that no two readers can
 * understand it differently; white space at its end is allowed.
 */
export function verifyBundle(text: string): Verdict {
  let document: Json;
  try {
    document = JSON.parse(text) as Json;
  } catch (error) {
    const found = error instanceof Error ? error.message : 'unreadable';
    return { verified: false, difference: { path: '', found, expected: 'JSON' } };
  }
  const found = text.trimEnd();
  const expected = canonicalText(document);
  if (found === expected) return verifyDocument(document);
  let from = 0;
  while (from < expected.length && expected[from] === found[from]) from += 1;
  const difference = {
    path: `character ${from}`,
    found: found.slice(from, from + 20),
    expected: `canonical JSON: ${expected.slice(from, from + 20)}`,
  };
  return { verified: false, difference };
}

/** Verifies a bundle that is read already. */
export function verifyDocument(document: Json): Verdict {
  try {
    return { verified: true, bundle: check(document) };
  } catch (error) {
    if (error instanceof Refused) return { verified: false, difference: error.difference };
    throw error;
  }
}

function check(document: Json): Verified {
  const bundle = members({ path: '', value: document }, REQUIRED, OF_PLAN);
  same('version', count(bundle.version), 1);
  const prices = readSnapshot(bundle.snapshot);
  const rebalance = readRebalance(bundle.rebalance);
  sameSnapshot(rebalance.snapshotHash, prices);
  const plan = checkPlanOf(bundle, rebalance, prices);
  const generated = checkGeneration(rebalance, prices, plan?.targets);
  if (plan !== undefined) {
    same(plan.nav.path, amount(plan.nav), generated.nav);
    checkLiveWeights(plan.weights, generated.held, generated.nav);
  }
  const book = bookOf(generated, rebalance.floor);
  const { actions, netTolerance } = generated;
  const chain = checkChain(bundle.events, {
    h0: rebalance.hash,
    book,
    money: opening(generated, book, rebalance.cash),
    measure: { prices, actions, held: rebalance.held, netTolerance },
  });
  same('stateHash', digest(bundle.stateHash), chain.hash);
  const ledger = readLedger(bundle.ledger, prices.denomination);
  const { state, next } = chain.money;
  checkLedger({ rebalance, actions, events: chain.events, state, next }, ledger);
  checkHoldings(bundle.holdings, rebalance, ledger);
  return {
    h0: rebalance.hash,
    stateHash: chain.hash,
    bundleHash: checkBundleHash(bundle.bundleHash, document),
    state,
    actionCount: actions.length,
    eventCount: chain.events.length,
    entryCount: ledger.length,
  };
}

/** The plan that the rebalance names, with all its documents; nothing of one if it names none. */
function checkPlanOf(
  bundle: Bundle,
  rebalance: Rebalance,
  prices: Prices,
): CheckedPlan | undefined {
  const { inputs, scores, targets, steps, plan } = bundle;
  const { planHash } = rebalance;
  if (planHash === undefined) {
    for (const one of [inputs, scores, targets, steps, plan]) {
      if (one !== undefined) refuse(one.path, 'a document', 'absent without a plan');
    }
    return undefined;
  }
  const nodes = {
    inputs: need(inputs, 'inputs'),
    scores: need(scores, 'scores'),
    targets: need(targets, 'targets'),
    steps: need(steps, 'steps'),
    plan: need(plan, 'plan'),
  };
  const checked = checkPlan(nodes, prices);
  same(planHash.path, digest(planHash), checked.hash);
  same(rebalance.vaultId.path, name(rebalance.vaultId), checked.vaultId);
  same(rebalance.vaultVersion.path, count(rebalance.vaultVersion), count(checked.vaultVersion));
  return checked;
}

function need(node: Node | undefined, path: string): Node {
  return node ?? refuse(path, 'absent', 'the document that the plan names');
}

/** `bundleHash` covers all other fields. */
function checkBundleHash(node: Node, document: Json): string {
  const stated = digest(node);
  if (typeof document !== 'object' || document === null || isList(document)) return stated;
  const others = Object.entries(document).filter(([field]) => field !== 'bundleHash');
  same(node.path, stated, hashOf(TAGS.bundle, Object.fromEntries(others)));
  return stated;
}
