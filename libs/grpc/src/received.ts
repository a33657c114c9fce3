import type { ServiceDefinition } from '@grpc/grpc-js';
import { DomainFailure, domainError } from '@trimtab/core';
import type { MethodShape, ServiceBinding } from './service-binding.js';

/**
 * Requests reach the handlers as bytes: token, rule and size are checked before anything is decoded,
 * and bytes that are no such message are the client's mistake, not our bug.
 */

/** The definition that the server is given: requests stay bytes. */
export function rawDefinition(binding: ServiceBinding): ServiceDefinition {
  return Object.fromEntries(
    binding.methods.map(({ key, name, definition }) => [
      key,
      {
        path: definition.path,
        originalName: name,
        requestStream: definition.requestStream,
        responseStream: definition.responseStream,
        // The library's type takes any value; each method only ever gets its own message.
        requestSerialize: definition.requestSerialize as (value: unknown) => Buffer,
        requestDeserialize: (bytes: Buffer): Buffer => bytes,
        responseSerialize: definition.responseSerialize as (value: unknown) => Buffer,
        responseDeserialize: definition.responseDeserialize,
      },
    ]),
  );
}

/**
 * Decodes a request.
 *
 * @throws DomainFailure INVALID_ARGUMENT when the bytes are no such message
 */
export function decodeRequest(definition: MethodShape, bytes: Buffer): unknown {
  try {
    return definition.requestDeserialize(bytes);
  } catch (cause) {
    const message = `the ${bytes.byteLength} bytes of the request are not a message of ${definition.path}`;
    throw new DomainFailure(
      domainError('INVALID_ARGUMENT', 'MESSAGE_MALFORMED', message, { method: definition.path }),
      { cause },
    );
  }
}
