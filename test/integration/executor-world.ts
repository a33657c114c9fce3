import { randomUUID } from 'node:crypto';
import { contentHash, TAGS } from '@trimtab/canonical';
import { ExposureDirection, type OrderDispatch } from '@trimtab/contracts/execution';
import {
  Asset,
  type Observation,
  OracleServiceService,
  Price,
  Price_State,
  type GetPriceRequest,
  type ListAssetsRequest,
} from '@trimtab/contracts/oracle';
import {
  Action,
  OrderGenServiceService,
  Rebalance,
  RebalanceTerms,
  type GetRebalanceRequest,
} from '@trimtab/contracts/ordergen';
import { Side } from '@trimtab/contracts/portfolio';
import { Vault, VaultServiceService, type GetVaultRequest } from '@trimtab/contracts/vault';
import { domainError, refuse } from '@trimtab/core';
import {
  AUTHENTICATED,
  bindService,
  createGrpcServer,
  type MethodName,
  type Rule,
  type ServiceShape,
} from '@trimtab/grpc';
import { group } from '@trimtab/lifecycle';
import { silentLogger } from '@trimtab/telemetry';
import { testAuth, type TestAuth } from '@trimtab/testkit';

/** What an executor asks for, served by small servers whose answers a test sets. */
export interface ExecutorWorld {
  readonly oracleAddress: string;
  /** OrderGen and vaults. */
  readonly orderGenAddress: string;
  /** Signs and accepts the tokens of this world. */
  readonly auth: TestAuth;
  readonly rebalances: Map<string, Rebalance>;
  readonly vaults: Map<string, Vault>;
  /** The price of WBTC. */
  price: { state: Price_State; decimal: string };
  /** What market makers quote for WBTC. */
  quotes: readonly Observation[];
  orderGenIsDown: boolean;
  /** How often the price was asked for. */
  priceReads: number;
  stop(): Promise<void>;
}

const ASSETS = [
  Asset.create({ assetId: 'USDC', decimals: 6, lot: '1', minimumOrder: '0', denomination: true }),
  Asset.create({ assetId: 'WBTC', decimals: 8, lot: '1', minimumOrder: '0', maxAgeSeconds: 60 }),
];

/** Starts the servers, with WBTC at a healthy 100. */
export async function startExecutorWorld(): Promise<ExecutorWorld> {
  const auth = await testAuth();
  const state = {
    auth,
    rebalances: new Map<string, Rebalance>(),
    vaults: new Map<string, Vault>(),
    price: { state: Price_State.STATE_HEALTHY as Price_State, decimal: '100' },
    quotes: [] as readonly Observation[],
    orderGenIsDown: false,
    priceReads: 0,
  };
  const upOnly = (): void => {
    if (!state.orderGenIsDown) return;
    refuse(domainError('UNAVAILABLE', 'DEPENDENCY_UNAVAILABLE', 'the database is down'));
  };
  const oracle = bindService({
    definition: OracleServiceService,
    rules: openTo(OracleServiceService),
    handlers: {
      ListAssets: async ({ assetIds }: ListAssetsRequest) => {
        const isAsked = ({ assetId }: Asset) => assetIds.length === 0 || assetIds.includes(assetId);
        return { assets: ASSETS.filter(isAsked), nextPageToken: '' };
      },
      GetPrice: async ({ assetId }: GetPriceRequest) => {
        state.priceReads += 1;
        const { state: health, decimal } = state.price;
        const price = Price.create({ assetId, priceDecimal: decimal, state: health });
        return { price, quotes: [...state.quotes] };
      },
    },
  });
  const orderGen = bindService({
    definition: OrderGenServiceService,
    rules: openTo(OrderGenServiceService),
    handlers: {
      GetRebalance: async ({ rebalanceId }: GetRebalanceRequest) => {
        upOnly();
        const rebalance = state.rebalances.get(rebalanceId);
        if (rebalance !== undefined) return { rebalance };
        return refuse(domainError('NOT_FOUND', 'REBALANCE_NOT_FOUND', `no ${rebalanceId}`));
      },
    },
  });
  const vaults = bindService({
    definition: VaultServiceService,
    rules: openTo(VaultServiceService),
    handlers: {
      GetVault: async ({ vaultId }: GetVaultRequest) => {
        upOnly();
        return { vault: state.vaults.get(vaultId) };
      },
    },
  });
  const common = {
    address: '127.0.0.1:0',
    authenticator: auth.authenticator,
    logger: silentLogger(),
    reflection: false,
    drainTimeoutMs: 1_000,
  };
  const oracleServer = createGrpcServer({ ...common, name: 'oracle', services: [oracle] });
  const orderGenServer = createGrpcServer({
    ...common,
    name: 'ordergen',
    services: [orderGen, vaults],
  });
  const servers = group('world', [oracleServer, orderGenServer]);
  await servers.start();
  return Object.assign(state, {
    oracleAddress: oracleServer.address,
    orderGenAddress: orderGenServer.address,
    stop: () => servers.stop(),
  });
}

