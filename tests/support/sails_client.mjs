// The official Sails client, sails.io.js, in Node.
import { createRequire } from 'node:module';
import { eventually, within } from './eventually.mjs';

const require = createRequire(import.meta.url);
const sails = require('sails.io.js')(require('socket.io-client-2')).sails; // 2.x is what sails.io.js is made for
Object.assign(sails, { autoConnect: false, environment: 'production' });

export class SailsClient {
  // Connects to a gateway; `headers` go with the handshake (a browser's would have the cookie).
  static async connect(url, headers = {}) {
    const client = new SailsClient();
    client.socket = sails.connect(url, { multiplex: false, initialConnectionHeaders: { origin: url, ...headers } });
    await within(`a connection to ${url}`, 10, new Promise((resolve) => client.socket.on('connect', resolve)));
    return client;
  }

  events = [];

  // A virtual request: resolves to {statusCode, body, headers}.
  request(method, url, data) {
    const answer = new Promise((resolve) => {
      this.socket.request({ method, url, data }, (body, jwr) => {
        resolve({ statusCode: jwr.statusCode, body: jwr.body, headers: jwr.headers });
      });
    });
    return within(`${method} ${url} over the socket`, 10, answer);
  }

  // Keeps the events of a model from now on.
  watch(model) {
    this.socket.on(model, (event) => this.events.push({ model, ...event }));
  }

  // The first kept event for which `matches` holds; waits for it.
  event(what, matches) {
    return eventually(`${what}, after ${JSON.stringify(this.events)}`, 10, () => this.events.find(matches));
  }

  close() {
    this.socket.disconnect();
  }
}
