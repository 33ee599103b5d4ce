// Virtual requests of sails.io.js to one side, with answers in the form of HTTP's.
import { SailsClient } from '../support/sails_client.mjs';

export class VirtualSide {
  #giveUp;

  static async connect(url) {
    const side = new VirtualSide();
    side.client = await SailsClient.connect(url);
    return side;
  }

  // As Side.send of sides.mjs. The JSON text of the answer's body is the text.
  async send({ method, path, data }) {
    const stuck = new Promise((_, reject) => (this.#giveUp = reject));
    try {
      const { statusCode, body, headers } = await Promise.race([stuck, this.client.request(method.toLowerCase(), path, data)]);
      const text = JSON.stringify(body) ?? '';
      return { status: statusCode, headers: headers ?? {}, raw: Buffer.from(text), text };
    } catch (error) {
      return { failed: error.message };
    }
  }

  giveUp() {
    this.#giveUp?.(new Error('no answer'));
  }

  close() {
    this.client.close();
  }
}
