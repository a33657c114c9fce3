import {
  OracleServiceService,
  type GetPriceResponse,
  type GetSnapshotResponse,
  RegisterAssetRequest,
  RegisterAssetResponse,
  SubmitObservationsRequest,
  SubmitObservationsResponse,
  TakeSnapshotRequest,
  TakeSnapshotResponse,
  UpdateAssetRequest,
  UpdateAssetResponse,
} from '@trimtab/contracts/oracle';
import { domainError, invalidFields, quoted, refuse, type Instant } from '@trimtab/core';
import {
  bindService,
  callerOf,
  createFields,
  pageOf,
  readPage,
  type CallContext,
  type FieldReader,
  type Handlers,
  type Page,
  type PageRequest,
  type ServiceBinding,
} from '@trimtab/grpc';
import { ATTRIBUTES, inSpan, tracer } from '@trimtab/telemetry';
import type { GetPrice } from '../../application/get-price.js';
import type { ListPrices } from '../../application/list-prices.js';
import type { OracleHistory, OracleTransactions, PriceView } from '../../application/ports.js';
import { snapshotNotFound } from '../../application/refusals.js';
import type { RegisterAsset } from '../../application/register-asset.js';
import type { SubmitObservations } from '../../application/submit-observations.js';
import type { TakeSnapshot } from '../../application/take-snapshot.js';
import type { UpdateAsset } from '../../application/update-asset.js';
import { isAssetId, isPublisher } from '../../domain/asset.js';
import {
  toAssetDraft,
  toAssetMessage,
  toHealth,
  toInstant,
  toObservationDraft,
  toPriceMessage,
  toQuoteMessage,
  toRefusalMessage,
  toSnapshotMessage,
} from './mapping.js';
import { listPublishers } from './list-publishers.js';
import { runOnce } from './once.js';
import { ORACLE_RULES } from './rules.js';
import { watchPrices } from './watch-prices.js';

/** Everything that OracleService answers with. */
export interface OracleUseCases {
  readonly view: PriceView;
  readonly history: OracleHistory;
  readonly transactions: OracleTransactions;
  readonly registerAsset: RegisterAsset;
  readonly updateAsset: UpdateAsset;
  readonly submitObservations: SubmitObservations;
  readonly getPrice: GetPrice;
  readonly listPrices: ListPrices;
  readonly takeSnapshot: TakeSnapshot;
}

/** Most observations of one call. */
const MAX_BATCH = 1000;
/** Most asset ids of a filter. */
const MAX_FILTER = 1000;
const HASH = /^[0-9a-f]{64}$/;
const spans = tracer('@trimtab/oracle');

type OracleHandlers = Handlers<typeof OracleServiceService>;

/** Binds OracleService. */
export function createOracleBinding(useCases: OracleUseCases): ServiceBinding {
  return bindService({
    definition: OracleServiceService,
    rules: ORACLE_RULES,
    limits: { SubmitObservations: 'batch', TakeSnapshot: 'internal', GetSnapshot: 'internal' },
    handlers: {
      ...assetHandlers(useCases),
      ...priceHandlers(useCases),
      ...snapshotHandlers(useCases),
      ...watchHandlers(useCases),
    },
  });
}

function assetHandlers(useCases: OracleUseCases): OracleHandlers {
  const { view, transactions, registerAsset, updateAsset } = useCases;
  return {
    RegisterAsset: (request, context) => {
      const draft = toAssetDraft(required('asset', request.asset));
      const right = callerOf(context).scopes.has('admin') ? 'ANY_ASSET' : 'SERIES_HALVES';
      return runOnce(transactions, context, {
        method: OracleServiceService.registerAsset.path,
        request,
        requestCodec: RegisterAssetRequest,
        responseCodec: RegisterAssetResponse,
        effect: async (session) => ({
          asset: toAssetMessage(await registerAsset(session, draft, right)),
        }),
      });
    },
    UpdateAsset: (request, context) => {
      const draft = toAssetDraft(required('asset', request.asset));
      return runOnce(transactions, context, {
        method: OracleServiceService.updateAsset.path,
        request,
        requestCodec: UpdateAssetRequest,
        responseCodec: UpdateAssetResponse,
        effect: async (session) => ({
          asset: toAssetMessage(await updateAsset(session, draft, request.updateMask)),
        }),
      });
    },
    ListAssets: (request) => {
      const fields = createFields();
      const page = readAssetPage(fields, request, request.assetIds);
      const assetIds = fields.list('asset_ids', request.assetIds, { max: MAX_FILTER }, assetIdOf);
      fields.done();
      const found = view
        .page({
          afterAssetId: page.cursor ?? '',
          limit: page.size + 1,
          assetIds: assetIds.length === 0 ? undefined : assetIds,
        })
        .map(({ asset }) => asset);
      const { items, nextPageToken } = pageOf(
        found,
        page,
        request.assetIds,
        ({ assetId }) => assetId,
      );
      return Promise.resolve({ assets: items.map(toAssetMessage), nextPageToken });
    },
  };
}

