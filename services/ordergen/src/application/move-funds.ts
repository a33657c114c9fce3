import { present, type Clock, type IdSource } from '@trimtab/core';
import { valueOf } from '@trimtab/decimal';
import {
  depositCash,
  depositPosition,
  withdrawCash,
  withdrawPosition,
  type LedgerLine,
} from '../domain/ledger.js';
import { refuseDeposit, refuseWithdrawal } from '../domain/vault-rules.js';
import type { HeldVault } from '../domain/vault.js';
import { requireOwner } from './access.js';
import type { OracleSource, OutgoingCall } from './outgoing.js';
import type { LedgerEntry, OrderGenSession, OrderGenStore, RequestKey } from './ports.js';
import { refuseIf, vaultNotFound } from './refusals.js';
import { cancelWaiting, type LockedStepDependencies } from './stop-locked.js';

/** An amount of an asset that goes into a vault or out of it. */
export interface MoveFundsCommand {
  readonly vaultId: string;
  readonly assetId: string;
  /** Base units of the asset, above 0. */
  readonly amount: bigint;
}

/** What moving funds needs. */
export interface MoveFundsDependencies extends LockedStepDependencies {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly store: OrderGenStore;
  readonly oracle: OracleSource;
  /** Called when a rebalance that waited for its approval was cancelled. */
  readonly changed: (rebalanceId: string) => void;
}

/** Makes the response from the vault after the change and the lines that were booked. */
export type FundsResponse = (
  session: OrderGenSession,
  vaultId: string,
  entries: readonly LedgerEntry[],
) => Promise<Uint8Array>;

/** Moves funds of a vault, once per request. */
export type MoveFunds = (
  command: MoveFundsCommand,
  key: RequestKey,
  call: OutgoingCall,
  respond: FundsResponse,
) => Promise<Uint8Array>;

/**
 * Takes underlying, or a long position in kind, from the owner. In kind it must be an asset that the
 * oracle prices now, and counts with its value against the deposit limit.
 */
export function createDeposit(deps: MoveFundsDependencies): MoveFunds {
  return async (command, key, call, respond) => {
    const earlier = await deps.store.findResponse(key);
    if (earlier !== undefined) return earlier;
    const known = (await deps.store.findVault(command.vaultId)) ?? vaultNotFound(command.vaultId);
    requireOwner(call.caller, known, 'deposit into');
    const inKind = command.assetId !== known.denomination;
    const value = inKind ? await valueInKind(deps, known, command, call) : command.amount;
    let cancelled: string | undefined;
    const response = await deps.store.once(key, async (session) => {
      const vault = (await session.lockVault(command.vaultId)) ?? vaultNotFound(command.vaultId);
      refuseIf(refuseDeposit(vault, { inKind, value }));
      const why = { by: call.caller.subject, reason: "the vault's holdings changed" };
      cancelled = await cancelWaiting(deps, session, vault, why);
      const lines = inKind
        ? depositPosition(command.assetId, command.amount)
        : depositCash(vault.denomination, command.amount);
      return book(deps, { session, vault, lines, deposited: value, respond });
    });
    if (cancelled !== undefined) deps.changed(cancelled);
    return response;
  };
}

/** Gives underlying, or a long position in kind, to the owner. */
export function createWithdraw(deps: MoveFundsDependencies): MoveFunds {
  return async (command, key, call, respond) =>
    deps.store.once(key, async (session) => {
      const vault = (await session.lockVault(command.vaultId)) ?? vaultNotFound(command.vaultId);
      requireOwner(call.caller, vault, 'withdraw from');
      const inKind = command.assetId !== vault.denomination;
      const position = vault.positions.find(
        ({ assetId, side }) => assetId === command.assetId && side === 'LONG',
      );
      const held = inKind ? (position?.quantity ?? 0n) : vault.cash;
      refuseIf(refuseWithdrawal(vault, held, command.amount));
      const lines = inKind
        ? withdrawPosition(command.assetId, command.amount)
        : withdrawCash(vault.denomination, command.amount);
      return book(deps, { session, vault, lines, deposited: 0n, respond });
    });
}

interface Booking {
  readonly session: OrderGenSession;
  readonly vault: HeldVault;
  readonly lines: readonly LedgerLine[];
  readonly deposited: bigint;
  readonly respond: FundsResponse;
}

async function book(deps: MoveFundsDependencies, booking: Booking): Promise<Uint8Array> {
  const { session, vault, lines, deposited, respond } = booking;
  const transaction = { transactionId: deps.ids.uuid(), lines };
  const entries = await session.book(vault, transaction, { deposited, time: deps.clock.now() });
  return respond(session, vault.vaultId, entries);
}

async function valueInKind(
  deps: MoveFundsDependencies,
  vault: HeldVault,
  command: MoveFundsCommand,
  call: OutgoingCall,
): Promise<bigint> {
  const { entries } = await deps.oracle.takeSnapshot(command.assetId, call);
  const entry = present(
    entries.find(({ assetId }) => assetId === command.assetId),
    'a snapshot prices what it was taken of',
  );
  return valueOf(command.amount, {
    price: entry.price,
    assetDecimals: entry.decimals,
    underlyingDecimals: vault.denominationDecimals,
  });
}
