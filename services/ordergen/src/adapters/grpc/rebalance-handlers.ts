import * as wire from '@trimtab/contracts/ordergen';
import {
  callerOf,
  createFields,
  pageOf,
  readPage,
  type CallContext,
  type Handlers,
} from '@trimtab/grpc';
import { requireView } from '../../application/access.js';
import type { Control } from '../../application/control.js';
import type { CreateRebalance } from '../../application/create-rebalance.js';
import type { ExportRebalance } from '../../application/export-rebalance.js';
import type { ExplainRebalance } from '../../application/explain-rebalance.js';
import type { News } from '../../application/news.js';
import type { Caller, OrderGenSession, OrderGenStore } from '../../application/ports.js';
import type { PreviewRebalance } from '../../application/preview-rebalance.js';
import type { RebalanceView } from '../../application/rebalance-record.js';
import { rebalanceNotFound } from '../../application/refusals.js';
import type { ReplayOutcome } from '../../application/replay-rebalance.js';
import type { StopRebalance } from '../../application/stop-rebalance.js';
import { rebalanceStates } from '../enum-words.js';
import { chunksOf } from './chunks.js';
import { toExplanationMessage } from './explain-messages.js';
import { readCreateRebalance, readPreviewRebalance } from './read-rebalance.js';
import { createRebalanceControlHandlers } from './rebalance-control-handlers.js';
import { toRebalanceMessage } from './rebalance-messages.js';
import { ID, outgoing, readId, requestKey, visibleTo } from './request.js';
import { watchRebalance } from './watch-rebalance.js';

/** What the handlers work with. */
export interface RebalanceHandlerDependencies {
  readonly store: OrderGenStore;
  readonly news: News;
  readonly previewRebalance: PreviewRebalance;
  readonly createRebalance: CreateRebalance;
  readonly explain: ExplainRebalance;
  readonly stop: StopRebalance;
  readonly control: Control;
  readonly replay: (rebalanceId: string) => Promise<ReplayOutcome>;
  readonly exportBundle: ExportRebalance;
}

const SERVICE = 'trimtab.ordergen.v1.OrderGenService';

type RebalanceHandlers = Handlers<typeof wire.OrderGenServiceService>;

/** Handlers of OrderGenService; methods without one answer UNIMPLEMENTED with their name. */
export function createRebalanceHandlers(deps: RebalanceHandlerDependencies): RebalanceHandlers {
  const { store } = deps;
  const find = (context: CallContext, rebalanceId: string): Promise<RebalanceView> =>
    findVisible(store, callerOf(context), rebalanceId);
  return {
    ...createRebalanceControlHandlers(deps.control),
    PreviewRebalance: async (request, context) => {
      const view = await deps.previewRebalance(readPreviewRebalance(request), outgoing(context));
      return { rebalance: toRebalanceMessage(view) };
    },
    CreateRebalance: async (request, context) => {
      const { command, key } = readCreateRebalance(request, context);
      const response = await deps.createRebalance(
        command,
        key,
        outgoing(context),
        async (session, rebalanceId) => {
          const rebalance = await rebalanceOf(session, rebalanceId);
          return wire.CreateRebalanceResponse.encode({ rebalance }).finish();
        },
      );
      return wire.CreateRebalanceResponse.decode(response);
    },
    CancelRebalance: async (request, context) => {
      const fields = createFields();
      const given = { request, codec: wire.CancelRebalanceRequest };
      const key = requestKey(fields, context, `${SERVICE}/CancelRebalance`, given);
      const rebalanceId = fields.text('rebalance_id', request.rebalanceId, ID);
      const reason = fields.optional(request.reason, (text) =>
        fields.text('reason', text, { maxLength: 500 }),
      );
      fields.done();
      const response = await deps.stop.cancel(
        { rebalanceId, reason: reason ?? '' },
        key,
        callerOf(context),
        async (session) => {
          const rebalance = await rebalanceOf(session, rebalanceId);
          return wire.CancelRebalanceResponse.encode({ rebalance }).finish();
        },
      );
      return wire.CancelRebalanceResponse.decode(response);
    },
    GetRebalance: async (request, context) => {
      const view = await find(context, readId('rebalance_id', request.rebalanceId));
      return { rebalance: toRebalanceMessage(view) };
    },
    ListRebalances: (request, context) => listRebalances(store, request, callerOf(context)),
    WatchRebalance: async function* (request, context) {
      const view = await find(context, readId('rebalance_id', request.rebalanceId));
      const { rebalanceId } = view.facts;
      yield* watchRebalance(deps, rebalanceId, request.afterSequence, context.signal);
    },
    ExplainRebalance: async (request, context) => {
      const view = await find(context, readId('rebalance_id', request.rebalanceId));
      return { positions: (await deps.explain(view)).map(toExplanationMessage) };
    },
    ReplayRebalance: async (request, context) => {
      const view = await find(context, readId('rebalance_id', request.rebalanceId));
      return toReplayMessage(await deps.replay(view.facts.rebalanceId));
    },
    ExportRebalance: async function* (request, context) {
      const view = await find(context, readId('rebalance_id', request.rebalanceId));
      const bundle = await deps.exportBundle(view.facts.rebalanceId);
      for (const chunk of chunksOf(bundle)) yield { chunk };
    },
  };
}

async function listRebalances(
  store: OrderGenStore,
  request: wire.ListRebalancesRequest,
  caller: Caller,
): Promise<wire.ListRebalancesResponse> {
  const fields = createFields();
  const vaultId = fields.optional(request.vaultId, (text) => fields.text('vault_id', text, ID));
  const states = fields.list('states', request.states, { max: 20 }, (state, item) =>
    item.enumValue('', state, rebalanceStates.words),
  );
  const limits = visibleTo(caller);
  const filter = [limits.visibleTo ?? '', vaultId ?? '', ...states];
  const page = readPage(fields, request, filter);
  fields.done();
  const found = await store.listRebalances(
    { ...limits, ...(vaultId !== undefined && { vaultId }), states },
    { ...page, size: page.size + 1 },
  );
  const cursorOf = ({ facts }: RebalanceView): string => `${facts.createTime}/${facts.rebalanceId}`;
  const cut = pageOf(found, page, filter, cursorOf);
  return {
    rebalances: cut.items.map((view) => toRebalanceMessage(view, 'SUMMARY')),
    nextPageToken: cut.nextPageToken,
  };
}

async function findVisible(
  store: OrderGenStore,
  caller: Caller,
  rebalanceId: string,
): Promise<RebalanceView> {
  const view = (await store.findRebalance(rebalanceId)) ?? rebalanceNotFound(rebalanceId);
  const { vaultId } = view.facts;
  requireView(caller, { vaultId, owner: view.owner, managers: view.members, approvers: [] });
  return view;
}

async function rebalanceOf(session: OrderGenSession, rebalanceId: string): Promise<wire.Rebalance> {
  const view = (await session.findRebalance(rebalanceId)) ?? rebalanceNotFound(rebalanceId);
  return toRebalanceMessage(view);
}

function toReplayMessage(outcome: ReplayOutcome): wire.ReplayRebalanceResponse {
  const { difference } = outcome;
  return {
    equal: outcome.equal,
    stateHash: outcome.stateHash,
    replayedHash: outcome.replayedHash,
    firstDifference:
      difference === undefined
        ? undefined
        : {
            sequence: BigInt(difference.sequence),
            field: difference.field,
            found: difference.stored,
            expected: difference.recomputed,
          },
    eventCount: BigInt(outcome.eventCount),
  };
}
