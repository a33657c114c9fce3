import { randomUUID } from 'node:crypto';
import type { Allocation } from '@trimtab/contracts/intent';
import { RunOutcome } from '@trimtab/contracts/intent';
import type { IntentType } from '@trimtab/contracts/intent';
import { CreateIntentFromTemplateRequest } from '@trimtab/contracts/intent';
import { Rebalance } from '@trimtab/contracts/ordergen';
import { Vault } from '@trimtab/contracts/vault';
import { present } from '@trimtab/core';
import { fromBaseUnits } from '@trimtab/decimal';
import { table, type Output } from '../output.js';
import type { SuiteClients } from './clients.js';
import { followToEnd, isCompleted, type FinishedRebalance } from './follow-rebalance.js';
import {
  printActions,
  printPlan,
  printProof,
  printRecalibrations,
  printSnapshot,
} from './print-rebalance.js';

/** An intent over a vault, and what it shall be invested in. */
export interface Story {
  readonly owner: SuiteClients;
  readonly vaultId: string;
  readonly type: IntentType;
  readonly allocation: Allocation;
  readonly decimals: ReadonlyMap<string, number>;
}

/** What a story proved; the JSON form of the demo. */
export interface StoryReport {
  readonly intentId: string;
  readonly rebalance: Rebalance;
  readonly selfFinancingResidual: bigint;
  readonly stateHash: string;
  readonly replayedHash: string;
  readonly proven: boolean;
}

/** Opens a vault and puts assets into it; amounts are base units by asset id. */
export async function openVault(
  owner: SuiteClients,
  deposits: readonly (readonly [assetId: string, amount: bigint])[],
): Promise<string> {
  const { vault } = await owner.vaults.createVault({
    requestId: randomUUID(),
    vault: Vault.fromPartial({}),
  });
  const { vaultId } = present(vault, 'CreateVault answers with a vault');
  for (const [assetId, amount] of deposits) {
    await owner.vaults.deposit({
      requestId: randomUUID(),
      vaultId,
      assetId,
      amount: amount.toString(),
    });
  }
  return vaultId;
}

/** Declares the intent, rebalances, follows the run to its end and prints what happened. */
export async function tellStory(story: Story, output: Output): Promise<StoryReport> {
  const { owner } = story;
  const created = await owner.intent.createIntentFromTemplate(
    CreateIntentFromTemplateRequest.fromPartial({
      requestId: randomUUID(),
      type: story.type,
      collateral: { assetId: 'USDC', amountDecimal: '10000' },
      ticker: 'BTC/USDC',
      allocation: story.allocation,
      vaultId: story.vaultId,
    }),
  );
  const { intentId } = present(created.intent, 'the answer has an intent');
  say(output, `\nIntent ${intentId}`);
  const run = await owner.intent.rebalanceIntent({
    requestId: randomUUID(),
    intentId,
    leaseToken: 0n,
    seriesId: '',
  });
  if (run.outcome !== RunOutcome.RUN_OUTCOME_REBALANCE) {
    throw new Error(`the run ended without a rebalance: ${run.reason} ${run.message}`);
  }
  const { snapshot } = await owner.oracle.getSnapshot({ snapshotHash: run.snapshotHash });
  const { plan } = await owner.solver.getPlan({ planHash: run.planHash });
  if (!output.json && snapshot !== undefined && plan !== undefined) {
    printSnapshot(snapshot, output);
    printPlan(plan, output);
  }
  const finished = await followToEnd(owner, run.rebalanceId);
  if (!output.json) await printEnd(story, finished, output);
  return toReport(intentId, finished);
}

async function printEnd(story: Story, finished: FinishedRebalance, output: Output): Promise<void> {
  printActions(finished.rebalance, output);
  printRecalibrations(finished.rebalance, output);
  printProof(finished, output);
  const { vault } = await story.owner.vaults.getVault({ vaultId: story.vaultId });
  const held = present(vault, 'GetVault answers with a vault');
  const rows = held.positions.map((position) => [
    position.assetId,
    fromBaseUnits(BigInt(position.quantity), story.decimals.get(position.assetId) ?? 0),
  ]);
  output.line('\nFinal holdings');
  output.line(
    table(['asset', 'quantity'], [['USDC', fromBaseUnits(BigInt(held.cash), 6)], ...rows], [1]),
  );
}

/** What a finished rebalance proved. */
export function toReport(intentId: string, finished: FinishedRebalance): StoryReport {
  const { rebalance, replay, selfFinancingResidual } = finished;
  return {
    intentId,
    rebalance,
    selfFinancingResidual,
    stateHash: rebalance.stateHash,
    replayedHash: replay.replayedHash,
    proven:
      isCompleted(rebalance) &&
      selfFinancingResidual === 0n &&
      replay.equal &&
      replay.replayedHash === rebalance.stateHash,
  };
}

function say(output: Output, text: string): void {
  if (!output.json) output.line(text);
}

/** A report as the demo prints it with --json: messages in their proto3 JSON form. */
export function storyJson(report: StoryReport): Record<string, unknown> {
  return { ...report, rebalance: Rebalance.toJSON(report.rebalance) };
}
