import { domainError, DomainFailure, instant, type DomainError } from '@trimtab/core';
import type { RemoteServices, VaultView } from '@trimtab/intent';

/** Calls of the fake services, by the name of the port's method. */
export type RemoteCall =
  | 'healthyAssets'
  | 'healthyPrice'
  | 'takeSnapshot'
  | 'strategyAssets'
  | 'buildPlan'
  | 'createRebalance'
  | 'getRebalance'
  | 'getVault'
  | 'valueVault'
  | 'createVault'
  | 'deposit'
  | 'setMode'
  | 'cancelRebalance'
  | 'withdraw'
  | 'closeVault'
  | 'settleSeries'
  | 'setDepositLimit'
  | 'lotsOf'
  | 'decimalsOf'
  | 'lastPrices'
  | 'listVaults';

/** A vault of the fake; every held asset has 100 base units, the asset DUST has 1, a lot is 10. */
export interface FakeVault {
  owner: string;
  mode: string;
  heldAssets: string[];
  cash?: bigint;
  version?: number;
  openRebalanceId?: string;
  depositLimit?: bigint;
}

const DUST = 'DUST';
const LOT = 10n;

/** The other services as values: what they know, what they were asked, what they shall fail. */
export interface FakeWorld {
  readonly services: RemoteServices;
  readonly calls: {
    readonly name: RemoteCall;
    readonly request: unknown;
    readonly caller: string;
  }[];
  /** Effects by request id: the same id has one effect, another body is refused. */
  readonly effects: Map<string, { readonly name: RemoteCall; readonly body: string }>;
  readonly vaults: Map<string, FakeVault>;
  readonly withdrawals: {
    readonly vaultId: string;
    readonly assetId: string;
    readonly amount: bigint;
  }[];
  readonly deposits: {
    readonly vaultId: string;
    readonly assetId: string;
    readonly amount: bigint;
  }[];
  readonly healthy: Set<string>;
  noOp: boolean;
  /** How far a plan is from what is held. */
  totalDeltaBps: number;
  /** From when on a matured series is settled. */
  settleTime: Date;
  /** What GetRebalance tells of every rebalance. */
  rebalance: { ended: boolean; costBps: bigint };
  /** The next call of the name fails: before it took effect, or after (its answer is lost). */
  failNext(name: RemoteCall, error: Error, when?: 'before' | 'after'): void;
  /** The next call of the name waits: before it takes effect, or after, before its answer. */
  holdNext(name: RemoteCall, when: 'before' | 'after'): Hold;
}

/** A call that waits. */
export interface Hold {
  readonly entered: Promise<void>;
  readonly release: () => void;
}

function gate(): { readonly passed: Promise<void>; readonly pass: () => void } {
  let pass = (): void => undefined;
  const passed = new Promise<void>((resolve) => (pass = resolve));
  return { passed, pass: () => pass() };
}

function hold(): Hold & { readonly wait: () => Promise<void> } {
  const entered = gate();
  const released = gate();
  return {
    entered: entered.passed,
    release: released.pass,
    wait: () => {
      entered.pass();
      return released.passed;
    },
  };
}

export const NOW = instant(1_522_800_000_000);
/** A step whose answer never came. (A client retries UNAVAILABLE by itself, so a test would not see it.) */
export const LOST = new DomainFailure(
  domainError('DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED', 'no answer came in time'),
);

export function refusal(kind: DomainError['kind'], reason: string): DomainFailure {
  return new DomainFailure(domainError(kind, reason, `refused with ${reason}`));
}

