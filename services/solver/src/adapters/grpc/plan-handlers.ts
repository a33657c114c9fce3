import type { SolverServiceService } from '@trimtab/contracts/solver';
import * as wire from '@trimtab/contracts/solver';
import { instant, invariant, type Clock } from '@trimtab/core';
import { createFields, pageOf, readPage, type CallContext, type Handlers } from '@trimtab/grpc';
import { findIdempotent, type Database } from '@trimtab/storage';
import { createBuildPlan } from '../../application/build-plan.js';
import type { CertificateStore, Optimizer, SolveLimits } from '../../application/certificates.js';
import type { Manifest } from '../../application/manifest.js';
import type { PlanPage, PriceSnapshots, StoredPlan } from '../../application/ports.js';
import { refuseMissing } from '../../application/refusals.js';
import {
  checkCertificate,
  isCertifiable,
  type Certificate,
  type Plan,
} from '../../domain/index.js';
import type { PlanEvents } from '../bus/plan-events.js';
import { createCertificateStore } from '../postgres/certificate-store.js';
import { createSolverStore } from '../postgres/solver-store.js';
import type { SolverTables } from '../postgres/tables.js';
import type { Observer } from '../telemetry/observer.js';
import { readBuildPlan } from './read-build-plan.js';
import { HASH, ID, SERVICE } from './read-fields.js';
import { idempotencyKey, runOnce } from './run-once.js';
import { toCertificate } from './to-certificate.js';
import { toPlan, toPlanSummary } from './to-plan.js';

/** What the handlers of plans work with. */
export interface PlanHandlerDependencies {
  readonly clock: Clock;
  readonly database: Database<SolverTables>;
  readonly prices: PriceSnapshots<CallContext>;
  readonly manifest: Manifest;
  readonly events: PlanEvents;
  readonly observer: Observer;
  readonly optimizer: Optimizer;
  /** A plan without certificate was stored. */
  readonly wakeCertification: () => void;
}

type PlanHandlers = Pick<
  Handlers<typeof SolverServiceService>,
  'BuildPlan' | 'GetPlan' | 'ListPlans'
>;

/** Making and reading plans. */
export function createPlanHandlers(deps: PlanHandlerDependencies): PlanHandlers {
  const { clock, database, events, observer } = deps;
  const store = createSolverStore(database.kysely);
  const certificates = createCertificateStore(database.kysely);
  const buildPlan = createBuildPlan({ ...deps, store, limitsOf });
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
      const certificate = request.includeCertificate
        ? await deps.optimizer.certificateOf(plan, limitsOf(context))
        : undefined;
      if (request.validateOnly) {
        return { plan: toPlan(plan), certificate: toCertificate(certificate) };
      }
      const response = await runOnce(database, context, {
        ...call,
        effect: async (session, transaction) => {
          const { stored, isNew } = await session.insertPlan({ plan, createTime: clock.now() });
          if (isNew) await events.enqueueStored(transaction, stored);
          await noteCertificate(createCertificateStore(transaction), plan, certificate);
          observer.planStored(plan, isNew);
          return {
            plan: toPlan(stored.plan, stored.createTime),
            certificate: toCertificate(certificate),
          };
        },
      });
      events.wake();
      deps.wakeCertification();
      return response;
    },
    GetPlan: async ({ planHash }) => {
      const fields = createFields();
      const hash = fields.text('plan_hash', planHash, HASH);
      fields.done();
      const stored = (await store.findPlan(hash)) ?? refuseMissing('plan', hash);
      const certificate = await certificates.findCertificate(hash);
      if (certificate !== undefined) requireCertificate(stored.plan, certificate);
      return {
        plan: toPlan(stored.plan, stored.createTime),
        certificate: toCertificate(certificate),
      };
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

/** Nobody waits longer for a linear program than for anything else a call needs. */
const LONGEST_SOLVE_MS = 30_000;

function limitsOf({ deadline, signal }: CallContext): SolveLimits {
  const left = deadline === undefined ? LONGEST_SOLVE_MS : deadline.getTime() - Date.now();
  return { timeoutMs: Math.max(0, Math.min(left, LONGEST_SOLVE_MS)), signal };
}

/** With the certificate that the caller waited for, or with the task to make one. */
async function noteCertificate(
  store: CertificateStore,
  plan: Plan,
  certificate: Certificate | undefined,
): Promise<void> {
  if (certificate !== undefined) await store.saveCertificate(certificate);
  else if (isCertifiable(plan)) await store.expectCertificate(plan.planHash);
}

/** Stored certificates are trusted no more than stored plans. */
function requireCertificate(plan: Plan, certificate: Certificate): void {
  const checked = checkCertificate(plan, certificate);
  invariant(
    checked.ok,
    checked.ok ? '' : `stored certificate of plan ${plan.planHash}: ${checked.error.message}`,
  );
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
