import { isIP } from 'node:net';
import type { AllowList } from './allow-list.js';
import { OutboundFailure } from './failure.js';
import { refusedAddress } from './judge-address.js';

/** What a target must keep. */
export interface TargetRules {
  readonly allowList: AllowList;
  /** Ports of public targets; a target that is allowed as private may have any. */
  readonly ports: ReadonlySet<number>;
}

/** The longest URL that is looked at. */
const MAX_URL_LENGTH = 2048;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;
const AUTHORITY = /^https?:\/\/([^/?#]*)/i;
/** Names that mean a machine or a network of one's own. */
const LOCAL_SUFFIXES =
  /(^|\.)(localhost|localdomain|local|internal|intranet|private|corp|home|lan|arpa|onion|invalid)$/;

/**
 * Reads the URL of a target. Everything that can be said without asking a name server is checked
 * here; the addresses of a name are checked when it is called.
 *
 * @throws OutboundFailure with a reason from URL_MALFORMED to ADDRESS_REFUSED
 */
export function parseTarget(text: string, rules: TargetRules): URL {
  const url = readUrl(text);
  const host = hostOf(url);
  requireUsualSpelling(text, url);
  if (rules.allowList.allowsHost(host)) return url;
  const isAddress = isIP(host) !== 0;
  if (isAddress) {
    const why = refusedAddress(host, rules.allowList);
    if (why !== undefined) throw new OutboundFailure('ADDRESS_REFUSED', why);
  } else if (!host.includes('.') || LOCAL_SUFFIXES.test(host)) {
    throw new OutboundFailure('HOST_REFUSED', `${host} is a name of a local network`);
  }
  // An address that passes only because it is listed may have any port.
  const isListed = isAddress && refusedAddress(host, NOTHING_LISTED) !== undefined;
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : parseInt(url.port, 10);
  if (!isListed && !rules.ports.has(port)) {
    const allowed = [...rules.ports].join(', ');
    throw new OutboundFailure('PORT_REFUSED', `port was ${port}, must be one of ${allowed}`);
  }
  return url;
}

/** The host without the brackets of an IPv6 address. */
export function hostOf(url: URL): string {
  return url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
}

const NOTHING_LISTED = { allowsAddress: () => false };

function readUrl(text: string): URL {
  if (text.length > MAX_URL_LENGTH) {
    throw new OutboundFailure(
      'URL_MALFORMED',
      `the URL had ${text.length} characters, must have at most ${MAX_URL_LENGTH}`,
    );
  }
  // The parser of URLs drops tabs and line ends, turns \ into / and folds letters of other scripts.
  if (!VISIBLE_ASCII.test(text) || text.includes('\\')) {
    throw new OutboundFailure(
      'URL_MALFORMED',
      'the URL had characters other than printable ASCII, or a backslash',
    );
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw new OutboundFailure('URL_MALFORMED', 'the text is not a URL');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new OutboundFailure('SCHEME_REFUSED', `scheme was ${url.protocol} must be http or https`);
  }
  if (!AUTHORITY.test(text)) {
    throw new OutboundFailure('URL_MALFORMED', 'the URL must begin with http:// or https://');
  }
  if (url.username !== '' || url.password !== '' || authorityOf(text).includes('@')) {
    throw new OutboundFailure('USERINFO_REFUSED', 'the URL must not carry a user or a password');
  }
  return url;
}

function authorityOf(text: string): string {
  return AUTHORITY.exec(text)?.[1] ?? '';
}

/**
 * An address in decimal, octal, hexadecimal or short form, an escaped or a dotted-end host means
 * something else to another reader: what is written must be what is meant.
 */
function requireUsualSpelling(text: string, url: URL): void {
  const written = authorityOf(text).toLowerCase().replace(/:\d*$/, '');
  if (written !== url.hostname) {
    throw new OutboundFailure(
      'ADDRESS_SPELLING',
      `the host was written ${written}, must be written ${url.hostname}`,
    );
  }
  if (url.hostname.endsWith('.')) {
    throw new OutboundFailure('ADDRESS_SPELLING', 'the host must not end with a dot');
  }
}
