import type { OrderGenServiceService } from '@trimtab/contracts/ordergen';
import type { VaultServiceService } from '@trimtab/contracts/vault';
import { AUTHENTICATED, scope, type MethodName, type Rule } from '@trimtab/grpc';

const TRADERS = scope('rebalance:write', 'engine');
const OWNERS = scope('intent:write', 'rebalance:write', 'engine', 'admin');
const ENGINE = scope('engine');
const ADMIN = scope('admin');

/** Who may call OrderGenService at all; whose vault it is, the use cases check. */
export const ORDERGEN_RULES: Readonly<Record<MethodName<typeof OrderGenServiceService>, Rule>> = {
  PreviewRebalance: AUTHENTICATED,
  CreateRebalance: TRADERS,
  ApproveRebalance: TRADERS,
  CancelRebalance: TRADERS,
  GetRebalance: AUTHENTICATED,
  ListRebalances: AUTHENTICATED,
  WatchRebalance: AUTHENTICATED,
  ExplainRebalance: AUTHENTICATED,
  ReplayRebalance: AUTHENTICATED,
  ExportRebalance: AUTHENTICATED,
  ResolveAction: ADMIN,
};

/** Who may call VaultService at all. */
export const VAULT_RULES: Readonly<Record<MethodName<typeof VaultServiceService>, Rule>> = {
  CreateVault: OWNERS,
  GetVault: AUTHENTICATED,
  ListVaults: AUTHENTICATED,
  ValueVault: AUTHENTICATED,
  SetVaultPolicy: OWNERS,
  SetVaultMode: OWNERS,
  UnfreezeVault: ADMIN,
  CloseVault: OWNERS,
  Deposit: OWNERS,
  Withdraw: OWNERS,
  SplitSeries: ENGINE,
  MergeSeries: ENGINE,
  SettleSeries: ENGINE,
  ListLedgerEntries: AUTHENTICATED,
};
