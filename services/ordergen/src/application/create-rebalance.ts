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
import { createStepDraft } from './step-draft.js';

export type { CreateRebalanceCommand } from './plan-rebalance.js';

/** What creating a rebalance needs. */
export interface CreateRebalanceDependencies extends PlanningDependencies {
  readonly ids: IdSource;
  readonly store: OrderGenStore;
  readonly messages: Messages;
  readonly observer: Observer;
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
    const documents = await fetchDocuments(deps, command, call);
    let created = '';
    const response = await deps.store.once(key, async (session) => {
      const vault = (await session.lockVault(command.vaultId)) ?? vaultNotFound(command.vaultId);
      const { caller } = call;
      const rebalanceId = deps.ids.uuid();
      const planned = planRebalance(deps, { ...documents, command, vault, caller, rebalanceId });
      const fresh = begin(planned);
      created = rebalanceId;
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
