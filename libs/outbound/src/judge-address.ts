import ipaddr from 'ipaddr.js';
import type { AllowList } from './allow-list.js';

/**
 * Which addresses may be called: public ones, and private ones that the configuration lists. The
 * services of clouds that hand out credentials are never called, whatever is listed.
 */

/** Why an address is not called, in words; undefined when it is. */
export function refusedAddress(
  text: string,
  allowList: Pick<AllowList, 'allowsAddress'>,
): string | undefined {
  if (!ipaddr.isValid(text)) return `${text} is not an address`;
  const address = ipaddr.parse(text);
  if (spellingsOf(address).some((bytes) => METADATA.has(bytes.join('.')))) {
    return `${text} serves the metadata of a cloud`;
  }
  if (allowList.allowsAddress(address)) return undefined;
  const range = address.range();
  if (range !== 'unicast') return `${text} is not a public address (${range})`;
  if (address.kind() === 'ipv6' && !address.match(GLOBAL_UNICAST)) {
    return `${text} is not a public address (outside 2000::/3)`;
  }
  return undefined;
}

/** Of IPv6 only 2000::/3 is given out; this refuses every embedding of IPv4 outside it as well. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');

/**
 * The bytes of an address, without its zone, and of the IPv4 address that another network may make of
 * it: the last four of an IPv6 address outside of 2000::/3 (mapped, compatible, translated, NAT64), and
 * those after the prefix of 6to4.
 */
function spellingsOf(address: ipaddr.IPv4 | ipaddr.IPv6): readonly (readonly number[])[] {
  const bytes = address.toByteArray();
  if (address.kind() === 'ipv4') return [bytes];
  if (address.match(SIX_TO_FOUR)) return [bytes, bytes.slice(2, 6)];
  return address.match(GLOBAL_UNICAST) ? [bytes] : [bytes, bytes.slice(12)];
}

const SIX_TO_FOUR = ipaddr.parseCIDR('2002::/16');

/** Metadata services of AWS, GCP, Azure, Oracle and Alibaba. */
const METADATA: ReadonlySet<string> = new Set(
  [
    '169.254.169.254',
    '169.254.170.2',
    '169.254.170.23',
    '168.63.129.16',
    '192.0.0.192',
    '100.100.100.200',
    'fd00:ec2::254',
    'fd00:ec2::23',
    'fd20:ce::254',
  ].map((text) => ipaddr.parse(text).toByteArray().join('.')),
);
