import type { OracleServiceService } from '@trimtab/contracts/oracle';
import { AUTHENTICATED, scope, type MethodName, type Rule } from '@trimtab/grpc';

/**
 * Who may call what. The engine registers halves of option series and nothing else. The publisher of an observation is the caller itself, and the asset must allow
 * it. A snapshot is taken on behalf of whoever changes something with it: a deposit in kind, a plan,
 * a rebalance; a token that may only read takes none.
 */
export const ORACLE_RULES: Readonly<Record<MethodName<typeof OracleServiceService>, Rule>> = {
  RegisterAsset: scope('admin', 'engine'),
  UpdateAsset: scope('admin'),
  ListAssets: AUTHENTICATED,
  SubmitObservations: scope('price:write'),
  ListPublishers: AUTHENTICATED,
  GetPrice: AUTHENTICATED,
  ListPrices: AUTHENTICATED,
  TakeSnapshot: scope(
    'intent:write',
    'plan:write',
    'rebalance:write',
    'price:write',
    'admin',
    'engine',
  ),
  GetSnapshot: AUTHENTICATED,
  WatchPrices: AUTHENTICATED,
};
