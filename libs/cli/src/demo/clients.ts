import { IntentServiceService } from '@trimtab/contracts/intent';
import { OracleServiceService } from '@trimtab/contracts/oracle';
import { OrderGenServiceService } from '@trimtab/contracts/ordergen';
import { SolverServiceService } from '@trimtab/contracts/solver';
import { VaultServiceService } from '@trimtab/contracts/vault';
import { createUserClient, type ServiceClient } from '@trimtab/grpc';
import type { Suite } from '../suite/suite.js';

/** Typed clients of every service, as one subject. */
export interface SuiteClients {
  readonly intent: ServiceClient<typeof IntentServiceService>;
  readonly oracle: ServiceClient<typeof OracleServiceService>;
  readonly solver: ServiceClient<typeof SolverServiceService>;
  readonly orderGen: ServiceClient<typeof OrderGenServiceService>;
  readonly vaults: ServiceClient<typeof VaultServiceService>;
  close(): void;
}

/** Connects to a running suite as a subject with scopes; tokens are renewed call by call. */
export function connectClients(
  suite: Pick<Suite, 'addresses' | 'tokenIssuer'>,
  subject: string,
  scopes: readonly string[],
): SuiteClients {
  const token = () => suite.tokenIssuer.issue({ subject, scopes });
  const { addresses } = suite;
  const intent = createUserClient({
    definition: IntentServiceService,
    address: addresses.intent,
    token,
  });
  const oracle = createUserClient({
    definition: OracleServiceService,
    address: addresses.oracle,
    token,
  });
  const solver = createUserClient({
    definition: SolverServiceService,
    address: addresses.solver,
    token,
  });
  const orderGen = createUserClient({
    definition: OrderGenServiceService,
    address: addresses.ordergen,
    token,
  });
  const vaults = createUserClient({
    definition: VaultServiceService,
    address: addresses.ordergen,
    token,
  });
  return {
    intent,
    oracle,
    solver,
    orderGen,
    vaults,
    close: () => {
      for (const client of [intent, oracle, solver, orderGen, vaults]) client.close();
    },
  };
}
