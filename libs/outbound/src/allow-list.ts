import ipaddr from 'ipaddr.js';

/** Private targets that a configuration allows (tests, development, a feed in the same network). */
export interface AllowList {
  /** Whether this host, as a URL writes it, was listed by name: it may be at any address. */
  allowsHost(host: string): boolean;
  allowsAddress(address: ipaddr.IPv4 | ipaddr.IPv6): boolean;
}

/** What the addresses of a host must keep. */
export function addressesOf(host: string, allowList: AllowList): Pick<AllowList, 'allowsAddress'> {
  return allowList.allowsHost(host) ? { allowsAddress: () => true } : allowList;
}

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*$/;

/**
 * Reads a list of addresses (`127.0.0.1`), networks (`10.0.0.0/8`, `::1/128`) and host names
 * (`localhost`).
 *
 * @throws Error naming the first entry that is none of these
 */
export function parseAllowList(entries: readonly string[]): AllowList {
  const networks: [ipaddr.IPv4 | ipaddr.IPv6, number][] = [];
  const hosts = new Set<string>();
  for (const entry of entries) {
    const network = toNetwork(entry);
    if (network !== undefined) networks.push(network);
    else if (HOST_NAME.test(entry) && !ipaddr.isValid(entry)) hosts.add(entry);
    else {
      throw new Error(
        `allowed private target was "${entry}", must be an address, a network or a host name in lower case`,
      );
    }
  }
  return {
    allowsHost: (host) => hosts.has(host),
    allowsAddress: (address) =>
      networks.some(([base, bits]) => base.kind() === address.kind() && address.match(base, bits)),
  };
}

function toNetwork(entry: string): [ipaddr.IPv4 | ipaddr.IPv6, number] | undefined {
  const [address = '', bits, ...more] = entry.split('/');
  if (more.length > 0) return undefined;
  const isFourPart = ipaddr.IPv4.isValidFourPartDecimal(address);
  if (!isFourPart && !ipaddr.IPv6.isValid(address)) return undefined;
  const base = ipaddr.parse(address);
  const width = base.kind() === 'ipv4' ? 32 : 128;
  if (bits === undefined) return [base, width];
  if (!/^(0|[1-9]\d{0,2})$/.test(bits) || parseInt(bits, 10) > width) return undefined;
  return [base, parseInt(bits, 10)];
}
