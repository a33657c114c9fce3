import { randomUUID } from 'node:crypto';
import {
  Allocation,
  CreateIntentFromTemplateRequest,
  IntentType,
  RunOutcome,
  StrategyIntent_State as State,
  Triggers,
} from '@trimtab/contracts/intent';
import { LedgerEntry_Account as Account } from '@trimtab/contracts/vault';
import { Rebalance_State as RebalanceState } from '@trimtab/contracts/ordergen';
import { RebalancePurpose, Side } from '@trimtab/contracts/portfolio';
import { VaultMode } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import { eventually } from '@trimtab/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startWorld, type World } from './world.js';

const PAGE = { pageSize: 500, pageToken: '' };

describe('an intent over real services', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld({ bus: 'in-process' });
  });
  afterAll(() => world.end());

  async function created(triggers?: Triggers) {
    const { intent } = await world.owner.intent.createIntentFromTemplate(
      CreateIntentFromTemplateRequest.fromPartial({
        requestId: randomUUID(),
        type: IntentType.INTENT_TYPE_TREASURY,
        collateral: { assetId: 'USDC', amountDecimal: '50000' },
        ticker: 'BTC/USDC',
        allocation: WEIGHTS,
        ...(triggers && { triggers }),
      }),
    );
    return present(intent, 'CreateIntentFromTemplate answers an intent');
  }

  function rebalance(intentId: string) {
    const request = { requestId: randomUUID(), intentId, leaseToken: 0n, seriesId: '' };
    return world.owner.intent.rebalanceIntent(request);
  }

  async function ended(rebalanceId: string): Promise<RebalanceState> {
    return eventually(async () => {
      const found = await world.owner.orderGen.getRebalance({ rebalanceId });
      const { state } = present(found.rebalance, 'a rebalance');
      return state >= RebalanceState.STATE_COMPLETED &&
        state !== RebalanceState.STATE_CANCELLING &&
        state !== RebalanceState.STATE_EXPIRING
        ? state
        : undefined;
    });
  }

  function closed(vaultId: string) {
    return eventually(async () => {
      world.clock.advanceMillis(500);
      const found = present((await world.owner.vaults.getVault({ vaultId })).vault, 'a vault');
      return found.mode === VaultMode.VAULT_MODE_CLOSED ? found : undefined;
    });
  }

  it('that is paused lets what runs finish, starts nothing new, and goes on when it is resumed', async () => {
    const { intentId, vaultId } = await created();
    const run = await rebalance(intentId);
    await world.owner.intent.pauseIntent({ requestId: randomUUID(), intentId, etag: '' });
    expect(await ended(run.rebalanceId)).toBe(RebalanceState.STATE_COMPLETED);
    const { vault } = await world.owner.vaults.getVault({ vaultId });
    expect(vault).toMatchObject({ mode: VaultMode.VAULT_MODE_PAUSED, openRebalanceId: '' });
    await expect(rebalance(intentId)).rejects.toMatchObject({
      error: { reason: 'INTENT_NOT_ACTIVE' },
    });
    await world.owner.intent.resumeIntent({ requestId: randomUUID(), intentId, etag: '' });
    const again = await rebalance(intentId);
    expect(again.outcome).not.toBe(RunOutcome.RUN_OUTCOME_REFUSED);
  });

  it('starts nothing more when its rebalances have cost the slippage budget', async () => {
    const slippageBudget = { budgetBps: 9, windowSeconds: 3600 };
    const { intentId } = await created(Triggers.fromPartial({ slippageBudget }));
    const { rebalanceId } = await rebalance(intentId);
    expect(await ended(rebalanceId)).toBe(RebalanceState.STATE_COMPLETED);
    // 90 % of the vault was bought, at the snapshot's prices and a fee of 10 bps.
    expect(await rebalance(intentId)).toMatchObject({
      outcome: RunOutcome.RUN_OUTCOME_NO_OP,
      reason: 'SLIPPAGE_BUDGET_SPENT',
      message: 'the rebalances of the last 3600 s cost 9 bps, the budget is 9',
    });
  });

  it('whose collateral is worth more than its limit is undone: ERROR, its vault closed and empty', async () => {
    const { intent } = await world.owner.intent.createIntentFromTemplate(
      CreateIntentFromTemplateRequest.fromPartial({
        requestId: randomUUID(),
        type: IntentType.INTENT_TYPE_TREASURY,
        collateral: { assetId: 'WBTC', amountDecimal: '1' },
        ticker: 'BTC/USDC',
        overrides: { constraints: { maxCapitalDecimal: '100' } },
      }),
    );
    expect(intent?.state).toBe(State.STATE_ERROR);
    expect(intent?.stateReason).toContain('activation failed: DEPOSIT_LIMIT_EXCEEDED');
    const vault = await closed(present(intent, 'an answer has an intent').vaultId);
    expect([vault.cash, vault.positions]).toEqual(['0', []]);
  });

  it('that is cancelled settles to the underlying, pays it all out and closes its vault', async () => {
    const { intentId, vaultId } = await created();
    const { rebalanceId } = await rebalance(intentId);
    await ended(rebalanceId);
    const held = present((await world.owner.vaults.getVault({ vaultId })).vault, 'a vault');
    expect(held.positions.map(({ assetId }) => assetId)).toEqual(['WBTC', 'WETH']);

    const request = { requestId: randomUUID(), intentId, etag: '', reason: 'the fund moves on' };
    const { intent } = await world.owner.intent.cancelIntent(request);
    expect(intent).toMatchObject({
      state: State.STATE_CANCELLED,
      stateReason: 'the fund moves on',
    });
    const vault = await closed(vaultId);
    expect([vault.cash, vault.positions]).toEqual(['0', []]);

    const { runs } = await world.owner.intent.listRuns({ ...PAGE, intentId });
    expect(runs[0]).toMatchObject({
      purpose: RebalancePurpose.REBALANCE_PURPOSE_SETTLE,
      outcome: RunOutcome.RUN_OUTCOME_REBALANCE,
    });
    // What the owner put in and got back, and what the venue took and gave, add up to nothing left.
    const { entries } = await world.owner.vaults.listLedgerEntries({
      ...PAGE,
      vaultId,
      rebalanceId: '',
      afterSequence: 0n,
      assetId: 'USDC',
    });
    const sum = (account: Account): bigint =>
      entries
        .filter((entry) => entry.account === account)
        .reduce((total, { amount }) => total + BigInt(amount), 0n);
    expect(sum(Account.ACCOUNT_CASH)).toBe(0n);
    expect(entries.reduce((total, { amount }) => total + BigInt(amount), 0n)).toBe(0n);
    const { portfolio } = await world.owner.intent.getPortfolio({ owner: '' });
    expect(portfolio?.vaults.map((summary) => summary.vaultId)).not.toContain(vaultId);
  });
});

const WEIGHTS = Allocation.fromPartial({
  kind: {
    $case: 'targetWeights',
    value: {
      targets: [
        { assetId: 'BTC', side: Side.SIDE_LONG, weightBps: 6000 },
        { assetId: 'ETH', side: Side.SIDE_LONG, weightBps: 3000 },
      ],
    },
  },
});
