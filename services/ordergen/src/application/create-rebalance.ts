import {
  addSeconds,
  domainError,
  formatInstant,
  refuse,
  type Clock,
  type IdSource,
  type Instant,
} from '@trimtab/core';
import { generate, type Generation, type NetMode } from '../domain/generate.js';
import type { DriftBand } from '../domain/drift-band.js';
import { createPriceBook } from '../domain/price-book.js';
import {
  rebalanceDocument,
  rebalanceHash,
  type RebalanceDocument,
} from '../domain/rebalance-document.js';
import type { Sequencing } from '../domain/sequence.js';
import { startRebalance } from '../domain/start-rebalance.js';
import { DEFAULT_TOLERANCES, type Tolerances } from '../domain/tolerances.js';
import { inProgress, refuseRebalance } from '../domain/vault-rules.js';
import type { HeldVault, RebalancePurpose } from '../domain/vault.js';
import { requireTrader } from './access.js';
import { checkDocuments } from './check-documents.js';
import type { PlanCopy, SnapshotCopy } from './documents.js';
import type { Messages, OracleSource, OutgoingCall, SolverSource } from './outgoing.js';
import type { Observer, OrderGenSession, OrderGenStore, RequestKey, Tracing } from './ports.js';
import { goOn, hint } from './progress.js';
import { factsOf } from './rebalance-facts.js';
import type { NewRebalance, RunningRebalance } from './rebalance-record.js';
import { refuseIf, valueOrRefuse, vaultNotFound } from './refusals.js';
import { createStepDraft } from './step-draft.js';

/** What a caller asks for. */
export interface CreateRebalanceCommand {
  readonly vaultId: string;
  readonly vaultVersion: number;
  readonly fence: number;
  /** Absent for SETTLE only, which exits every position. */
  readonly planHash?: string;
  readonly snapshotHash: string;
  readonly purpose: RebalancePurpose;
  readonly tolerances?: Tolerances;
  readonly netMode: NetMode;
  readonly sequencing: Sequencing;
  readonly underlyingFloor: bigint;
  readonly slippageLimitBps?: number;
  readonly expireTime?: Instant;
  readonly band?: DriftBand;
}

/** What creating a rebalance needs. */
export interface CreateRebalanceDependencies {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly store: OrderGenStore;
  readonly oracle: OracleSource;
  readonly solver: SolverSource;
  readonly messages: Messages;
  readonly observer: Observer;
  readonly tracing: Tracing;
  /** How long an order may take when the request does not say. */
  readonly orderExpirySeconds: number;
  readonly committed: (rebalanceId: string) => void;
}

/** Creates and starts a rebalance; `respond` makes the response that a repeat will get again. */
export type CreateRebalance = (
  command: CreateRebalanceCommand,
  key: RequestKey,
  call: OutgoingCall,
  respond: (session: OrderGenSession, rebalanceId: string) => Promise<Uint8Array>,
) => Promise<Uint8Array>;

/**
 * Fetches plan and snapshot by their hashes, checks the vault under its lock, generates, and enqueues
 * the first dispatch, all in one transaction (order generation rules, sections 1 to 5).
 */
export function createCreateRebalance(deps: CreateRebalanceDependencies): CreateRebalance {
  return async (command, key, call, respond) => {
    const earlier = await deps.store.findResponse(key);
    if (earlier !== undefined) return earlier;
    const plan =
      command.planHash === undefined
        ? undefined
        : await deps.solver.getPlan(command.planHash, call);
    const snapshot = await deps.oracle.getSnapshot(command.snapshotHash, call);
    let created = '';
    const response = await deps.store.once(key, async (session) => {
      const vault = (await session.lockVault(command.vaultId)) ?? vaultNotFound(command.vaultId);
      requireTrader(call.caller, vault, 'rebalance');
      refuseIf(refuseRebalance(vault, command));
      const fresh = build(deps, { command, vault, plan, snapshot, subject: key.subject });
      created = fresh.facts.rebalanceId;
      await store(deps, session, vault, fresh);
      return respond(session, created);
    });
    if (created !== '') {
      deps.observer.rebalanceCreated(created, command.vaultId, command.purpose);
      deps.committed(created);
    }
    return response;
  };
}

interface Inputs {
  readonly command: CreateRebalanceCommand;
  readonly vault: HeldVault;
  readonly plan: PlanCopy | undefined;
  readonly snapshot: SnapshotCopy;
  readonly subject: string;
}

interface Fresh extends NewRebalance {
  readonly skipped: readonly number[];
}

