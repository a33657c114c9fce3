import { addSeconds, domainError, formatInstant, invalidFields, refuse } from '@trimtab/core';
import type { Clock, DomainError, Instant } from '@trimtab/core';
import { needsApproval } from '../domain/approval-rules.js';
import { claimsOfRequest, claimsOfTrades, refuseActions } from '../domain/allowed-actions.js';
import { refuseThinCollateral } from '../domain/collateral-cover.js';
import type { DriftBand } from '../domain/drift-band.js';
import type { ExplicitAction } from '../domain/explicit-action.js';
import { generate, type Generation, type Goal, type NetMode } from '../domain/generate.js';
import { createPriceBook, type PriceBook } from '../domain/price-book.js';
import {
  rebalanceDocument,
  rebalanceHash,
  type RebalanceDocument,
} from '../domain/rebalance-document.js';
import type { Sequencing } from '../domain/sequence.js';
import { DEFAULT_TOLERANCES, type Tolerances } from '../domain/tolerances.js';
import { refuseRebalance, refuseSlippage } from '../domain/vault-rules.js';
import type { HeldVault, RebalancePurpose } from '../domain/vault.js';
import { requireTrader } from './access.js';
import { checkDocuments } from './check-documents.js';
import type { PlanCopy, SnapshotCopy } from './documents.js';
import type { OracleSource, OutgoingCall, SolverSource } from './outgoing.js';
import type { Caller, OrderGenReader, Tracing } from './ports.js';
import { factsOf } from './rebalance-facts.js';
import type { RebalanceFacts } from './rebalance-record.js';
import { refuseIf, valueOrRefuse, vaultNotFound } from './refusals.js';

/** Longer than a request takes from its first read to its last. */
const REQUEST_SECONDS = 10;

