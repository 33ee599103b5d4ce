// Clients of the suite's gRPC services, from the .proto files as they are.
import path from 'node:path';
import { promisify } from 'node:util';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import { CHECKOUT } from './suite.mjs';

// serviceClient('sail/pubsub/v1/pubsub.proto', 'sail.pubsub.v1.PubSubService', '127.0.0.1:50052'): {call, close};
// call(method, message) resolves to the response.
export function serviceClient(file, name, address, { seconds = 10 } = {}) {
  const includeDirs = [CHECKOUT, path.join(CHECKOUT, 'protos')]; // .proto files import each other by their path in the checkout
  const definition = protoLoader.loadSync(file, { includeDirs, keepCase: true, longs: Number, defaults: true });
  const Service = name.split('.').reduce((scope, part) => scope[part], grpc.loadPackageDefinition(definition));
  const client = new Service(address, grpc.credentials.createInsecure());
  return {
    client,
    call: (method, message) => promisify(client[method]).call(client, message, { deadline: Date.now() + seconds * 1000 }),
    close: () => client.close(),
  };
}

export function pubsubClient(address, options) {
  return serviceClient('sail/pubsub/v1/pubsub.proto', 'sail.pubsub.v1.PubSubService', address, options);
}
