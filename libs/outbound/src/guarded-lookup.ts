import { lookup as systemLookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { addressesOf, type AllowList } from './allow-list.js';
import { OutboundFailure } from './failure.js';
import { refusedAddress } from './judge-address.js';

/** One address of a name. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Asks for the addresses of a name. */
export type Resolve = (host: string) => Promise<readonly ResolvedAddress[]>;

/** The resolver of the operating system. */
export const systemResolve: Resolve = async (host) => {
  const addresses = await systemLookup(host, { all: true, verbatim: true });
  return addresses.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
};

/**
 * The lookup that a socket makes while it connects: the addresses that were checked are the ones
 * that are connected to, so that a name which answers differently the next time gains nothing. One
 * refused address refuses the name.
 */
export function createGuardedLookup(resolve: Resolve, allowList: AllowList): LookupFunction {
  return (host, options, callback) => {
    const answer = async (): Promise<readonly ResolvedAddress[]> => {
      const found = await resolve(host).catch((cause: unknown) => {
        throw new OutboundFailure('NAME_NOT_RESOLVED', `${host} has no address`, { cause });
      });
      const wanted = found.filter(({ family }) => !options.family || family === options.family);
      if (wanted.length === 0) {
        throw new OutboundFailure('NAME_NOT_RESOLVED', `${host} has no address`);
      }
      for (const { address } of found) {
        const why = refusedAddress(address, addressesOf(host, allowList));
        if (why !== undefined) throw new OutboundFailure('ADDRESS_REFUSED', `${host}: ${why}`);
      }
      return wanted;
    };
    answer().then(
      (addresses) => {
        const [first] = addresses;
        if (options.all === true) callback(null, [...addresses]);
        else callback(null, first?.address ?? '', first?.family);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error('lookup'), '', 0),
    );
  };
}
