import { randomUUID } from 'node:crypto';
import {
  CreateIntentFromTemplateRequest,
  IntentType,
  RunOutcome,
  RunTrigger,
  type IntentRuntime,
  type Run,
} from '@trimtab/contracts/intent';
import { RebalancePurpose } from '@trimtab/contracts/portfolio';
import { formatInstant, present, type Instant } from '@trimtab/core';
import { formatDecimal } from '@trimtab/decimal';
import { enumName } from '../enum-name.js';
import { table, type Output } from '../output.js';
import { followToEnd } from './follow-rebalance.js';
import { printActions, printProof } from './print-rebalance.js';
import type { RollWorld } from './roll-world.js';
import { toReport, type StoryReport } from './story.js';

/**
 * Third story: a treasury intent over the option index, run by the strategy engine alone. The engine
 * opens a series, watches the price fall day by day on a virtual clock, and rolls when it is below
 * strike × threshold. What is proven is the roll.
 */
export async function tellRollStory(world: RollWorld, output: Output): Promise<StoryReport> {
  const rows: string[][] = [];
  let intentId: string | undefined;
  for (const day of world.days) {
    await world.publish(day);
    intentId ??= await declare(world);
    await world.runDay(intentId);
    rows.push(rowOf(day.time, formatDecimal(day.price), await runtimeOf(world, intentId)));
  }
  const declared = present(intentId, 'the story has days');
  const roll = await rollOf(world, declared);
  if (!output.json) {
    output.line(`\nIntent ${declared}`);
    output.line(table(['end of day', 'BTC', 'holds', 'rolls', 'cost bps'], rows, [1, 3, 4]));
    await printNews(world, declared, output);
  }
  const finished = await followToEnd(world.owner, roll.rebalanceId);
  if (!output.json) {
    printActions(finished.rebalance, output);
    printProof(finished, output);
  }
  return toReport(declared, finished);
}

/** A treasury with the defaults of its template: strike at half of the price, roll below 1.5 strikes. */
async function declare({ owner }: RollWorld): Promise<string> {
  const { intent } = await owner.intent.createIntentFromTemplate(
    CreateIntentFromTemplateRequest.fromPartial({
      requestId: randomUUID(),
      type: IntentType.INTENT_TYPE_TREASURY,
      collateral: { assetId: 'USDC', amountDecimal: '100000' },
      ticker: 'BTC/USDC',
    }),
  );
  return present(intent, 'CreateIntentFromTemplate answers an intent').intentId;
}

async function runtimeOf({ owner }: RollWorld, intentId: string): Promise<IntentRuntime> {
  const { intent } = await owner.intent.getIntent({ intentId });
  return present(intent?.runtime, 'an intent has a runtime');
}

function rowOf(time: Instant, price: string, runtime: IntentRuntime): string[] {
  const series = runtime.index?.seriesId ?? '';
  return [
    formatInstant(time).slice(0, 10),
    price,
    series === '' ? 'cash' : `P-${series}`,
    String(runtime.rollCount),
    String(runtime.totalCostBps),
  ];
}

/** The run that rolled, which the engine recorded. */
async function rollOf({ owner }: RollWorld, intentId: string): Promise<Run> {
  const { runs } = await owner.intent.listRuns({ intentId, pageSize: 50, pageToken: '' });
  const roll = runs.find(
    ({ purpose, trigger, outcome }) =>
      purpose === RebalancePurpose.REBALANCE_PURPOSE_ROLL &&
      trigger === RunTrigger.RUN_TRIGGER_PRICE &&
      outcome === RunOutcome.RUN_OUTCOME_REBALANCE,
  );
  if (roll !== undefined) return roll;
  const found = runs.map(({ trigger, outcome, reason }) =>
    [
      enumName(RunTrigger, trigger, 'RUN_TRIGGER_'),
      enumName(RunOutcome, outcome, 'RUN_OUTCOME_'),
      reason,
    ].join(' '),
  );
  throw new Error(`the price fell through the threshold and nothing rolled: ${found.join('; ')}`);
}

async function printNews({ owner }: RollWorld, intentId: string, output: Output): Promise<void> {
  const { notifications } = await owner.intent.listNotifications({
    pageSize: 50,
    pageToken: '',
    intentId,
    channels: [],
  });
  for (const { message } of [...notifications].reverse()) output.line(`  told: ${message}`);
}
