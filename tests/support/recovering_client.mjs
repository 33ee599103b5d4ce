// An unmodified socket.io-client that writes down what it sees across reconnects.
import { io } from 'socket.io-client';
import { eventually } from './eventually.mjs';

export class RecoveringClient {
  static async connect(url, options = {}) {
    const client = new RecoveringClient(url, options);
    await client.connects(1);
    return client;
  }

  constructor(url, options) {
    this.connections = []; // {id, recovered}, one for each CONNECT
    this.events = []; // [name, ...args], offsets with them
    this.socket = io(url, {
      transports: ['websocket'], forceNew: true, reconnectionDelay: 50, reconnectionDelayMax: 500, timeout: 3000, ...options,
    });
    this.socket.on('connect', () => this.connections.push({ id: this.socket.id, recovered: this.socket.recovered }));
    this.socket.onAny((...event) => this.events.push(event));
  }

  get last() {
    return this.connections.at(-1);
  }

  async connects(count, seconds = 20) {
    await eventually(`connect number ${count}`, seconds, () => this.connections.length >= count && this.socket.connected);
    return this.connections[count - 1];
  }

  // The first arguments of the events of that name.
  seen(name) {
    return this.events.filter((event) => event[0] === name).map((event) => event[1]);
  }

  async sees(name, values, seconds = 20) {
    await eventually(`${name} ${JSON.stringify(values)}`, seconds, () => this.seen(name).length >= values.length);
    return this.seen(name);
  }

  // Cut as by a network that says so.
  cut() {
    this.socket.io.engine.transport.ws._socket.destroy();
  }

  close() {
    this.socket.close();
  }
}
