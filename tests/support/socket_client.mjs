// socket.io-client against a gateway or a Node server, with what it has heard.
import { io } from 'socket.io-client';
import { eventually, within } from './eventually.mjs';

export class SocketClient {
  static async connect(url, options = {}) {
    const client = new SocketClient();
    client.socket = io(url, {
      transports: ['websocket'], forceNew: true, reconnection: false, extraHeaders: { origin: url },
      query: { __sails_io_sdk_version: '1.2.1', __sails_io_sdk_platform: 'node', __sails_io_sdk_language: 'javascript' },
      ...options,
    });
    client.socket.onAny((...event) => client.heard.push(event.filter((each) => typeof each !== 'function')));
    await within(`a connection to ${url}`, 10, new Promise((resolve, reject) => {
      client.socket.on('connect', resolve);
      client.socket.on('connect_error', reject);
    }));
    return client;
  }

  heard = [];

  get id() {
    return this.socket.id;
  }

  // Answers the event with an acknowledgement.
  answer(name, make) {
    this.socket.on(name, (...args) => args.at(-1)(make(...args)));
  }

  // The first event of that name; waits for it.
  event(name) {
    return eventually(`${name}, after ${JSON.stringify(this.heard)}`, 10, () => this.heard.find((each) => each[0] === name));
  }

  hasHeard(name) {
    return this.heard.some((each) => each[0] === name);
  }

  closed() {
    return eventually('the end of the connection', 10, () => !this.socket.connected);
  }

  close() {
    this.socket.disconnect();
  }
}
