import type { Clock } from '@trimtab/core';
import type { TlsIdentity, TokenIssuer } from '@trimtab/grpc';
import { cronCalendar } from './adapters/calendar/cron-calendar.js';
import { createIntentClient } from './adapters/clients/intents.js';
import { createOracleClient } from './adapters/clients/oracle.js';
import { createOrderGenClient } from './adapters/clients/ordergen.js';
import { SERVICE_NAME, type Address, type ClientSettings } from './adapters/clients/settings.js';
import { createSolverClient } from './adapters/clients/solver.js';
import { createVaultClient } from './adapters/clients/vaults.js';
import { derivedIds } from './adapters/derived-ids.js';
import type { Ports } from './application/ports.js';

/** Where the services are. */
export interface ServiceAddresses {
  readonly INTENT_ADDRESS: Address;
  readonly ORACLE_ADDRESS: Address;
  readonly SOLVER_ADDRESS: Address;
  readonly ORDERGEN_ADDRESS: Address;
}

/** The ports of the agents over gRPC; they connect at their first call. */
export interface OpenPorts {
  readonly ports: Ports;
  close(): void;
}

/** How long a call to a service may take that has no deadline of its own. */
const CALL_DEADLINE_MS = 10_000;

/** Opens the ports of the agents. */
export function openPorts(
  addresses: ServiceAddresses,
  deps: {
    readonly clock: Clock;
    readonly tokenIssuer: TokenIssuer;
    readonly tls?: TlsIdentity | undefined;
  },
): OpenPorts {
  const { clock, tokenIssuer: issuer, tls } = deps;
  const settings: ClientSettings = {
    serviceName: SERVICE_NAME,
    issuer,
    defaultDeadlineMs: CALL_DEADLINE_MS,
    tls,
  };
  const intents = createIntentClient(addresses.INTENT_ADDRESS, settings);
  const oracle = createOracleClient(addresses.ORACLE_ADDRESS, settings, { clock, derivedIds });
  const vaults = createVaultClient(addresses.ORDERGEN_ADDRESS, settings);
  const orderGen = createOrderGenClient(addresses.ORDERGEN_ADDRESS, settings, oracle);
  const solver = createSolverClient(addresses.SOLVER_ADDRESS, settings);
  const { marketMaker } = oracle;
  const calendar = cronCalendar;
  return {
    ports: { intents, oracle, marketMaker, vaults, orderGen, solver, calendar, derivedIds },
    close: () => {
      for (const client of [intents, oracle, vaults, orderGen, solver]) client.close();
    },
  };
}
