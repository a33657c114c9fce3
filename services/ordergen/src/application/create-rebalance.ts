import { refuse, type IdSource } from '@trimtab/core';
import { startRebalance } from '../domain/start-rebalance.js';
import { inProgress } from '../domain/vault-rules.js';
import type { HeldVault } from '../domain/vault.js';
import type { Messages, OutgoingCall } from './outgoing.js';
import {
  fetchDocuments,
  planRebalance,
  type CreateRebalanceCommand,
  type PlannedRebalance,
  type PlanningDependencies,
} from './plan-rebalance.js';
import type { Observer, OrderGenSession, OrderGenStore, RequestKey } from './ports.js';
import { goOn, hint } from './progress.js';
import type { NewRebalance, RunningRebalance } from './rebalance-record.js';
import { vaultNotFound } from './refusals.js';
import type { Committed } from './apply-report.js';
import type { RebalanceStep } from './rebalance-step.js';
import type { RunningCache } from './running-cache.js';
import { afterStep, createStepDraft } from './step-draft.js';

export type { CreateRebalanceCommand } from './plan-rebalance.js';

/** What creating a rebalance needs. */
export interface CreateRebalanceDependencies extends PlanningDependencies {
  readonly ids: IdSource;
  readonly store: OrderGenStore;
  readonly messages: Messages;
  readonly observer: Observer;
  readonly cache: Pick<RunningCache, 'put'>;
  readonly committed: Committed;
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
    const documents = await fetchDocuments(deps, command, call);
    let created: Created | undefined;
    const response = await deps.store.once(key, async (session) => {
      const vault = (await session.lockVault(command.vaultId)) ?? vaultNotFound(command.vaultId);
      const { caller } = call;
      const rebalanceId = deps.ids.uuid();
      const planned = planRebalance(deps, { ...documents, command, vault, caller, rebalanceId });
      const fresh = begin(planned);
      created = await store(deps, session, vault, fresh);
      return respond(session, rebalanceId);
    });
    if (created !== undefined) begun(deps, created, command);
    return response;
  };
}

/** Tells what has just been committed. */
function begun(
  deps: CreateRebalanceDependencies,
  { before, running, step }: Created,
  { vaultId, purpose }: CreateRebalanceCommand,
): void {
  deps.cache.put(running);
  deps.observer.rebalanceCreated(step.rebalanceId, vaultId, purpose);
  deps.observer.stepTaken(before, step);
  deps.committed(step.rebalanceId, step);
}

/** A rebalance after its first step, and the step. */
interface Created {
  readonly before: RunningRebalance;
  readonly running: RunningRebalance;
  readonly step: RebalanceStep;
}

interface Fresh extends NewRebalance {
  readonly skipped: readonly number[];
}

function begin({ facts, plan, snapshot }: PlannedRebalance): Fresh {
  const waits = facts.approvalExpireTime !== undefined;
  const started = startRebalance(facts.program, waits ? 'AWAIT_APPROVAL' : 'EXECUTE');
  return {
    facts,
    head: { sequence: 0, hash: facts.h0, state: started.state },
    snapshot,
    ...(plan !== undefined && { plan }),
    skipped: started.skipped,
  };
}

/** Stores the rebalance and takes its first step: a dispatch, or its end. */
async function store(
  deps: CreateRebalanceDependencies,
  session: OrderGenSession,
  vault: HeldVault,
  fresh: Fresh,
): Promise<Created> {
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
  const step = draft.finish(undefined, facts.traceparent);
  const outcome = await session.commit(step);
  if (outcome !== 'COMMITTED') throw new Error(`the first step of a new rebalance met ${outcome}`);
  return { before: running, running: afterStep(running, step), step };
}