/** What a caller asks for. */
export interface CreateRebalanceCommand {
  readonly vaultId: string;
  readonly vaultVersion: number;
  readonly fence: number;
  /** This or `actions`; neither for SETTLE, which exits every position. */
  readonly planHash?: string;
  readonly actions?: readonly ExplicitAction[];
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

/** What planning needs: nothing that writes. */
export interface PlanningDependencies {
  readonly clock: Clock;
  readonly store: Pick<OrderGenReader, 'findVault'>;
  readonly oracle: OracleSource;
  readonly solver: SolverSource;
  readonly tracing: Tracing;
  /** How long an order may take when the request does not say. */
  readonly orderExpirySeconds: number;
}

/** The documents that a rebalance is made from, as other services keep them. */
export interface FetchedDocuments {
  readonly plan: PlanCopy | undefined;
  readonly snapshot: SnapshotCopy;
}

/** What is planned from, and for whom. */
export interface PlanningInputs extends FetchedDocuments {
  readonly command: CreateRebalanceCommand;
  readonly vault: HeldVault;
  readonly caller: Caller;
  /** Empty for a preview. */
  readonly rebalanceId: string;
}

/** A rebalance before its first step. */
export interface PlannedRebalance extends FetchedDocuments {
  readonly facts: RebalanceFacts;
}

/** Fetches plan and snapshot by their hashes, for a caller who may trade the vault, which comes with them. */
export async function fetchDocuments(
  deps: PlanningDependencies,
  command: CreateRebalanceCommand,
  call: OutgoingCall,
): Promise<FetchedDocuments & { readonly vault: HeldVault }> {
  const vault = (await deps.store.findVault(command.vaultId)) ?? vaultNotFound(command.vaultId);
  requireTrader(call.caller, vault, 'rebalance');
  const { planHash } = command;
  const plan = planHash === undefined ? undefined : await deps.solver.getPlan(planHash, call);
  const takenSince = youngestNeeded(vault, deps.clock.now());
  const snapshot = await deps.oracle.getSnapshot(command.snapshotHash, call, takenSince);
  return { vault, plan, snapshot };
}

/** A snapshot taken at this time is still young enough when the request is planned. */
function youngestNeeded({ policy }: HeldVault, now: Instant): Instant {
  return addSeconds(now, REQUEST_SECONDS - policy.snapshotMaxAgeSeconds);
}

/**
 * Plans a rebalance: the one way for a preview and for the real run. The request is verified first,
 * then trades are generated, ordered and hashed (order generation rules, sections 1 to 3, 5 and 6).
 * Writes nothing.
 *
 * @throws DomainFailure of every refusal that CreateRebalance lists
 */
export function planRebalance(
  deps: PlanningDependencies,
  inputs: PlanningInputs,
): PlannedRebalance {
  const { command, vault, plan, snapshot, caller } = inputs;
  const now = deps.clock.now();
  requireTrader(caller, vault, 'rebalance');
  refuseIf(refuseRebalance(vault, command));
  refuseIf(refuseSlippage(vault, command.purpose, command.slippageLimitBps));
  const isExempt = command.purpose === 'SETTLE';
  if (!isExempt) {
    const claims = claimsOfRequest(command.actions ?? [], vault.positions);
    refuseIf(refuseActions(vault.vaultId, vault.policy, claims));
  }
  const expireTime = command.expireTime ?? addSeconds(now, deps.orderExpirySeconds);
  if (expireTime <= now) refuseExpired(expireTime, now);
  checkDocuments({ vault, plan, snapshot, snapshotHash: command.snapshotHash }, now);
  const terms = { ...leastTrades(command), expireTime };
  const prices = createPriceBook(vault.denominationDecimals, snapshot.entries);
  const generation = generationOf(inputs, terms, prices);
  if (!isExempt && command.actions === undefined) {
    const claims = claimsOfTrades(generation.actions, generation.valuation.positions);
    refuseIf(refuseActions(vault.vaultId, vault.policy, claims));
  }
  const { actions, valuation } = generation;
  refuseInTerms(refuseThinCollateral(command.actions ?? [], actions, valuation.positions));
  const document = documentOf(inputs, generation, terms);
  const trace = deps.tracing.current();
  return {
    facts: factsOf({
      rebalanceId: inputs.rebalanceId,
      fence: vault.fence,
      h0: rebalanceHash(document),
      document,
      snapshot,
      denominationDecimals: vault.denominationDecimals,
      prices,
      txBundleHash: plan?.txBundleHash ?? '',
      targetWeightsHash: plan?.targetWeightsHash ?? '',
      requestedBy: caller.subject,
      traceId: trace.traceId,
      ...(trace.traceparent !== undefined && { traceparent: trace.traceparent }),
      createTime: now,
      ...(needsApproval(vault, command.purpose) && {
        approvalExpireTime: addSeconds(now, vault.policy.approvalTtlSeconds),
      }),
    }),
    plan,
    snapshot,
  };
}

/** What is filled in where the request leaves it open. */
interface PlanningTerms {
  readonly tolerances: Tolerances;
  readonly band?: DriftBand;
  readonly expireTime: Instant;
}

/** A settlement leaves nothing behind for being small, so neither tolerances nor a band apply to it. */
function leastTrades(command: CreateRebalanceCommand): Omit<PlanningTerms, 'expireTime'> {
  if (command.purpose === 'SETTLE') {
    return { tolerances: { kind: 'ABSOLUTE', exposure: 0n, collateral: 0n, net: 0n } };
  }
  const { tolerances = DEFAULT_TOLERANCES, band } = command;
  return { tolerances, ...(band !== undefined && { band }) };
}

function generationOf(
  { command, vault, plan }: PlanningInputs,
  terms: PlanningTerms,
  prices: PriceBook,
): Generation {
  const goal: Goal =
    command.actions === undefined
      ? { kind: 'WEIGHTS', targets: plan?.targets ?? [] }
      : { kind: 'ACTIONS', actions: command.actions };
  const generation = generate({
    cash: vault.cash,
    positions: vault.positions,
    prices,
    goal,
    tolerances: terms.tolerances,
    ...(terms.band !== undefined && { band: terms.band }),
    netMode: command.netMode,
    sequencing: command.sequencing,
    underlyingFloor: command.underlyingFloor,
  });
  if (!generation.ok) refuseInTerms(generation.error);
  return valueOrRefuse(generation);
}

/** Names the fields of a refusal as the request does. */
function refuseInTerms(error: DomainError | undefined): void {
  if (error === undefined) return;
  if (error.violations.length === 0) refuse(error);
  const violations = error.violations.map((violation) => ({
    ...violation,
    field: violation.field
      .replace(/^action_order/, 'terms.sequencing.explicit_order.positions')
      .replace(/^explicit_actions/, 'terms.explicit_actions'),
  }));
  refuse(invalidFields(violations));
}

function documentOf(
  { command, vault }: PlanningInputs,
  generation: Generation,
  terms: PlanningTerms,
): RebalanceDocument {
  const { planHash, actions = [] } = command;
  return rebalanceDocument(
    {
      vaultId: vault.vaultId,
      vaultVersion: vault.version,
      purpose: command.purpose,
      source: planHash === undefined ? { kind: 'ACTIONS', actions } : { kind: 'PLAN', planHash },
      snapshotHash: command.snapshotHash,
      positions: vault.positions,
      ...terms,
      netMode: command.netMode,
      sequencing: command.sequencing,
      slippageLimitBps: command.slippageLimitBps ?? vault.policy.slippageLimitBps,
    },
    generation,
  );
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
