import * as wire from '@trimtab/contracts/vault';
import { callerOf, createFields, pageOf, readPage, type Handlers } from '@trimtab/grpc';
import { requireView } from '../../application/access.js';
import type { Control } from '../../application/control.js';
import type { CreateVault } from '../../application/create-vault.js';
import type { MoveFunds } from '../../application/move-funds.js';
import type { LedgerEntry, OrderGenSession, OrderGenStore } from '../../application/ports.js';
import { vaultNotFound } from '../../application/refusals.js';
import type { StopRebalance } from '../../application/stop-rebalance.js';
import type { ValueVault } from '../../application/value-vault.js';
import type { HeldVault } from '../../domain/vault.js';
import { vaultModes } from '../enum-words.js';
import { readCreateVault, readMoveFunds, readSetVaultMode } from './read-vault.js';
import { ASSET_ID, HASH, ID, outgoing, readId, SUBJECT, visibleTo } from './request.js';
import { createSeriesHandlers, type SeriesUseCases } from './series-handlers.js';
import { createVaultControlHandlers } from './vault-control-handlers.js';
import { toLedgerMessage, toValueMessage, toVaultMessage } from './vault-messages.js';

/** What the handlers work with. */
export interface VaultHandlerDependencies {
  readonly store: OrderGenStore;
  readonly createVault: CreateVault;
  readonly deposit: MoveFunds;
  readonly withdraw: MoveFunds;
  readonly series: SeriesUseCases;
  readonly valueVault: ValueVault;
  readonly stop: StopRebalance;
  readonly control: Control;
}

const SERVICE = 'trimtab.vault.v1.VaultService';

type VaultHandlers = Handlers<typeof wire.VaultServiceService>;

/** Handlers of VaultService; methods without one answer UNIMPLEMENTED with their name. */
export function createVaultHandlers(deps: VaultHandlerDependencies): VaultHandlers {
  const { store } = deps;
  return {
    ...createVaultControlHandlers(deps.control),
    ...createSeriesHandlers(deps.series, fundsResponse),
    CreateVault: async (request, context) => {
      const given = { method: `${SERVICE}/CreateVault`, codec: wire.CreateVaultRequest };
      const { command, key } = readCreateVault(request, context, given);
      const response = await deps.createVault(command, key, async (session, vaultId) => {
        const vault = await vaultOf(session, vaultId);
        return wire.CreateVaultResponse.encode({ vault }).finish();
      });
      return wire.CreateVaultResponse.decode(response);
    },
    GetVault: async (request, context) => {
      const vaultId = readId('vault_id', request.vaultId);
      const vault = await findVault(store, vaultId, request.positionAssetId);
      requireView(callerOf(context), vault);
      return { vault: toVaultMessage(vault) };
    },
    ListVaults: (request, context) => listVaults(store, request, visibleTo(callerOf(context))),
    ValueVault: async (request, context) => {
      const fields = createFields();
      const vaultId = fields.text('vault_id', request.vaultId, ID);
      const snapshotHash = fields.text('snapshot_hash', request.snapshotHash, HASH);
      fields.done();
      return toValueMessage(await deps.valueVault(vaultId, snapshotHash, outgoing(context)));
    },
    SetVaultMode: async (request, context) => {
      const given = { method: `${SERVICE}/SetVaultMode`, codec: wire.SetVaultModeRequest };
      const { command, key } = readSetVaultMode(request, context, given);
      const response = await deps.stop.setVaultMode(
        command,
        key,
        callerOf(context),
        async (session) => {
          const vault = await vaultOf(session, command.vaultId);
          return wire.SetVaultModeResponse.encode({ vault }).finish();
        },
      );
      return wire.SetVaultModeResponse.decode(response);
    },
    Deposit: async (request, context) => {
      const given = { method: `${SERVICE}/Deposit`, codec: wire.DepositRequest };
      const { command, key } = readMoveFunds(request, context, given);
      const response = await deps.deposit(command, key, outgoing(context), fundsResponse);
      return wire.DepositResponse.decode(response);
    },
    Withdraw: async (request, context) => {
      const given = { method: `${SERVICE}/Withdraw`, codec: wire.WithdrawRequest };
      const { command, key } = readMoveFunds(request, context, given);
      const response = await deps.withdraw(command, key, outgoing(context), fundsResponse);
      return wire.WithdrawResponse.decode(response);
    },
    ListLedgerEntries: async (request, context) => {
      const fields = createFields();
      const vaultId = fields.text('vault_id', request.vaultId, ID);
      const rebalanceId = fields.optional(request.rebalanceId, (text) =>
        fields.text('rebalance_id', text, ID),
      );
      const assetId = fields.optional(request.assetId, (text) =>
        fields.text('asset_id', text, ASSET_ID),
      );
      const afterSequence = fields.integer('after_sequence', request.afterSequence, {
        min: 0,
        max: Number.MAX_SAFE_INTEGER,
      });
      const filter = [vaultId, rebalanceId ?? '', assetId ?? '', String(afterSequence)];
      const page = readPage(fields, request, filter);
      fields.done();
      requireView(callerOf(context), await findVault(store, vaultId));
      const found = await store.listLedger(
        {
          vaultId,
          afterSequence,
          ...(rebalanceId !== undefined && { rebalanceId }),
          ...(assetId !== undefined && { assetId }),
        },
        { ...page, size: page.size + 1 },
      );
      const cut = pageOf(found, page, filter, ({ sequence }) => String(sequence));
      return { entries: cut.items.map(toLedgerMessage), nextPageToken: cut.nextPageToken };
    },
  };
}

async function listVaults(
  store: OrderGenStore,
  request: wire.ListVaultsRequest,
  limits: { readonly visibleTo?: string },
): Promise<wire.ListVaultsResponse> {
  const fields = createFields();
  const owner = fields.optional(request.owner, (text) => fields.text('owner', text, SUBJECT));
  const modes = fields.list('modes', request.modes, { max: 10 }, (mode, item) =>
    item.enumValue('', mode, vaultModes.words),
  );
  const filter = [limits.visibleTo ?? '', owner ?? '', ...modes];
  const page = readPage(fields, request, filter);
  fields.done();
  const found = await store.listVaults(
    { ...limits, ...(owner !== undefined && { owner }), modes },
    { ...page, size: page.size + 1 },
  );
  const cut = pageOf(found, page, filter, ({ vaultId }) => vaultId);
  return { vaults: cut.items.map(toVaultMessage), nextPageToken: cut.nextPageToken };
}

async function findVault(
  store: OrderGenStore,
  vaultId: string,
  positionAssetId?: string,
): Promise<HeldVault> {
  return (await store.findVault(vaultId, positionAssetId)) ?? vaultNotFound(vaultId);
}

async function vaultOf(session: OrderGenSession, vaultId: string): Promise<wire.Vault> {
  return toVaultMessage((await session.findVault(vaultId)) ?? vaultNotFound(vaultId));
}

/** Deposit, Withdraw, SplitSeries and MergeSeries answer with the same two fields under the same numbers. */
async function fundsResponse(
  session: OrderGenSession,
  vaultId: string,
  entries: readonly LedgerEntry[],
): Promise<Uint8Array> {
  const vault = await vaultOf(session, vaultId);
  return wire.DepositResponse.encode({ vault, entries: entries.map(toLedgerMessage) }).finish();
}
