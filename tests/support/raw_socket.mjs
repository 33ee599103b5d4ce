// A Socket.IO client (Engine.IO 4 over WebSocket) on a bare TCP socket, which can stop reading.
import crypto from 'node:crypto';
import net from 'node:net';

const TIMEOUT_MS = 20000;

function maskedText(text) {
  const payload = Buffer.from(text);
  if (payload.length > 125) throw new Error('longer than this client writes');
  const mask = crypto.randomBytes(4);
  for (let i = 0; i < payload.length; i++) payload[i] ^= mask[i % 4];
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), mask, payload]);
}

export class RawSocket {
  // Connected to the namespace "/" of the gateway.
  static connect(url) {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = net.connect({ host: hostname, port: Number(port) });
      const raw = new RawSocket(socket);
      const timer = setTimeout(() => socket.destroy(new Error(`no connection to ${url} in time`)), TIMEOUT_MS);
      let seen = '';
      socket.on('error', reject);
      socket.on('connect', () => {
        socket.write(`GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: ${hostname}:${port}\r\nOrigin: ${url}\r\nUpgrade: websocket\r\n` +
          `Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${crypto.randomBytes(16).toString('base64')}\r\n\r\n`);
      });
      let asked = false;
      socket.on('data', (chunk) => {
        if (raw.connected) return;
        seen += chunk.toString('latin1');
        if (!asked && seen.includes('0{"sid"')) {
          asked = true;
          socket.write(maskedText('40'));
        }
        if (!seen.includes('40{"sid"')) return;
        raw.connected = true;
        clearTimeout(timer);
        resolve(raw);
      });
      socket.on('close', () => (raw.closed = true));
    });
  }

  connected = false;
  closed = false;

  constructor(socket) {
    this.socket = socket;
  }

  stall() {
    this.socket.pause();
  }

  close() {
    this.socket.destroy();
  }
}