function openTo<D extends ServiceShape>(definition: D): Record<MethodName<D>, Rule> {
  const names = Object.values(definition).map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
  return Object.fromEntries(names.map((name) => [name, AUTHENTICATED])) as Record<
    MethodName<D>,
    Rule
  >;
}

/** An approved rebalance of a vault of its own, and the orders that agree with it. */
export interface Scenario {
  readonly rebalanceId: string;
  readonly vaultId: string;
  /** Sells 2 WBTC, worth 200 at 100. */
  readonly sell: (changes?: Partial<OrderDispatch>) => OrderDispatch;
  /** Spends 200 on WBTC; the scenario's actions must be buys. */
  readonly buy: (changes?: Partial<OrderDispatch>) => OrderDispatch;
}

/** What each amount of a scenario is: 200 USDC. */
export const AMOUNT = '200000000';
/** 2 WBTC. */
export const QUANTITY = '200000000';
/** 99 of 200, so that a venue's ordinary slippage and fees pass. */
const MINIMUM_OUT = '198000000';

/** Makes a rebalance of sells or buys, in a vault that holds 2 WBTC and 200 USDC. */
export function scenario(
  world: ExecutorWorld,
  options: { readonly kind: 'SELLS' | 'BUYS'; readonly actionCount?: number },
): Scenario {
  const rebalanceId = `r-${randomUUID()}`;
  const vaultId = `v-${randomUUID()}`;
  const sells = options.kind === 'SELLS';
  const hash = (what: string): string => contentHash('trimtab/test/v1', { rebalanceId, what });
  const actions = Array.from({ length: options.actionCount ?? 1 }, (_, index) =>
    Action.create({
      index,
      assetId: 'WBTC',
      side: Side.SIDE_LONG,
      group: sells ? 2 : 3,
      deltaNet: sells ? `-${AMOUNT}` : AMOUNT,
      cap: sells ? AMOUNT : '',
      referencePriceDecimal: '100',
    }),
  );
  const [planHash, snapshotHash, txBundleHash] = [hash('plan'), hash('snapshot'), hash('bundle')];
  world.rebalances.set(
    rebalanceId,
    Rebalance.create({
      rebalanceId,
      h0: hash('h0'),
      txBundleHash,
      actions,
      terms: RebalanceTerms.fromPartial({
        vaultId,
        snapshotHash,
        source: { $case: 'planHash', value: planHash },
      }),
    }),
  );
  world.vaults.set(
    vaultId,
    Vault.create({
      vaultId,
      cash: AMOUNT,
      positions: [{ assetId: 'WBTC', side: Side.SIDE_LONG, quantity: QUANTITY, collateral: '0' }],
    }),
  );
  const expires = new Date(Date.now() + 60_000);
  const order = (changes: Partial<OrderDispatch>): OrderDispatch => {
    const { slippageLimitBps = 100, expireTime = expires } = changes;
    const rebalance = world.rebalances.get(rebalanceId);
    // The terms of an order are those of its rebalance.
    if (rebalance?.terms !== undefined) {
      rebalance.terms = { ...rebalance.terms, slippageLimitBps, expireTime };
    }
    const dispatch: OrderDispatch = {
      orderId: '',
      rebalanceId,
      vaultId,
      h0: hash('h0'),
      index: 0,
      planHash,
      txBundleHash,
      snapshotHash,
      assetId: 'WBTC',
      side: Side.SIDE_LONG,
      direction: ExposureDirection.EXPOSURE_DIRECTION_DECREASE,
      amount: AMOUNT,
      exactIn: { $case: 'quantityIn', value: QUANTITY },
      minimumOut: MINIMUM_OUT,
      collateralDelta: '0',
      referencePriceDecimal: '100',
      slippageLimitBps,
      expireTime,
      releasesCash: true,
      ...changes,
    };
    return { ...dispatch, orderId: changes.orderId ?? orderIdOf(dispatch) };
  };
  return {
    rebalanceId,
    vaultId,
    sell: (changes = {}) => order(changes),
    buy: (changes = {}) =>
      order({
        direction: ExposureDirection.EXPOSURE_DIRECTION_INCREASE,
        exactIn: { $case: 'underlyingIn', value: AMOUNT },
        ...changes,
      }),
  };
}

function orderIdOf({ rebalanceId, index }: OrderDispatch): string {
  return contentHash(TAGS.orderId, { rebalanceId, index, attempt: 1 });
}
