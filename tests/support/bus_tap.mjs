// Reads every message of a Redis, and whose it is.
import { createClient } from 'redis';

export class BusTap {
  static async start(url) {
    const tap = new BusTap();
    tap.client = await createClient({ url }).connect();
    await tap.client.pSubscribe('*', (payload, channel) => tap.messages.push({ channel: channel.toString(), payload }), true);
    return tap;
  }

  messages = [];

  // The messages on channels where a Sails process ends when it reads what is not JSON: requests, and answers for
  // everybody.
  sensitive() {
    return this.messages.filter(({ channel }) => /-request#.*#$/.test(channel) || /-response#[^#]*#$/.test(channel));
  }

  // Those of them that are not JSON.
  notJson() {
    return this.sensitive().filter(({ payload }) => {
      try {
        JSON.parse(payload.toString('utf8'));
        return false;
      } catch {
        return true;
      }
    });
  }

  stop() {
    return this.client.disconnect();
  }
}