function build(deps: CreateRebalanceDependencies, inputs: Inputs): Fresh {
  const { command, vault, plan, snapshot, subject } = inputs;
  const now = deps.clock.now();
  checkDocuments({ vault, plan, snapshot, snapshotHash: command.snapshotHash }, now);
  const tolerances = command.tolerances ?? defaultTolerances(command.purpose);
  const generation = valueOrRefuse(
    generate({
      cash: vault.cash,
      positions: vault.positions,
      prices: createPriceBook(vault.denominationDecimals, snapshot.entries),
      goal: { kind: 'WEIGHTS', targets: plan?.targets ?? [] },
      tolerances,
      ...(command.band !== undefined && { band: command.band }),
      netMode: command.netMode,
      sequencing: command.sequencing,
      underlyingFloor: command.underlyingFloor,
    }),
  );
  const expireTime = command.expireTime ?? addSeconds(now, deps.orderExpirySeconds);
  if (expireTime <= now) refuseExpired(expireTime, now);
  const document = documentOf(inputs, generation, { tolerances, expireTime });
  const started = startRebalance(generation.program, 'EXECUTE');
  const trace = deps.tracing.current();
  const h0 = rebalanceHash(document);
  return {
    facts: factsOf({
      rebalanceId: deps.ids.uuid(),
      fence: vault.fence,
      h0,
      document,
      snapshot,
      denominationDecimals: vault.denominationDecimals,
      txBundleHash: plan?.txBundleHash ?? '',
      targetWeightsHash: plan?.targetWeightsHash ?? '',
      requestedBy: subject,
      traceId: trace.traceId,
      ...(trace.traceparent !== undefined && { traceparent: trace.traceparent }),
      createTime: now,
    }),
    head: { sequence: 0, hash: h0, state: started.state },
    snapshot,
    ...(plan !== undefined && { plan }),
    skipped: started.skipped,
  };
}

function documentOf(
  { command, vault }: Inputs,
  generation: Generation,
  terms: { readonly tolerances: Tolerances; readonly expireTime: Instant },
): RebalanceDocument {
  return rebalanceDocument(
    {
      vaultId: vault.vaultId,
      vaultVersion: vault.version,
      purpose: command.purpose,
      source:
        command.planHash === undefined
          ? { kind: 'ACTIONS', actions: [] }
          : { kind: 'PLAN', planHash: command.planHash },
      snapshotHash: command.snapshotHash,
      positions: vault.positions,
      tolerances: terms.tolerances,
      ...(command.band !== undefined && { band: command.band }),
      netMode: command.netMode,
      sequencing: command.sequencing,
      slippageLimitBps: command.slippageLimitBps ?? vault.policy.slippageLimitBps,
      expireTime: terms.expireTime,
    },
    generation,
  );
}

/** Stores the rebalance and takes its first step: a dispatch, or its end. */
async function store(
  deps: CreateRebalanceDependencies,
  session: OrderGenSession,
  vault: HeldVault,
  fresh: Fresh,
): Promise<void> {
  const { facts } = fresh;
  const inserted = await session.insertRebalance(fresh);
  if (!inserted) refuse(inProgress(vault.vaultId, vault.openRebalanceId ?? ''));
  const running: RunningRebalance = {
    facts,
    version: 1,
    head: fresh.head,
    stateReason: '',
    waitingCount: 0,
    feedCount: 0,
    vault: { mode: vault.mode, frozen: vault.frozen, fence: vault.fence },
  };
  const draft = createStepDraft(running, facts.createTime);
  draft.show('PLAN', {});
  for (const index of fresh.skipped) {
    draft.change({ rebalanceId: facts.rebalanceId, index, state: 'SKIPPED' });
  }
  draft.send(hint(draft, deps.messages, `${facts.rebalanceId}/created`));
  goOn(draft, [], deps.messages);
  const outcome = await session.commit(draft.finish(undefined, facts.traceparent));
  if (outcome !== 'COMMITTED') throw new Error(`the first step of a new rebalance met ${outcome}`);
}

/** A settlement leaves nothing behind for being small. */
function defaultTolerances(purpose: RebalancePurpose): Tolerances {
  return purpose === 'SETTLE'
    ? { kind: 'ABSOLUTE', exposure: 0n, collateral: 0n, net: 0n }
    : DEFAULT_TOLERANCES;
}

function refuseExpired(expireTime: Instant, now: Instant): never {
  const message = `was ${formatInstant(expireTime)}, must be after ${formatInstant(now)}`;
  refuse({
    ...domainError('INVALID_ARGUMENT', 'FIELD_INVALID', `terms.expire_time: ${message}`, {
      field: 'terms.expire_time',
    }),
    violations: [{ field: 'terms.expire_time', reason: 'FIELD_INVALID', message }],
  });
}
