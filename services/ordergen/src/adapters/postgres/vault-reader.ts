import type { OrderGenReader, VaultFilter } from '../../application/ports.js';
import { holdingsOf } from '../../domain/ledger-holdings.js';
import type { Query } from './query.js';
import {
  toLedgerEntry,
  toLedgerLine,
  toVault,
  VAULT_COLUMNS,
  vaultColumns,
  type LedgerRow,
  type VaultRow,
} from './vault-rows.js';

/** The reads of vaults and their ledger. */
export type VaultReader = Pick<
  OrderGenReader,
  'findVault' | 'listVaults' | 'listLedger' | 'listTransactions' | 'holdingsAt'
>;

/** Creates the reads; single vaults, which every request begins with, by a prepared statement. */
export function createVaultReader(query: Query, prepared: Query): VaultReader {
  return {
    findVault: async (vaultId, positionAssetId) => {
      const [row] = await prepared<VaultRow>(
        `select ${vaultColumns('and ($2::text is null or p.asset_id = $2)')}
         from vaults v where v.vault_id = $1`,
        [vaultId, positionAssetId ?? null],
      );
      return row === undefined ? undefined : toVault(row);
    },
    listVaults: async (filter, page) => {
      const rows = await query<VaultRow>(
        `select ${VAULT_COLUMNS} from vaults v
         where v.vault_id > $1
           and ($2::text is null or v.owner = $2 or $2 = any(v.managers) or $2 = any(v.approvers))
           and ($3::text is null or v.owner = $3)
           and (cardinality($4::text[]) = 0 or v.mode = any($4::text[]))
         order by v.vault_id collate "C" limit $5`,
        [page.cursor ?? '', ...filterValues(filter), page.size],
      );
      return rows.map(toVault);
    },
    listLedger: async ({ vaultId, rebalanceId, assetId, afterSequence }, page) => {
      const rows = await query<LedgerRow>(
        `select * from ledger_entries
         where vault_id = $1 and sequence > $2
           and ($3::text is null or rebalance_id = $3) and ($4::text is null or asset_id = $4)
         order by sequence limit $5`,
        [vaultId, page.cursor ?? afterSequence, rebalanceId ?? null, assetId ?? null, page.size],
      );
      return rows.map(toLedgerEntry);
    },
    holdingsAt: async (vaultId, ledgerSequence) => {
      const rows = await query<LedgerRow>(
        `select kind, account, asset_id, position_asset_id, side, sum(amount)::text as amount
         from ledger_entries
         where vault_id = $1 and sequence <= $2 and account in ('POSITION', 'COLLATERAL')
         group by kind, account, asset_id, position_asset_id, side`,
        [vaultId, ledgerSequence],
      );
      return holdingsOf(rows.map(toLedgerLine)).positions;
    },
    listTransactions: async (vaultId, transactionIds) => {
      const rows = await query<LedgerRow>(
        `select * from ledger_entries
         where vault_id = $1 and transaction_id = any($2::text[]) order by sequence`,
        [vaultId, transactionIds],
      );
      return rows.map(toLedgerEntry);
    },
  };
}

function filterValues(filter: VaultFilter): readonly unknown[] {
  return [filter.visibleTo ?? null, filter.owner ?? null, filter.modes];
}
