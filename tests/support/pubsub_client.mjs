// The pubsub service's API for programs, over gRPC.
import grpc from '@grpc/grpc-js';
import { eventually } from './eventually.mjs';
import { pubsubClient } from './grpc.mjs';

export const STATUS = grpc.status;
export const json = (value) => Buffer.from(JSON.stringify(value));
export const parsed = (bytes) => JSON.parse(bytes.toString('utf8'));

export class PubSubClient {
  // Of the suite's pubsub replica with that index.
  static async connect(suite, index = 0) {
    const { grpc: address } = (await suite.processes('pubsub')).find((each) => each.index === index);
    return new PubSubClient(pubsubClient(address));
  }

  constructor(service) {
    this.service = service;
  }

  call(method, message) {
    return this.service.call(method, message);
  }

  publish(...operations) {
    return this.call('Publish', { operations });
  }

  emit(rooms, event, { except = [], namespace = '/' } = {}) {
    return this.publish({ namespace, broadcast: { rooms, except_rooms: except, data_json: json(event) } });
  }

  // Keeps the server events of a namespace from now on; resolves once they are watched.
  async watch(namespace = '/') {
    const events = [];
    const stream = this.service.client.WatchServerEvents({ namespace });
    let error;
    stream.on('data', (event) => events.push(event));
    stream.on('error', (why) => (error = why));
    await eventually('the stream of server events', 10, () => {
      if (error) throw error;
      return events.shift();
    });
    return { events, close: () => stream.cancel() };
  }

  close() {
    this.service.close();
  }
}
