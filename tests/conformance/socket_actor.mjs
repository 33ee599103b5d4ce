// One of the recorded socket clients: sends virtual requests as sails.io.js does, keeps every event that it gets.
import { createRequire } from 'node:module';
import { within } from '../support/eventually.mjs';

const require = createRequire(import.meta.url);
const ORIGIN = 'http://app.example';
const SDK = { __sails_io_sdk_version: '1.2.1', __sails_io_sdk_platform: 'node', __sails_io_sdk_language: 'javascript' };

export class SocketActor {
  events = [];

  // eio: 3 or 4, the version of Engine.IO to speak.
  static async connect(url, eio) {
    const actor = new SocketActor();
    const options = { transports: ['websocket'], forceNew: true, reconnection: false, query: SDK, extraHeaders: { origin: ORIGIN } };
    const socket = require(eio === 4 ? 'socket.io-client' : 'socket.io-client-2')(url, options);
    actor.socket = socket;
    const keep = (event) => actor.events.push(event);
    if (eio === 4) {
      socket.onAny((...event) => keep(event));
    } else {
      socket.onevent = (packet) => keep(packet.data);
    }
    await within(`a connection to ${url}`, 10, new Promise((resolve, reject) => {
      socket.on('connect', resolve);
      socket.on('connect_error', reject);
    }));
    socket.on('disconnect', () => keep(['$close']));
    return actor;
  }

  get id() {
    return this.socket.id;
  }

  // Resolves to {body, headers, statusCode}.
  request({ method, url, data = {}, headers = {} }) {
    const answer = new Promise((resolve) => this.socket.emit(method, { method, headers, data, url }, resolve));
    return within(`${method} ${url} over the socket`, 10, answer);
  }

  close() {
    this.socket.off('disconnect');
    this.socket.disconnect();
  }
}
