import type { Exchange, OutboundResponse } from './exchange.js';
import { OutboundFailure } from './failure.js';
import { parseTarget, type TargetRules } from './target.js';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** What may be told to another origin than the one that was meant. */
const HARMLESS_HEADERS = new Set(['accept', 'accept-language', 'content-type', 'user-agent']);

/**
 * The request that an answer redirects to, or undefined when it is no redirect. The target is read
 * when the returned function is called, so that a redirect that is not followed is not looked at.
 *
 * @throws OutboundFailure (from the returned function) when the target may not be called, or when it
 * leaves https
 */
export function nextHop(
  request: Exchange,
  response: OutboundResponse,
  rules: TargetRules,
): (() => Exchange) | undefined {
  const location = response.headers.get('location');
  if (!REDIRECTS.has(response.status) || location === undefined) return undefined;
  return () => {
    if (!/^[\x21-\x7e]+$/.test(location) || !URL.canParse(location, request.url.href)) {
      throw new OutboundFailure('REDIRECT_REFUSED', 'the answer redirects to no URL');
    }
    // A target that is written out is checked as it is written, a relative one as it resolves.
    const isAbsolute = URL.canParse(location);
    const url = parseTarget(isAbsolute ? location : new URL(location, request.url).href, rules);
    if (request.url.protocol === 'https:' && url.protocol === 'http:') {
      throw new OutboundFailure('REDIRECT_REFUSED', 'the answer redirects from https to http');
    }
    const headers = new Map(
      [...request.headers].filter(
        ([name]) => url.origin === request.url.origin || HARMLESS_HEADERS.has(name),
      ),
    );
    const keepsMethod =
      [307, 308].includes(response.status) ||
      request.method === 'HEAD' ||
      (request.method === 'GET' && response.status !== 303);
    if (keepsMethod) return { ...request, url, headers };
    headers.delete('content-type');
    return { method: 'GET', url, headers, body: new Uint8Array() };
  };
}
