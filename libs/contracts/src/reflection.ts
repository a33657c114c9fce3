/** The standard gRPC reflection service, v1; v1alpha has the same messages and only another name. */
export * from './gen/grpc/reflection/v1/reflection.js';
export { ServerReflectionService as ServerReflectionAlphaService } from './gen/grpc/reflection/v1alpha/reflection.js';
