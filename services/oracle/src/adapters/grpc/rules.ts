import type { OracleServiceService } from '@trimtab/contracts/oracle';
import { AUTHENTICATED, scope, type MethodName, type Rule } from '@trimtab/grpc';

/**
 * Who may call what, as the contract states it. The publisher of an observation is the caller
 * itself, and the asset must allow it.
 */
export const ORACLE_RULES: Readonly<Record<MethodName<typeof OracleServiceService>, Rule>> = {
  RegisterAsset: scope('admin'),
  UpdateAsset: scope('admin'),
  ListAssets: AUTHENTICATED,
  SubmitObservations: scope('price:write'),
  GetPrice: AUTHENTICATED,
  ListPrices: AUTHENTICATED,
  TakeSnapshot: scope('price:write', 'rebalance:write', 'engine'),
  GetSnapshot: AUTHENTICATED,
  WatchPrices: AUTHENTICATED,
};
