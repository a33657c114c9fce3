import type { Attributes } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { redactText } from './redact.js';

/** A span as its receivers get it: the same one, unless a secret stands in its name or attributes. */
export function withoutSecrets(span: ReadableSpan): ReadableSpan {
  const name = redactText(span.name);
  const attributes = cleaned(span.attributes);
  const links = span.links.some((link) => cleaned(link.attributes ?? {}) !== link.attributes)
    ? span.links.map((link) => ({ ...link, attributes: cleaned(link.attributes ?? {}) }))
    : span.links;
  if (name === span.name && attributes === span.attributes) return span;
  return Object.create(span, {
    name: { value: name, enumerable: true },
    attributes: { value: attributes, enumerable: true },
    links: { value: links, enumerable: true },
  }) as ReadableSpan;
}

/** The attributes without secrets; the very same record when there is none. */
export function cleaned(attributes: Attributes): Attributes {
  let copy: Attributes | undefined;
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value !== 'string') continue;
    const safe = redactText(value);
    if (safe !== value) (copy ??= { ...attributes })[key] = safe;
  }
  return copy ?? attributes;
}
