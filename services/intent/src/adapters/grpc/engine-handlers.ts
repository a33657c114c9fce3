import { IntentServiceService, ReportRuntimeRequest } from '@trimtab/contracts/intent';
import { createFields, pageOf, readPage } from '@trimtab/grpc';
import { AGENT_KINDS } from '@trimtab/strategy';
import type { ClaimedWork } from '../../application/engine-ports.js';
import { agentKindWords } from './enum-words.js';
import { fromIntent } from './intent-mapping.js';
import { textId } from './read-ids.js';
import { AGENT_KIND_WORDS, readReport } from './read-report.js';
import { requestKey } from './request-key.js';
import type { IntentHandlers, IntentUseCases } from './use-cases.js';

const DEFAULT_COUNT = 50;
const MAX_COUNT = 500;
const DEFAULT_LEASE_SECONDS = 30;
const MAX_LEASE_SECONDS = 300;
const TICKER = { maxLength: 11, pattern: /^[A-Z]{2,5}\/[A-Z]{2,5}$/ };

/** ClaimDueWork, ReportRuntime and ListSeries: what the engine takes, and what it brings back. */
export function engineHandlers(useCases: IntentUseCases): IntentHandlers {
  const { claimDueWork, reportRuntime, listSeries, ids } = useCases;
  return {
    ClaimDueWork: async (request) => {
      const fields = createFields();
      const engineId = textId(fields, 'engine_id', request.engineId);
      const kinds = { max: AGENT_KINDS.length, unique: String };
      const agentKinds = fields.list('agent_kinds', request.agentKinds, kinds, (kind, item) =>
        item.enumValue('', kind, AGENT_KIND_WORDS),
      );
      const counts = { min: 0, max: MAX_COUNT };
      const limit = fields.integer('max_count', request.maxCount, counts) || DEFAULT_COUNT;
      const seconds = { min: 0, max: MAX_LEASE_SECONDS };
      const leaseSeconds =
        fields.integer('lease_seconds', request.leaseSeconds, seconds) || DEFAULT_LEASE_SECONDS;
      fields.done();
      const work = await claimDueWork({ engineId, agentKinds, limit, leaseSeconds });
      return { work: work.map(fromClaimed) };
    },
    ReportRuntime: async (request, context) => {
      const method = IntentServiceService.reportRuntime.path;
      const key = requestKey({ method, request, encoder: ReportRuntimeRequest }, context, ids);
      const intent = await reportRuntime({ key, ...readReport(request) });
      return { intent: intent && fromIntent(intent) };
    },
    ListSeries: async (request) => {
      const fields = createFields();
      const ticker = fields.text('ticker', request.ticker, TICKER);
      const page = readPage(fields, request, [ticker]);
      fields.done();
      const found = await listSeries(ticker, { after: page.cursor ?? '', limit: page.size + 1 });
      const { items, nextPageToken } = pageOf(found, page, [ticker], (seriesId) => seriesId);
      return { seriesIds: [...items], nextPageToken };
    },
  };
}

function fromClaimed(work: ClaimedWork) {
  return {
    workId: work.workId,
    agentKind: agentKindWords.toWire[work.agentKind],
    instanceKey: work.instanceKey,
    intentId: work.intentId ?? '',
    dueTime: new Date(work.dueTime),
    leaseToken: work.leaseToken,
    leaseExpireTime: new Date(work.leaseExpireTime),
    attemptCount: work.attemptCount,
    intentIds: [...work.intentIds],
  };
}
