import { addMillis, DomainFailure, type Instant } from '@trimtab/core';
import { seriesId } from '@trimtab/option-index';
import { UNDERLYING } from '@trimtab/strategy';
import {
  holdingsAfter,
  holdingsBefore,
  NO_HOLDINGS,
  type Holdings,
} from '../../domain/holdings.js';
import { isMature, mergeable, seriesIn } from '../../domain/matured.js';
import { transactionsOf } from '../../domain/transactions.js';
import { NO_UNITS, unitsAfter, type Units } from '../../domain/units.js';
import { navOf } from '../../domain/valuation.js';
import type { LedgerLine, VaultView } from '../../domain/vault.js';
import type { AgentKind } from '../../domain/work.js';
import { createMarket, type Market } from '../market.js';
import type { Agent } from '../ports.js';
import { isLive, type AgentContext, type LiveIntent } from './agent-context.js';

/**
 * The agent of a collateral asset. It serves the intents that asked for it: halves of one series that
 * belong together are merged into their base, and deposits and withdrawals are accounted for in units,
 * at the prices of their time. It has no due time of its own.
 */
export function createPoolAgent({ work, ports, settings }: AgentContext): Agent {
  const { intents, vaults, derivedIds } = ports;
  return {
    tick: async (now) => {
      const failures: string[] = [];
      for (const intentId of work.intentIds) {
        try {
          await serve(intentId, now);
        } catch (error) {
          if (isEverybodys(error)) throw error;
          failures.push(`${intentId}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      // Who was served costs nothing to be served again.
      if (failures.length > 0) throw new Error(failures.join('; '));
      return {
        nextDueTime: addMillis(now, settings.idleMillis),
        servedIntentIds: work.intentIds,
      };
    },
  };

  async function serve(intentId: string, now: Instant): Promise<void> {
    const intent = await found(intentId);
    if (intent === undefined || intent.spec.allocation.kind !== 'index') return;
    await mergeHalves(intent, now);
    await accountFlows(intent);
  }

  async function found(intentId: string): Promise<LiveIntent | undefined> {
    try {
      const intent = await intents.get(intentId);
      return isLive(intent) ? intent : undefined;
    } catch (error) {
      if (reasonOf(error) === 'INTENT_NOT_FOUND') return undefined;
      throw error;
    }
  }

  async function mergeHalves({ id, vaultId }: LiveIntent, now: Instant): Promise<void> {
    const vault = await vaults.get(vaultId);
    if (vault.openRebalanceId !== undefined || vault.frozen || vault.mode === 'CLOSED') return;
    for (const series of seriesIn(vault)) {
      const amount = mergeable(vault, series);
      if (amount === 0n || isMature(series, now)) continue;
      const requestId = derivedIds.of('merge', id, seriesId(series), vault.version);
      await vaults.mergeSeries({ requestId, vaultId, series, amount });
    }
  }

  async function accountFlows(intent: LiveIntent): Promise<void> {
    const { id, vaultId, spec, runtime } = intent;
    const { lines, vault } = await readBooks(vaultId, runtime.index?.ledgerSequence ?? 0);
    if (runtime.index?.vaultVersion === vault.version) return;
    const market = createMarket(ports.oracle, settings.volatilities);
    const units = await unitsOf(intent, { lines, vault }, market);
    const ledgerSequence = lines.at(-1)?.sequence ?? runtime.index?.ledgerSequence ?? 0;
    const wakeAgents: readonly AgentKind[] =
      spec.collateral.asset === UNDERLYING ? ['REBALANCE'] : ['REBALANCE', 'SWAP_TAKER'];
    await intents.report({
      requestId: derivedIds.of('units', id, vault.version),
      work: { ...work, intentId: id },
      releases: false,
      failed: false,
      nextDueTime: undefined,
      runtime: {
        index: {
          issuedUnits: units.count,
          firstUnitTime: units.firstTime,
          ledgerSequence,
          vaultVersion: vault.version,
        },
      },
      wakeAgents,
    });
  }

  /** The vault and every new line of its ledger, of one moment: nothing was booked in between. */
  async function readBooks(vaultId: string, after: number): Promise<Books> {
    const lines: LedgerLine[] = [];
    for (let attempt = 0; attempt < MAX_READS; attempt += 1) {
      lines.push(...(await vaults.linesAfter(vaultId, lines.at(-1)?.sequence ?? after)));
      const vault = await vaults.get(vaultId);
      const late = await vaults.linesAfter(vaultId, lines.at(-1)?.sequence ?? after);
      if (late.length === 0) return { lines, vault };
      lines.push(...late);
    }
    throw new Error(`the ledger of vault ${vaultId} did not stand still for ${MAX_READS} reads`);
  }
}

/** How often the books are read before somebody else is let go first. */
const MAX_READS = 5;

interface Books {
  readonly lines: readonly LedgerLine[];
  readonly vault: VaultView;
}

/**
 * The units after every flow in the lines. What a vault held before its intent was declared counts as
 * part of the first deposit.
 */
async function unitsOf(
  { runtime: { index }, createTime }: LiveIntent,
  { lines, vault }: Books,
  market: Market,
): Promise<Units> {
  let held = holdingsBefore(vault, lines);
  let units =
    index === undefined ? NO_UNITS : { count: index.issuedUnits, firstTime: index.firstUnitTime };
  for (const { lines: booked, isFlow, bookTime } of transactionsOf(lines)) {
    const after = holdingsAfter(held, booked);
    if (isFlow && bookTime >= createTime) {
      units = await afterFlow(units, { before: held, after, time: bookTime }, market);
    }
    held = after;
  }
  if (index !== undefined || units.count > 0n) return units;
  return afterFlow(units, { before: NO_HOLDINGS, after: held, time: createTime }, market);
}

/** What a flow changed, and when. */
interface Change {
  readonly before: Holdings;
  readonly after: Holdings;
  readonly time: Instant;
}

async function afterFlow(
  units: Units,
  { before, after, time }: Change,
  market: Market,
): Promise<Units> {
  const assetIds = [...before.positions, ...after.positions].map(({ assetId }) => assetId);
  const prices = await market.pricesAt(new Set(assetIds), time);
  return unitsAfter(units, {
    navBefore: navOf(before, prices),
    navAfter: navOf(after, prices),
    time,
  });
}

/** A lost lease ends the whole tick. */
function isEverybodys(error: unknown): boolean {
  return reasonOf(error) === 'LEASE_LOST';
}

function reasonOf(error: unknown): string | undefined {
  return error instanceof DomainFailure ? error.error.reason : undefined;
}
