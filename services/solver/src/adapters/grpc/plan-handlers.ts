import type { SolverServiceService } from '@trimtab/contracts/solver';
import * as wire from '@trimtab/contracts/solver';
import { instant, type Clock } from '@trimtab/core';
import { createFields, pageOf, readPage, type CallContext, type Handlers } from '@trimtab/grpc';
import { findIdempotent, type Database } from '@trimtab/storage';
import { createBuildPlan } from '../../application/build-plan.js';
import type { Manifest } from '../../application/manifest.js';
import type { PlanPage, PriceSnapshots, StoredPlan } from '../../application/ports.js';
import { refuseMissing } from '../../application/refusals.js';
import type { PlanEvents } from '../bus/plan-events.js';
import { createSolverStore } from '../postgres/solver-store.js';
import type { SolverTables } from '../postgres/tables.js';
import type { Observer } from '../telemetry/observer.js';
import { readBuildPlan } from './read-build-plan.js';
import { HASH, ID, SERVICE } from './read-fields.js';
import { idempotencyKey, runOnce } from './run-once.js';
import { toPlan, toPlanSummary } from './to-plan.js';

/** What the handlers of plans work with. */
export interface PlanHandlerDependencies {
  readonly clock: Clock;
  readonly database: Database<SolverTables>;
  readonly prices: PriceSnapshots<CallContext>;
  readonly manifest: Manifest;
  readonly events: PlanEvents;
  readonly observer: Observer;
}

type PlanHandlers = Pick<
  Handlers<typeof SolverServiceService>,
  'BuildPlan' | 'GetPlan' | 'ListPlans'
>;

/** Making and reading plans. */
export function createPlanHandlers(deps: PlanHandlerDependencies): PlanHandlers {
  const { clock, database, events, observer } = deps;
  const store = createSolverStore(database.kysely);
  const buildPlan = createBuildPlan({ store, prices: deps.prices, manifest: deps.manifest });
  return {
    BuildPlan: async (request, context) => {
      const command = readBuildPlan(request);
      const call = {
        method: `${SERVICE}/BuildPlan`,
        request,
        requestCodec: wire.BuildPlanRequest,
        responseCodec: wire.BuildPlanResponse,
      };
      // A repeat is answered even if what the plan was made from has changed or gone.
      const key = request.validateOnly ? undefined : idempotencyKey(context, call);
      const known = key === undefined ? undefined : await findIdempotent(database, key);
      if (known !== undefined) return wire.BuildPlanResponse.decode(known);
      const plan = await observer.buildingPlan(() => buildPlan(command, context));
      if (request.validateOnly) return { plan: toPlan(plan), certificate: undefined };
      const response = await runOnce(database, context, {
        ...call,
        effect: async (session, transaction) => {
          const { stored, isNew } = await session.insertPlan({ plan, createTime: clock.now() });
          if (isNew) await events.enqueueStored(transaction, stored);
          observer.planStored(plan, isNew);
          return { plan: toPlan(stored.plan, stored.createTime), certificate: undefined };
        },
      });
      events.wake();
      return response;
    },
    GetPlan: async ({ planHash }) => {
      const fields = createFields();
      const hash = fields.text('plan_hash', planHash, HASH);
      fields.done();
      const stored = (await store.findPlan(hash)) ?? refuseMissing('plan', hash);
      return { plan: toPlan(stored.plan, stored.createTime), certificate: undefined };
    },
    ListPlans: async (request) => {
      const { page, filter, vaultId } = readListPlans(request);
      const after = page.cursor === undefined ? undefined : fromCursor(page.cursor);
      const found = await store.listPlans({
        limit: page.size + 1,
        ...(vaultId === undefined ? {} : { vaultId }),
        ...(after === undefined ? {} : { after }),
      });
      const cut = pageOf(found, page, filter, toCursor);
      return {
        plans: cut.items.map(({ plan, createTime }) => toPlanSummary(plan, createTime)),
        nextPageToken: cut.nextPageToken,
      };
    },
  };
}

function readListPlans(request: wire.ListPlansRequest) {
  const fields = createFields();
  const vaultId = fields.optional(request.vaultId, (id) => fields.text('vault_id', id, ID));
  const filter = [vaultId ?? ''];
  const page = readPage(fields, request, filter);
  fields.done();
  return { page, filter, vaultId };
}

function toCursor({ plan, createTime }: StoredPlan): string {
  return `${createTime} ${plan.planHash}`;
}

function fromCursor(cursor: string): NonNullable<PlanPage['after']> {
  const [time = '', planHash = ''] = cursor.split(' ');
  return { createTime: instant(parseInt(time, 10)), planHash };
}
