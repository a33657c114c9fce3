import type { ServiceDefinition } from '@grpc/grpc-js';
import { DomainFailure, domainError } from '@trimtab/core';
import type { MethodShape, ServiceBinding } from './service-binding.js';

/**
 * Messages pass the gRPC library as bytes. Token, rule and size of a request are checked before
 * anything is decoded, and bytes that are no such message are the client's mistake, not our bug. A
 * response that cannot be encoded is a defect of ours, answered and logged like any other.
 */

/** The definition that the server is given: requests and responses stay bytes. */
export function rawDefinition(binding: ServiceBinding): ServiceDefinition {
  return Object.fromEntries(
    binding.methods.map(({ key, name, definition }) => [
      key,
      {
        path: definition.path,
        originalName: name,
        requestStream: definition.requestStream,
        responseStream: definition.responseStream,
        // The library's type takes any value; the server side never sends a request.
        requestSerialize: definition.requestSerialize as (value: unknown) => Buffer,
        requestDeserialize: (bytes: Buffer): Buffer => bytes,
        responseSerialize: (bytes: Buffer): Buffer => bytes,
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

/** Encodes what a handler returned. */
export function encodeResponse(definition: MethodShape, response: unknown): Buffer {
  // The mapped type of the handlers ties each response to its method.
  return definition.responseSerialize(response as never);
}