export function createFakeWorld(now: () => number = () => NOW): FakeWorld {
  const failures = new Map<RemoteCall, { error: Error; when: 'before' | 'after' }>();
  const holds = new Map<RemoteCall, { readonly held: ReturnType<typeof hold>; when: string }>();
  const world: Omit<FakeWorld, 'services'> = {
    calls: [],
    effects: new Map(),
    vaults: new Map(),
    deposits: [],
    withdrawals: [],
    healthy: new Set(['WBTC', 'WETH', 'LTC', 'AAVE-USDC', 'KAMINO']),
    noOp: false,
    totalDeltaBps: 42,
    settleTime: new Date(0),
    rebalance: { ended: true, costBps: 0n },
    failNext: (name, error, when = 'before') => failures.set(name, { error, when }),
    holdNext: (name, when) => {
      const held = hold();
      holds.set(name, { held, when });
      return held;
    },
  };
  const ask = async <T>(
    name: RemoteCall,
    request: { readonly requestId?: string },
    caller: { readonly subject: string; readonly scopes: ReadonlySet<string> },
    effect: () => T,
  ): Promise<T> => {
    world.calls.push({
      name,
      request,
      caller: [caller.subject, ...[...caller.scopes].sort()].join(' '),
    });
    const failure = failures.get(name);
    failures.delete(name);
    const holding = holds.get(name);
    holds.delete(name);
    if (holding?.when === 'before') await holding.held.wait();
    if (failure?.when === 'before') throw failure.error;
    const body = JSON.stringify(request, (_key, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    );
    const earlier =
      request.requestId === undefined ? undefined : world.effects.get(request.requestId);
    if (earlier !== undefined && earlier.body !== body) {
      throw refusal('INVALID_ARGUMENT', 'REQUEST_ID_REUSED');
    }
    const answer = earlier === undefined ? effect() : answerOf(name, request.requestId ?? '');
    if (request.requestId !== undefined) world.effects.set(request.requestId, { name, body });
    if (holding?.when === 'after') await holding.held.wait();
    if (failure !== undefined) throw failure.error;
    return answer as T;
  };
  const answerOf = (name: RemoteCall, requestId: string): unknown => {
    if (name === 'takeSnapshot') return 'a'.repeat(64);
    if (name === 'buildPlan') return planOf();
    return name === 'createVault' ? `vault-${requestId}` : `rebalance-${requestId}`;
  };
  const planOf = () => {
    const { noOp, totalDeltaBps } = world;
    return { planHash: 'b'.repeat(64), noOp, totalDeltaBps };
  };
  const services: RemoteServices = {
    oracle: {
      healthyAssets: (assetIds, { caller }) =>
        ask(
          'healthyAssets',
          {},
          caller,
          () => new Set(assetIds.filter((assetId) => world.healthy.has(assetId))),
        ),
      healthyPrice: (assetId, { caller }) =>
        ask('healthyPrice', {}, caller, () => (world.healthy.has(assetId) ? '60000' : undefined)),
      lastPrices: (assetIds, { caller }) =>
        ask(
          'lastPrices',
          {},
          caller,
          () =>
            new Map(
              assetIds
                .filter((assetId) => world.healthy.has(assetId))
                .map((assetId) => [assetId, { price: '20', assetDecimals: 2, publishTime: NOW }]),
            ),
        ),
      lotsOf: (assetIds, { caller }) =>
        ask('lotsOf', {}, caller, () => new Map(assetIds.map((assetId) => [assetId, LOT]))),
      decimalsOf: (assetIds, { caller }) =>
        ask('decimalsOf', {}, caller, () => new Map(assetIds.map((assetId) => [assetId, 6]))),
      takeSnapshot: (request, { caller }) =>
        ask('takeSnapshot', request, caller, () => 'a'.repeat(64)),
    },
    solver: {
      strategyAssets: (ids, { caller }) =>
        ask('strategyAssets', {}, caller, () => ids.map((id) => id.toUpperCase())),
      buildPlan: (request, { caller }) => ask('buildPlan', request, caller, planOf),
    },
    orderGen: {
      createRebalance: (request, { caller }) =>
        ask('createRebalance', request, caller, () => {
          const vault = world.vaults.get(request.vaultId);
          if (request.purpose !== 'SETTLE' && vault?.mode !== 'OPEN') {
            throw refusal('FAILED_PRECONDITION', 'VAULT_NOT_OPEN');
          }
          if (request.purpose === 'SETTLE' && vault !== undefined) {
            vault.heldAssets = vault.heldAssets.filter((assetId) => assetId === DUST);
            vault.cash = (vault.cash ?? 0n) + 1000n;
          }
          return `rebalance-${request.requestId}`;
        }),
      getRebalance: (_rebalanceId, { caller }) =>
        ask('getRebalance', {}, caller, () => {
          const { ended, costBps } = world.rebalance;
          return { ended, nav: 10_000n, corrections: -costBps, actions: [] };
        }),
      cancelRebalance: (request, { caller }) =>
        ask('cancelRebalance', request, caller, () => {
          for (const vault of world.vaults.values()) {
            if (vault.openRebalanceId === request.rebalanceId) delete vault.openRebalanceId;
          }
        }),
    },
    vaults: {
      listVaults: (owner, { caller }) =>
        ask('listVaults', {}, caller, () =>
          [...world.vaults].flatMap(([vaultId, vault]) =>
            vault.owner === owner ? [viewOf(vaultId, vault)] : [],
          ),
        ),
      getVault: (vaultId, { caller }) =>
        ask('getVault', {}, caller, () => {
          const vault = world.vaults.get(vaultId);
          if (vault === undefined) throw refusal('NOT_FOUND', 'VAULT_NOT_FOUND');
          return viewOf(vaultId, vault);
        }),
      valueVault: ({ vaultId }, { caller }) =>
        ask('valueVault', {}, caller, () => ({
          vaultVersion: 3,
          fence: 1,
          nav: '10000000000',
          weights: (world.vaults.get(vaultId)?.heldAssets ?? []).map((assetId) => ({
            assetId,
            side: 'LONG' as const,
            weightBps: 100,
          })),
        })),
      createVault: (request, { caller }) =>
        ask('createVault', request, caller, () => {
          const vaultId = `vault-${request.requestId}`;
          world.vaults.set(vaultId, { owner: caller.subject, mode: 'OPEN', heldAssets: [] });
          return vaultId;
        }),
      deposit: ({ requestId, ...deposit }, { caller }) =>
        ask('deposit', { requestId, ...deposit }, caller, () => {
          const vault = world.vaults.get(deposit.vaultId);
          if (vault?.mode !== 'OPEN') throw refusal('FAILED_PRECONDITION', 'VAULT_NOT_OPEN');
          world.deposits.push(deposit);
          if (deposit.assetId === 'USDC') vault.cash = (vault.cash ?? 0n) + deposit.amount;
          else vault.heldAssets = [...vault.heldAssets, deposit.assetId];
        }),
      setMode: (request, { caller }) =>
        ask('setMode', request, caller, () => {
          const vault = world.vaults.get(request.vaultId);
          if (vault === undefined) return;
          const stuck = vault.mode === 'CLOSED' || vault.mode === 'CLOSING';
          if (stuck && vault.mode !== request.mode) {
            throw refusal('FAILED_PRECONDITION', 'VAULT_MODE_TRANSITION_INVALID');
          }
          vault.mode = request.mode;
        }),
      withdraw: ({ requestId, ...withdrawal }, { caller }) =>
        ask('withdraw', { requestId, ...withdrawal }, caller, () => {
          const vault = world.vaults.get(withdrawal.vaultId);
          if (vault === undefined) throw refusal('NOT_FOUND', 'VAULT_NOT_FOUND');
          world.withdrawals.push(withdrawal);
          vault.heldAssets = vault.heldAssets.filter((held) => held !== withdrawal.assetId);
          if (withdrawal.assetId === 'USDC') vault.cash = (vault.cash ?? 0n) - withdrawal.amount;
        }),
      settleSeries: (request, { caller }) =>
        ask('settleSeries', request, caller, () => {
          const vault = world.vaults.get(request.vaultId);
          if (vault === undefined) throw refusal('NOT_FOUND', 'VAULT_NOT_FOUND');
          const metadata = { settle_time: world.settleTime.toISOString() };
          if (world.settleTime.getTime() > now()) {
            const text = 'the delay of the settlement has not passed';
            const early = domainError('FAILED_PRECONDITION', 'SERIES_NOT_MATURED', text, metadata);
            throw new DomainFailure(early);
          }
          vault.heldAssets = vault.heldAssets.filter((held) => !held.endsWith(request.seriesId));
          vault.cash = (vault.cash ?? 0n) + 500n;
        }),
      closeVault: (request, { caller }) =>
        ask('closeVault', request, caller, () => {
          const vault = world.vaults.get(request.vaultId);
          if (vault === undefined) throw refusal('NOT_FOUND', 'VAULT_NOT_FOUND');
          if (vault.mode !== 'CLOSING') throw refusal('FAILED_PRECONDITION', 'VAULT_NOT_OPEN');
          if (vault.heldAssets.length > 0 || (vault.cash ?? 0n) !== 0n) {
            throw refusal('FAILED_PRECONDITION', 'VAULT_NOT_EMPTY');
          }
          vault.mode = 'CLOSED';
        }),
      setDepositLimit: (request, { caller }) =>
        ask('setDepositLimit', request, caller, () => {
          const vault = world.vaults.get(request.vaultId);
          if (vault !== undefined) vault.depositLimit = request.limit;
        }),
    },
  };
  return Object.assign(world, { services });
}

function viewOf(vaultId: string, vault: FakeVault): VaultView {
  const { owner, mode, heldAssets, cash = 0n, version = 3, openRebalanceId } = vault;
  const positions = heldAssets.map((assetId) => ({
    assetId,
    side: 'LONG' as const,
    quantity: assetId === DUST ? 1n : 100n,
    collateral: 0n,
  }));
  return { vaultId, owner, mode, version, cash, positions, openRebalanceId };
}
