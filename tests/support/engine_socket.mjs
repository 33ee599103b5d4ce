// Engine.IO 4 over a bare WebSocket: packets as they are, so that a test sees and sends what no client library would.
import { createRequire } from 'node:module';
import { within } from './eventually.mjs';

// The WebSocket that the Socket.IO client brings along.
const require = createRequire(createRequire(import.meta.url).resolve('engine.io-client'));
const { WebSocket } = require('ws');

const PATIENCE = 10;

export class EngineSocket {
  #frames = [];
  #waiting = [];

  // Open, its open packet read. Answers pings by itself unless `silent`.
  static async open(url, { silent = false, query = 'EIO=4', headers = {} } = {}) {
    const address = `${url.replace('http', 'ws')}/socket.io/?${query}&transport=websocket`;
    const socket = new EngineSocket(new WebSocket(address, { headers }), silent);
    socket.handshake = JSON.parse((await socket.next()).slice(1));
    return socket;
  }

  // In the namespace, too; what came with it is not read yet.
  static async connected(url, nsp = '', options = {}) {
    const socket = await EngineSocket.open(url, options);
    socket.send(`40${nsp && `${nsp},`}`);
    return socket;
  }

  constructor(ws, silent) {
    this.ws = ws;
    this.closed = new Promise((resolve) => ws.on('close', (code) => resolve(code)));
    ws.on('error', (error) => this.#give(Promise.reject(error)));
    ws.on('message', (data, binary) => {
      if (binary) return this.#give(data);
      const text = data.toString();
      if (text === '2' && !silent) return ws.send('3');
      if (text !== '2') this.#give(text);
      return undefined;
    });
  }

  // The next packet that is no ping: text, or a Buffer.
  next() {
    const frame = this.#frames.shift();
    const promise = frame === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(frame);
    return within('a packet', PATIENCE, promise);
  }

  // Everything that is here already, after a round trip that `probe` (a packet with its answer) makes.
  async rest(probe, answer) {
    this.send(probe);
    const seen = [];
    for (;;) {
      const frame = await this.next();
      if (frame === answer) return seen;
      seen.push(frame);
    }
  }

  send(data) {
    this.ws.send(data);
  }

  // Resolves to the WebSocket's close code.
  end() {
    return within('the end of the connection', PATIENCE, this.closed);
  }

  close() {
    this.ws.terminate();
  }

  #give(frame) {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(frame);
    else this.#frames.push(frame);
  }
}
