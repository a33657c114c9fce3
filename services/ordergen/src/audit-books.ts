import type { Database } from '@trimtab/storage';
import { readBooks } from './adapters/postgres/books-query.js';
import { createQuery } from './adapters/postgres/query.js';
import type { OrderGenTables } from './adapters/postgres/tables.js';
import { driftOf } from './domain/audit-books.js';

/** One way in which the books of a vault disagree, amounts as text. */
export interface DriftReport {
  readonly vaultId: string;
  /** `cash`, `quantity`, `collateral`, `transaction` or `lines`. */
  readonly what: string;
  readonly subject: string;
  /** What the ledger adds up to, in base units. */
  readonly ledger: string;
  /** What is stored, in base units. */
  readonly balance: string;
}

/** What an audit found. */
export interface BooksReport {
  readonly vaultCount: number;
  /** By vault; empty when every balance is what its ledger says. */
  readonly drifts: readonly DriftReport[];
}

const PAGE = 500;

/**
 * The conservation audit over every vault of a database, one after the other: it reads and changes
 * nothing. The running service audits on its own and freezes what drifts.
 */
export async function auditBooks(database: Database<OrderGenTables>): Promise<BooksReport> {
  const query = createQuery(database.kysely);
  const drifts: DriftReport[] = [];
  let vaultCount = 0;
  let last = '';
  for (;;) {
    const page = await query<{ vault_id: string }>(
      'select vault_id from vaults where vault_id > $1 order by vault_id limit $2',
      [last, PAGE],
    );
    for (const { vault_id: vaultId } of page) {
      const books = await readBooks(query, vaultId);
      const found = books === undefined ? [] : driftOf(books);
      drifts.push(
        ...found.map(({ what, subject, ledger, balance }) => ({
          vaultId,
          what,
          subject,
          ledger: ledger.toString(),
          balance: balance.toString(),
        })),
      );
      last = vaultId;
    }
    vaultCount += page.length;
    if (page.length < PAGE) return { vaultCount, drifts };
  }
}
