import type { GetPortfolioResponse, Run as WireRun } from '@trimtab/contracts/intent';
import { createFields, pageOf, readPage } from '@trimtab/grpc';
import { planAgents, UNDERLYING } from '@trimtab/strategy';
import type { OwnedPortfolio } from '../../application/get-portfolio.js';
import { seriesOfRun, stepOf, type Run } from '../../domain/run.js';
import {
  agentKindWords,
  agentNeedWords,
  outcomeWords,
  purposeWords,
  runStepWords,
  sideWords,
  stateWords,
  triggerWords,
} from './enum-words.js';
import { readIntentId, textId } from './read-ids.js';
import { callOf } from './request-key.js';
import type { IntentHandlers, IntentUseCases } from './use-cases.js';

const MAX_OWNER_LENGTH = 256;

/** GetAgentPlan, ListRuns, GetPortfolio. */
export function inspectionHandlers(useCases: IntentUseCases): IntentHandlers {
  const { getIntent, listRuns, getPortfolio } = useCases;
  return {
    GetAgentPlan: async (request, context) => {
      const { id, spec } = await getIntent(readIntentId(request.intentId), callOf(context));
      const agents = planAgents(id, spec).map(({ kind, need, ...rest }) => ({
        kind: agentKindWords.toWire[kind],
        need: agentNeedWords.toWire[need],
        ...rest,
      }));
      return { agents };
    },
    ListRuns: async (request, context) => {
      const fields = createFields();
      const intentId = textId(fields, 'intent_id', request.intentId);
      const page = readPage(fields, request, [intentId]);
      fields.done();
      const range = { afterRunId: page.cursor, limit: page.size + 1 };
      const found = await listRuns(intentId, range, callOf(context));
      const { items, nextPageToken } = pageOf(found, page, [intentId], ({ id }) => id);
      return { runs: items.map(fromRun), nextPageToken };
    },
    GetPortfolio: async (request, context) => {
      const fields = createFields();
      const owner = fields.optional(request.owner === '' ? undefined : request.owner, (value) =>
        fields.text('owner', value, { maxLength: MAX_OWNER_LENGTH }),
      );
      fields.done();
      return fromPortfolio(await getPortfolio(owner ?? '', callOf(context)));
    },
  };
}

/** A run on the wire. */
export function fromRun(run: Run): WireRun {
  const { outcome, progress, endTime } = run;
  return {
    runId: run.id,
    intentId: run.intentId,
    vaultId: run.vaultId,
    trigger: triggerWords.toWire[run.trigger],
    startedBy: run.startedBy,
    purpose: purposeWords.toWire[run.purpose],
    step: runStepWords.toWire[stepOf(run)],
    outcome: outcomeWords.toWire[outcome.kind],
    reason: 'reason' in outcome ? outcome.reason : '',
    message: 'message' in outcome ? outcome.message : '',
    snapshotHash: progress.snapshotHash ?? '',
    planHash: progress.plan?.planHash ?? '',
    rebalanceId: 'rebalanceId' in outcome ? outcome.rebalanceId : '',
    traceId: run.traceId,
    createTime: new Date(run.createTime),
    endTime: endTime === undefined ? undefined : new Date(endTime),
    seriesId: seriesOfRun(run) ?? '',
  };
}

function fromPortfolio({ owner, portfolio, intents }: OwnedPortfolio): GetPortfolioResponse {
  const { priceTime } = portfolio;
  return {
    portfolio: {
      owner,
      denomination: UNDERLYING,
      totalValue: portfolio.totalValue.toString(),
      vaults: portfolio.vaults.map(({ vaultId, value, openRebalanceId }) => {
        const intent = intents.get(vaultId);
        return {
          vaultId,
          intentId: intent?.id ?? '',
          intentState: intent === undefined ? 0 : stateWords.toWire[intent.state],
          value: value?.toString() ?? '',
          driftBps: intent?.runtime.currentDriftBps ?? 0,
          openRebalanceId: openRebalanceId ?? '',
        };
      }),
      assets: portfolio.assets.map(({ assetId, side, quantity, value, weightBps }) => ({
        assetId,
        side: sideWords.toWire[side],
        quantity: quantity.toString(),
        value: value?.toString() ?? '',
        weightBps,
      })),
      openRebalanceIds: [...portfolio.openRebalanceIds],
      priceTime: priceTime === undefined ? undefined : new Date(priceTime),
    },
  };
}
