import { IntentServiceService } from '@trimtab/contracts/intent';
import { present } from '@trimtab/core';
import { allPages, createServiceClient } from '@trimtab/grpc';
import { seriesId } from '@trimtab/option-index';
import type { IntentPort } from '../../application/ports.js';
import { toIntentView, toRunView, toWork } from './intent-mapping.js';
import { fromReport } from './report-mapping.js';
import { callAs, ENGINE, type Address, type ClientSettings } from './settings.js';
import { series } from './values.js';
import { agentWords, triggerWords } from './words.js';

/** A run is among the latest of its intent just after it was started. */
const LATEST_RUNS = 50;

/** The intent service over gRPC. */
export function createIntentClient(
  address: Address,
  settings: ClientSettings,
): IntentPort & { close(): void } {
  const client = createServiceClient({ definition: IntentServiceService, address, ...settings });
  const lastRuns: IntentPort['lastRuns'] = async (intentId, count) => {
    const page = { intentId, pageSize: count, pageToken: '' };
    return (await client.listRuns(page, callAs(ENGINE))).runs.map(toRunView);
  };
  return {
    claim: async ({ engineId, kinds, limit, leaseSeconds }) => {
      const agentKinds = kinds.map((kind) => agentWords.toWire[kind]);
      const request = { engineId, agentKinds, maxCount: limit, leaseSeconds };
      return (await client.claimDueWork(request, callAs(ENGINE))).work.map(toWork);
    },
    get: async (intentId) => {
      const { intent } = await client.getIntent({ intentId }, callAs(ENGINE));
      return toIntentView(present(intent, 'GetIntent answers an intent'));
    },
    report: async (report) => {
      await client.reportRuntime(fromReport(report), callAs(ENGINE));
    },
    rebalance: async ({ requestId, intentId, trigger, leaseToken, series: wanted }) => {
      const { runId } = await client.rebalanceIntent(
        {
          requestId,
          intentId,
          trigger: triggerWords.toWire[trigger],
          leaseToken,
          seriesId: wanted === undefined ? '' : seriesId(wanted),
        },
        callAs(ENGINE),
      );
      const runs = await lastRuns(intentId, LATEST_RUNS);
      const run = runs.find((one) => one.runId === runId);
      return present(run, `run ${runId} is among the latest of its intent`);
    },
    lastRuns,
    listSeries: async (ticker) => {
      const ids = await allPages(async (page) => {
        const { seriesIds, nextPageToken } = await client.listSeries(
          { ...page, ticker },
          callAs(ENGINE),
        );
        return { items: seriesIds, nextPageToken };
      });
      return ids.map(series);
    },
    complete: async (request) => {
      await client.completeIntent({ ...request }, callAs(ENGINE));
    },
    fail: async (request) => {
      await client.failIntent({ ...request }, callAs(ENGINE));
    },
    close: () => client.close(),
  };
}
