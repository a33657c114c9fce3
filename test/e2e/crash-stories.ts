import { randomUUID } from 'node:crypto';
import type { OrderGenServiceService } from '@trimtab/contracts/ordergen';
import { RebalancePurpose, Side } from '@trimtab/contracts/portfolio';
import type { Vault, VaultServiceService } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import type { ServiceClient } from '@trimtab/grpc';
import { eventually } from '@trimtab/testkit';
import { newVault } from '../integration/ordergen-world.js';

/** A change of a position: asset, quantity, and for a short its collateral. */
type Trade = readonly [assetId: string, quantity: string, collateral?: string];

/** A rebalance, and what its vault holds before. */
export interface Story {
  readonly name: string;
  readonly deposits: readonly (readonly [assetId: string, amount: string])[];
  /** A rebalance that has ended before. */
  readonly before: readonly Trade[];
  readonly trades: readonly Trade[];
}

/** Sells of A, B and C pay for D and E; B fills half, D fails, C answers twice, A and E are slow. */
export const LONGS: Story = {
  name: 'longs',
  deposits: [
    ['USDC', '10000'],
    ['A', '30000'],
    ['B', '30000'],
    ['C', '900'],
  ],
  before: [],
  trades: [
    ['A', '-2100'],
    ['B', '-1260'],
    ['C', '-840'],
    ['D', '2520'],
    ['E', '1680'],
  ],
};

/**
 * In their order: F gets smaller and fills half, G fails to, A is sold slowly, E bought slowly,
 * H is opened and answers twice.
 */
export const SHORTS: Story = {
  name: 'shorts',
  deposits: [
    ['USDC', '10000'],
    ['A', '30000'],
  ],
  before: [
    ['F', '2000', '3000'],
    ['G', '1000', '1500'],
  ],
  trades: [
    ['F', '-1000', '-1500'],
    ['G', '-900', '-1300'],
    ['A', '-2100'],
    ['E', '1680'],
    ['H', '1000', '1600'],
  ],
};

/** What the venue does in both stories. */
export const SCRIPT = [
  { assetId: 'A', outcome: { kind: 'ANSWER_LATE', afterMillis: 50 } },
  { assetId: 'B', outcome: { kind: 'FILL_PART', fillBps: 5000 } },
  { assetId: 'C', outcome: { kind: 'ANSWER_TWICE' } },
  { assetId: 'D', outcome: { kind: 'FAIL', reason: 'INSUFFICIENT_LIQUIDITY' } },
  { assetId: 'E', outcome: { kind: 'ANSWER_LATE', afterMillis: 50 } },
  { assetId: 'F', direction: 'DECREASE', outcome: { kind: 'FILL_PART', fillBps: 5000 } },
  { assetId: 'G', direction: 'DECREASE', outcome: { kind: 'FAIL', reason: 'VENUE_REJECTED' } },
  { assetId: 'H', outcome: { kind: 'ANSWER_TWICE' } },
];

/** Every asset that is traded. */
export const ASSETS: readonly string[] = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];

/** What a story is told with. */
export interface Stage {
  readonly vaults: ServiceClient<typeof VaultServiceService>;
  readonly orderGen: ServiceClient<typeof OrderGenServiceService>;
  readonly snapshotHash: string;
  /** Waits for the end of a rebalance. */
  ended(rebalanceId: string, vaultId: string): Promise<unknown>;
}

/** Funds a vault, runs what comes before, and creates the rebalance. */
export async function begin(
  stage: Stage,
  story: Story,
): Promise<{ readonly rebalanceId: string; readonly vaultId: string }> {
  const opening = { requestId: randomUUID(), vault: newVault() };
  const created = await insist(() => stage.vaults.createVault(opening));
  const { vaultId } = present(created.vault, 'CreateVault answers');
  for (const [assetId, amount] of story.deposits) {
    const funds = { requestId: randomUUID(), vaultId, assetId, amount };
    await insist(() => stage.vaults.deposit(funds));
  }
  if (story.before.length > 0) {
    await stage.ended(await create(stage, vaultId, story.before), vaultId);
  }
  return { rebalanceId: await create(stage, vaultId, story.trades), vaultId };
}

async function create(stage: Stage, vaultId: string, trades: readonly Trade[]): Promise<string> {
  const { vault } = await insist(() => stage.vaults.getVault({ vaultId }));
  const { version: vaultVersion, fence }: Vault = present(vault, 'GetVault answers');
  const actions = trades.map(([assetId, quantityDelta, collateralDelta]) => ({
    ...{ assetId, quantityDelta, collateralDelta: collateralDelta ?? '' },
    side: collateralDelta === undefined ? Side.SIDE_LONG : Side.SIDE_SHORT,
  }));
  const request = {
    requestId: randomUUID(),
    terms: {
      ...{ vaultId, vaultVersion, fence, underlyingFloor: '' },
      snapshotHash: stage.snapshotHash,
      source: { $case: 'explicitActions' as const, value: { actions } },
      purpose: RebalancePurpose.REBALANCE_PURPOSE_REBALANCE,
      ...{ tolerances: undefined, netMode: undefined, sequencing: undefined },
      ...{ slippageLimitBps: undefined, driftBand: undefined },
      expireTime: new Date(Date.now() + 600_000),
    },
  };
  const answer = await insist(() => stage.orderGen.createRebalance(request));
  return present(answer.rebalance, 'CreateRebalance answers').rebalanceId;
}

/** What is asked of a service that may have been killed a moment ago: the same request until it answers. */
function insist<T>(call: () => Promise<T>): Promise<T> {
  return eventually(call, { what: 'an answer of OrderGen', timeoutMs: 30_000 });
}
