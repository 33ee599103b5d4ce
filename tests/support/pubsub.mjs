// One replica's API for programs, by its address: it stays usable while the replica is killed and comes back.
import { pubsubClient } from './grpc.mjs';

export class PubSub {
  constructor(address, { seconds = 10 } = {}) {
    this.service = pubsubClient(address, { seconds });
  }

  call(method, message) {
    return this.service.call(method, message);
  }

  publish(...operations) {
    return this.call('Publish', { operations });
  }

  // An event to rooms; to everybody without. options: Broadcast's further fields.
  emit(rooms, event, args = [], { dedup_id, ...options } = {}) {
    const data_json = Buffer.from(JSON.stringify([event, ...args]));
    return this.publish({ dedup_id, broadcast: { rooms, data_json, ...options } });
  }

  join(id, rooms) {
    return this.publish({ add_members: { source_rooms: [id], target_rooms: rooms } });
  }

  close() {
    this.service.close();
  }
}
