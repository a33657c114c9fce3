import type { Server, ServerDuplexStream, ServiceDefinition } from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';
import {
  ServerReflectionAlphaService,
  ServerReflectionService,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
} from '@trimtab/contracts/reflection';
import { createDescriptorIndex, type DescriptorIndex } from './descriptor-index.js';

/**
 * gRPC reflection, v1 and v1alpha, from the exact descriptors of `buf build`: decoding and encoding
 * them again would lose options that this code does not know.
 */

type Answer = NonNullable<ServerReflectionResponse['messageResponse']>;
type Stream = ServerDuplexStream<ServerReflectionRequest, ServerReflectionResponse>;

const OWN_SERVICES = [
  'grpc.health.v1.Health',
  'grpc.reflection.v1.ServerReflection',
  'grpc.reflection.v1alpha.ServerReflection',
];

/** Serves reflection for the named services, health and itself. */
export function addReflection(server: Server, serviceNames: readonly string[]): void {
  const index = createDescriptorIndex();
  const names = [...serviceNames, ...OWN_SERVICES].sort();
  const serverReflectionInfo = (stream: Stream): void => {
    stream.on('data', (request: ServerReflectionRequest) => {
      stream.write({
        validHost: request.host,
        originalRequest: request,
        messageResponse: answer(index, names, request),
      });
    });
    stream.on('end', () => stream.end());
  };
  for (const definition of [ServerReflectionService, ServerReflectionAlphaService]) {
    server.addService(tolerant(definition), { serverReflectionInfo });
  }
}

function answer(
  index: DescriptorIndex,
  names: readonly string[],
  { messageRequest }: ServerReflectionRequest,
): Answer {
  switch (messageRequest?.$case) {
    case 'listServices':
      return {
        $case: 'listServicesResponse',
        value: { service: names.map((name) => ({ name })) },
      };
    case 'fileByFilename':
      return files(index.fileNamed(messageRequest.value), messageRequest.value);
    case 'fileContainingSymbol':
      return files(index.fileOfSymbol(messageRequest.value), messageRequest.value);
    case 'fileContainingExtension': {
      const { containingType, extensionNumber } = messageRequest.value;
      const wanted = `extension ${extensionNumber} of ${containingType}`;
      return files(index.fileOfExtension(containingType, extensionNumber), wanted);
    }
    case 'allExtensionNumbersOfType': {
      const baseTypeName = messageRequest.value;
      const extensionNumber = index.extensionNumbers(baseTypeName);
      if (extensionNumber === undefined)
        return failure(status.NOT_FOUND, `${baseTypeName} is unknown`);
      return {
        $case: 'allExtensionNumbersResponse',
        value: { baseTypeName, extensionNumber: [...extensionNumber] },
      };
    }
    case undefined:
      return failure(status.INVALID_ARGUMENT, 'the request asks nothing');
  }
}

function files(found: readonly Uint8Array[] | undefined, wanted: string): Answer {
  if (found === undefined) return failure(status.NOT_FOUND, `${wanted} is unknown`);
  return {
    $case: 'fileDescriptorResponse',
    value: { fileDescriptorProto: found.map((file) => Buffer.from(file)) },
  };
}

function failure(errorCode: status, errorMessage: string): Answer {
  return { $case: 'errorResponse', value: { errorCode, errorMessage } };
}

/** Bytes that are no request are answered like an empty request, not with INTERNAL. */
function tolerant(
  definition: typeof ServerReflectionService | typeof ServerReflectionAlphaService,
): ServiceDefinition {
  const method = definition.serverReflectionInfo;
  return {
    serverReflectionInfo: {
      ...method,
      requestDeserialize: (bytes: Buffer): ServerReflectionRequest => {
        try {
          return method.requestDeserialize(bytes);
        } catch {
          return { host: '', messageRequest: undefined };
        }
      },
    },
  };
}