function priceHandlers(useCases: OracleUseCases): OracleHandlers {
  const { history, transactions, submitObservations, getPrice, listPrices } = useCases;
  return {
    SubmitObservations: (request, context) => {
      checkBatch(request.observations.length);
      const drafts = request.observations.map(toObservationDraft);
      const publisher = publisherOf(context);
      return runOnce<SubmitObservationsRequest, SubmitObservationsResponse>(transactions, context, {
        method: OracleServiceService.submitObservations.path,
        request,
        requestCodec: SubmitObservationsRequest,
        responseCodec: SubmitObservationsResponse,
        effect: async (session) => {
          const outcome = await submitObservations(session, publisher, drafts);
          return { ...outcome, refusals: outcome.refusals.map(toRefusalMessage) };
        },
      });
    },
    ListPublishers: (request) => listPublishers(history, request),
    GetPrice: async (request): Promise<GetPriceResponse> => {
      const assetId = requiredAssetId(request.assetId);
      const answer = await getPrice(assetId, readTimeOf(request.readTime));
      return { price: toPriceMessage(answer.price), quotes: answer.quotes.map(toQuoteMessage) };
    },
    ListPrices: async (request) => {
      const fields = createFields();
      const filter = [...request.assetIds, '', ...request.states.map((state) => String(state))];
      const page = readAssetPage(fields, request, filter);
      const assetIds = fields.list('asset_ids', request.assetIds, { max: MAX_FILTER }, assetIdOf);
      const states = request.states.flatMap((state, index) => {
        const health = toHealth(state);
        if (health !== undefined) return [health];
        const message = `was ${state}, must be HEALTHY, STALE, NO_QUORUM or HALTED`;
        fields.violation(`states[${index}]`, 'FIELD_INVALID', message);
        return [];
      });
      fields.done();
      const found = await listPrices({
        afterAssetId: page.cursor ?? '',
        limit: page.size + 1,
        assetIds,
        states,
      });
      const { items, nextPageToken } = pageOf(found, page, filter, ({ asset }) => asset.assetId);
      return { prices: items.map(toPriceMessage), nextPageToken };
    },
  };
}

function snapshotHandlers({ transactions, history, takeSnapshot }: OracleUseCases): OracleHandlers {
  return {
    TakeSnapshot: (request, context) =>
      inSpan(spans, 'take_snapshot', {}, async (span) => {
        const response = await runOnce<TakeSnapshotRequest, TakeSnapshotResponse>(
          transactions,
          context,
          {
            method: OracleServiceService.takeSnapshot.path,
            request,
            requestCodec: TakeSnapshotRequest,
            responseCodec: TakeSnapshotResponse,
            effect: async (session) => ({
              snapshot: toSnapshotMessage(await takeSnapshot(session, request.assetIds)),
            }),
          },
        );
        span.setAttribute(ATTRIBUTES.snapshotHash, response.snapshot?.snapshotHash ?? '');
        return response;
      }),
    GetSnapshot: async (request): Promise<GetSnapshotResponse> => {
      const { snapshotHash } = request;
      const fields = createFields();
      fields.text('snapshot_hash', snapshotHash, { maxLength: 64, pattern: HASH });
      fields.done();
      const snapshot = await history.findSnapshot(snapshotHash);
      if (snapshot === undefined) refuse(snapshotNotFound(snapshotHash));
      return { snapshot: toSnapshotMessage(snapshot) };
    },
  };
}

function watchHandlers(useCases: OracleUseCases): OracleHandlers {
  return {
    WatchPrices: (request, context) => {
      const fields = createFields();
      const assetIds = fields.list('asset_ids', request.assetIds, { max: MAX_FILTER }, assetIdOf);
      fields.done();
      return watchPrices(useCases, { assetIds, afterSequence: request.afterSequence }, context);
    },
  };
}

function required<T>(field: string, value: T | undefined): T {
  if (value !== undefined) return value;
  refuse(invalidFields([{ field, reason: 'FIELD_REQUIRED', message: 'must be set' }]));
}

function requiredAssetId(assetId: string): string {
  const fields = createFields();
  assetIdOf(assetId, fields.at('asset_id'));
  fields.done();
  return assetId;
}

function assetIdOf(assetId: string, field: FieldReader): string {
  if (assetId === '') field.violation('', 'FIELD_REQUIRED', 'must be set');
  else if (!isAssetId(assetId)) {
    const message = `was ${quoted(assetId)}, must match [A-Z0-9][A-Z0-9.-]{0,63}`;
    field.violation('', 'FIELD_INVALID', message);
  }
  return assetId;
}

/** A page of a list by asset id: its cursor is one. */
function readAssetPage(fields: FieldReader, request: PageRequest, filter: readonly string[]): Page {
  const page = readPage(fields, request, filter);
  if (page.cursor !== undefined && !isAssetId(page.cursor)) {
    fields.violation(
      'page_token',
      'PAGE_TOKEN_INVALID',
      'must be the next_page_token of this list',
    );
  }
  return page;
}

/** Who publishes: the caller, if its subject can be stored as evidence. */
function publisherOf(context: CallContext): string {
  const { subject } = callerOf(context);
  if (isPublisher(subject)) return subject;
  const message =
    'the subject of a publisher is 1 to 255 printable ASCII characters without spaces';
  return refuse(domainError('PERMISSION_DENIED', 'PUBLISHER_NOT_ALLOWED', message));
}

function readTimeOf(date: Date | undefined): Instant | undefined {
  const time = toInstant(date);
  if (time !== 'UNREADABLE' && (time === undefined || time >= 0)) return time;
  const message = 'was not in the years 1970 to 9999';
  return refuse(invalidFields([{ field: 'read_time', reason: 'FIELD_INVALID', message }]));
}

function checkBatch(count: number): void {
  if (count >= 1 && count <= MAX_BATCH) return;
  const reason = count === 0 ? 'FIELD_REQUIRED' : 'BATCH_TOO_LARGE';
  const message = `had ${count} observations, must have 1 to ${MAX_BATCH}`;
  refuse(invalidFields([{ field: 'observations', reason, message }]));
}
