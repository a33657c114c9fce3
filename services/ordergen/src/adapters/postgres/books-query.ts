import { LEDGER_ACCOUNTS, LEDGER_KINDS, type LedgerLine } from '../../domain/ledger.js';
import type { VaultBooks } from '../../domain/audit-books.js';
import { oneOf, toCount } from './row-values.js';
import type { Query } from './query.js';

/**
 * Balances and ledger of one vault as one statement sees them, so that a step that commits meanwhile
 * is in both or in neither. The lines come as sums by kind, account, asset and position: what the
 * audit looks at is linear in them, and the answer is of one size however long the ledger is.
 */
const BOOKS = `
select v.vault_id, v.version::text, v.frozen, v.denomination, v.cash::text,
  v.ledger_sequence::text,
  (select count(*)::text from ledger_entries e where e.vault_id = v.vault_id) as line_count,
  (select coalesce(max(e.sequence), 0)::text from ledger_entries e where e.vault_id = v.vault_id)
    as last_sequence,
  coalesce((
    select jsonb_agg(jsonb_build_object('asset_id', p.asset_id, 'side', p.side,
      'quantity', p.quantity::text, 'collateral', p.collateral::text))
    from vault_positions p
    where p.vault_id = v.vault_id and (p.quantity <> 0 or p.collateral <> 0)
  ), '[]'::jsonb) as positions,
  coalesce((
    select jsonb_agg(jsonb_build_object('kind', s.kind, 'account', s.account,
      'asset_id', s.asset_id, 'position_asset_id', s.position_asset_id, 'side', s.side, 'amount', s.amount::text))
    from (
      select e.kind, e.account, e.asset_id, e.position_asset_id, e.side, sum(e.amount) as amount
      from ledger_entries e where e.vault_id = v.vault_id
      group by e.kind, e.account, e.asset_id, e.position_asset_id, e.side
    ) s
  ), '[]'::jsonb) as sums,
  coalesce((
    select jsonb_agg(jsonb_build_object('transaction_id', t.transaction_id,
      'asset_id', t.asset_id, 'sum', t.sum::text) order by t.transaction_id, t.asset_id)
    from (
      select e.transaction_id, e.asset_id, sum(e.amount) as sum
      from ledger_entries e where e.vault_id = v.vault_id
      group by e.transaction_id, e.asset_id having sum(e.amount) <> 0
      order by e.transaction_id, e.asset_id limit 10
    ) t
  ), '[]'::jsonb) as imbalances
from vaults v where v.vault_id = $1`;

interface BooksRow {
  readonly vault_id: string;
  readonly version: string;
  readonly frozen: boolean;
  readonly denomination: string;
  readonly cash: string;
  readonly ledger_sequence: string;
  readonly line_count: string;
  readonly last_sequence: string;
  readonly positions: readonly {
    readonly asset_id: string;
    readonly side: string;
    readonly quantity: string;
    readonly collateral: string;
  }[];
  readonly sums: readonly SumRow[];
  readonly imbalances: readonly {
    readonly transaction_id: string;
    readonly asset_id: string;
    readonly sum: string;
  }[];
}

interface SumRow {
  readonly kind: string;
  readonly account: string;
  readonly asset_id: string;
  readonly position_asset_id: string | null;
  readonly side: string | null;
  readonly amount: string;
}

/** Reads the books of a vault for its audit. */
export async function readBooks(query: Query, vaultId: string): Promise<VaultBooks | undefined> {
  const [row] = await query<BooksRow>(BOOKS, [vaultId]);
  if (row === undefined) return undefined;
  return {
    vaultId: row.vault_id,
    version: toCount(row.version),
    frozen: row.frozen,
    denomination: row.denomination,
    cash: BigInt(row.cash),
    positions: row.positions.map(({ asset_id: assetId, side, quantity, collateral }) => ({
      assetId,
      side: oneOf(['LONG', 'SHORT'], side),
      quantity: BigInt(quantity),
      collateral: BigInt(collateral),
    })),
    ledgerSequence: toCount(row.ledger_sequence),
    lineCount: toCount(row.line_count),
    lastSequence: toCount(row.last_sequence),
    lines: row.sums.map(toSum),
    imbalances: row.imbalances.map(({ transaction_id: transactionId, asset_id: assetId, sum }) => ({
      transactionId,
      assetId,
      sum: BigInt(sum),
    })),
  };
}

function toSum(row: SumRow): LedgerLine {
  const { position_asset_id: assetId, side } = row;
  return {
    kind: oneOf(LEDGER_KINDS, row.kind),
    account: oneOf(LEDGER_ACCOUNTS, row.account),
    assetId: row.asset_id,
    ...(assetId !== null &&
      side !== null && { position: { assetId, side: oneOf(['LONG', 'SHORT'], side) } }),
    amount: BigInt(row.amount),
  };
}
