import { Allocation, IntentType } from '@trimtab/contracts/intent';
import { Side } from '@trimtab/contracts/portfolio';
import type { Output } from '../output.js';
import type { SuiteClients } from './clients.js';
import { DECIMALS } from './market.js';
import { openVault, tellStory, type StoryReport } from './story.js';

/** Weights over three assets; the rest of 10 000 stays in cash. */
const WEIGHTS_BPS = [
  ['BTC', 2500],
  ['ETH', 2000],
  ['LTC', 4000],
] as const;

/**
 * First story: a vault with cash and positions is brought to target weights while the venue fails the
 * first sell and fills only half of the buy of LTC.
 */
export async function tellTargetWeightsStory(
  owner: SuiteClients,
  output: Output,
): Promise<StoryReport> {
  const vaultId = await openVault(owner, [
    ['USDC', 10_000_000_000n], // 10 000
    ['WBTC', 600_000_000n], // 6
    ['WETH', 120n * 10n ** 18n], // 120
    ['LTC', 5_000_000_000n], // 50
  ]);
  const targets = WEIGHTS_BPS.map(([assetId, weightBps]) => ({
    assetId,
    side: Side.SIDE_LONG,
    weightBps,
  }));
  const allocation = Allocation.fromPartial({
    kind: { $case: 'targetWeights', value: { targets, policyId: '' } },
  });
  return tellStory(
    { owner, vaultId, type: IntentType.INTENT_TYPE_TREASURY, allocation, decimals: DECIMALS },
    output,
  );
}
