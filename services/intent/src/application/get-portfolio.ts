import { refuse } from '@trimtab/core';
import { hasScope } from '@trimtab/grpc';
import type { Intent } from '../domain/intent.js';
import { isLive } from '../domain/lifecycle.js';
import { summarise, type Portfolio } from '../domain/portfolio.js';
import type { Call, IntentStore } from './ports.js';
import type { OraclePort, VaultPort } from './remote-ports.js';
import { notOwner } from './refusals.js';

/** A portfolio with the live intents of its vaults. */
export interface OwnedPortfolio {
  readonly owner: string;
  readonly portfolio: Portfolio;
  /** By vault id. */
  readonly intents: ReadonlyMap<string, Intent>;
}

/** What an owner has now; another's needs scope admin. */
export type GetPortfolio = (owner: string, call: Call) => Promise<OwnedPortfolio>;

/** What it reads. */
export interface GetPortfolioDependencies {
  readonly intents: IntentStore;
  readonly vaults: VaultPort;
  readonly oracle: OraclePort;
}

const PAGE_SIZE = 500;

/** Creates the use case. An empty owner is the caller. */
export function createGetPortfolio(deps: GetPortfolioDependencies): GetPortfolio {
  return async (wanted, call) => {
    const { subject } = call.caller;
    const owner = wanted === '' ? subject : wanted;
    if (owner !== subject && !hasScope(call.caller, ['admin'])) {
      refuse(notOwner(`the portfolio of ${owner} is not visible to ${subject}`, { owner }));
    }
    const vaults = await deps.vaults.listVaults(owner, call);
    const held = vaults.flatMap(({ positions }) => positions.map(({ assetId }) => assetId));
    const prices = await deps.oracle.lastPrices([...new Set(held)], call);
    const portfolio = summarise(vaults, prices);
    return { owner, portfolio, intents: await liveIntents(owner, deps.intents) };
  };
}

async function liveIntents(
  owner: string,
  intents: IntentStore,
): Promise<ReadonlyMap<string, Intent>> {
  const live = new Map<string, Intent>();
  let afterIntentId = '';
  for (;;) {
    const filter = { owner, states: ['ACTIVE', 'PAUSED'] as const };
    const page = await intents.list(filter, { afterIntentId, limit: PAGE_SIZE });
    for (const intent of page) {
      if (intent.vaultId !== undefined && isLive(intent.state)) live.set(intent.vaultId, intent);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_SIZE) return live;
    afterIntentId = last.id;
  }
}
