import type { SolverServiceService } from '@trimtab/contracts/solver';
import * as wire from '@trimtab/contracts/solver';
import type { Clock } from '@trimtab/core';
import { createFields, pageOf, readPage, type Handlers } from '@trimtab/grpc';
import type { Database } from '@trimtab/storage';
import { refuseMissing } from '../../application/refusals.js';
import { createSubmitStrategySnapshots } from '../../application/submit-strategy-snapshots.js';
import { createUpsertManager } from '../../application/upsert-manager.js';
import { createUpsertPolicy } from '../../application/upsert-policy.js';
import { createUpsertStrategy } from '../../application/upsert-strategy.js';
import { createSolverStore } from '../postgres/solver-store.js';
import type { SolverTables } from '../postgres/tables.js';
import { strategyStates } from './enum-names.js';
import { ID, SERVICE } from './read-fields.js';
import { readManager, readPolicy, readSnapshots, readStrategy } from './read-registry.js';
import { runOnce } from './run-once.js';
import { toManager, toPolicy, toRegistered, toSnapshot, toStrategy } from './to-registry.js';

/** What the handlers of the registry work with. */
export interface RegistryHandlerDependencies {
  readonly clock: Clock;
  readonly database: Database<SolverTables>;
}

type RegistryHandlers = Pick<
  Handlers<typeof SolverServiceService>,
  | 'UpsertStrategy'
  | 'ListStrategies'
  | 'SubmitStrategySnapshots'
  | 'UpsertPolicy'
  | 'GetPolicy'
  | 'UpsertManager'
  | 'GetManager'
>;

const MAX_FILTER_IDS = 1000;
const MAX_VERSION = 2_147_483_647;

/** Strategies, their snapshots, policies and managers. */
export function createRegistryHandlers(deps: RegistryHandlerDependencies): RegistryHandlers {
  const { database } = deps;
  const store = createSolverStore(database.kysely);
  const upsertStrategy = createUpsertStrategy(deps);
  const submitSnapshots = createSubmitStrategySnapshots(deps);
  const upsertPolicy = createUpsertPolicy(deps);
  const upsertManager = createUpsertManager(deps);
  return {
    UpsertStrategy: (request, context) => {
      const definition = readStrategy(request);
      return runOnce(database, context, {
        method: `${SERVICE}/UpsertStrategy`,
        request,
        requestCodec: wire.UpsertStrategyRequest,
        responseCodec: wire.UpsertStrategyResponse,
        effect: async (session) => ({
          strategy: toStrategy(await upsertStrategy(session, definition)),
        }),
      });
    },
    ListStrategies: async (request) => {
      const { page, filter, states } = readListStrategies(request);
      const found = await store.listStrategies({
        limit: page.size + 1,
        states,
        strategyIds: request.strategyIds,
        ...(page.cursor === undefined ? {} : { afterStrategyId: page.cursor }),
      });
      const cut = pageOf(found, page, filter, ({ strategy }) => strategy.value.strategyId);
      return { strategies: cut.items.map(toRegistered), nextPageToken: cut.nextPageToken };
    },
    SubmitStrategySnapshots: (request, context) => {
      const snapshots = readSnapshots(request);
      return runOnce(database, context, {
        method: `${SERVICE}/SubmitStrategySnapshots`,
        request,
        requestCodec: wire.SubmitStrategySnapshotsRequest,
        responseCodec: wire.SubmitStrategySnapshotsResponse,
        effect: async (session) => ({
          snapshots: (await submitSnapshots(session, snapshots)).map(toSnapshot),
        }),
      });
    },
    UpsertPolicy: (request, context) => {
      const command = readPolicy(request);
      return runOnce(database, context, {
        method: `${SERVICE}/UpsertPolicy`,
        request,
        requestCodec: wire.UpsertPolicyRequest,
        responseCodec: wire.UpsertPolicyResponse,
        effect: async (session) => ({ policy: toPolicy(await upsertPolicy(session, command)) }),
      });
    },
    GetPolicy: async ({ policyId, version }) => {
      const fields = createFields();
      const id = fields.text('policy_id', policyId, ID);
      const number = fields.optional(version, (given) =>
        fields.integer('version', given, { min: 1, max: MAX_VERSION }),
      );
      fields.done();
      const stored = await store.findPolicy(id, number);
      return { policy: toPolicy(stored ?? refuseMissing('policy', id, number)) };
    },
    UpsertManager: (request, context) => {
      const settings = readManager(request);
      return runOnce(database, context, {
        method: `${SERVICE}/UpsertManager`,
        request,
        requestCodec: wire.UpsertManagerRequest,
        responseCodec: wire.UpsertManagerResponse,
        effect: async (session) => ({ manager: toManager(await upsertManager(session, settings)) }),
      });
    },
    GetManager: async ({ managerId }) => {
      const fields = createFields();
      const id = fields.text('manager_id', managerId, ID);
      fields.done();
      const stored = await store.findManager(id);
      return { manager: toManager(stored ?? refuseMissing('manager', id)) };
    },
  };
}

function readListStrategies(request: wire.ListStrategiesRequest) {
  const fields = createFields();
  const states = fields.list('states', request.states, { max: 10 }, (state, item) =>
    item.enumValue('', state, strategyStates.words),
  );
  const limits = { max: MAX_FILTER_IDS, unique: (id: string) => id };
  const ids = fields.list('strategy_ids', request.strategyIds, limits, (id, item) =>
    item.text('', id, ID),
  );
  const filter = [states.join(), ids.join()];
  const page = readPage(fields, request, filter);
  fields.done();
  return { page, filter, states };
}
