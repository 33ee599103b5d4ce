// The pubsub service's API for programs.
import path from 'node:path';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import { CHECKOUT } from './suite.mjs';

export class PubSub {
  constructor(address) {
    const options = { includeDirs: [CHECKOUT, path.join(CHECKOUT, 'protos')], keepCase: true, longs: String };
    const definition = protoLoader.loadSync('sail/pubsub/v1/pubsub.proto', options);
    const { PubSubService } = grpc.loadPackageDefinition(definition).sail.pubsub.v1;
    this.stub = new PubSubService(address, grpc.credentials.createInsecure());
  }

  call(method, message, seconds = 10) {
    return new Promise((resolve, reject) => {
      const deadline = Date.now() + seconds * 1000;
      this.stub[method](message, { deadline }, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  }

  publish(...operations) {
    return this.call('Publish', { operations });
  }

  // An event to rooms; to everybody without. options: Operation's and Broadcast's further fields.
  emit(rooms, event, args = [], { dedup_id, ...options } = {}) {
    const data_json = Buffer.from(JSON.stringify([event, ...args]));
    return this.publish({ dedup_id, broadcast: { rooms, data_json, ...options } });
  }

  join(id, rooms) {
    return this.publish({ add_members: { source_rooms: [id], target_rooms: rooms } });
  }

  close() {
    this.stub.close();
  }
}
