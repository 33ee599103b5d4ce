// A WebSocket by hand, for tests that look at what is on the wire: frames as they come, any bytes to send.
import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import http from 'node:http';

export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;

export function frame(opcode, payload, { fin = true, rsv = 0 } = {}) {
  const body = Buffer.from(payload);
  const mask = randomBytes(4);
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  let head;
  if (body.length < 126) head = Buffer.from([first, 0x80 | body.length]);
  else if (body.length <= 0xffff) head = Buffer.from([first, 0x80 | 126, body.length >> 8, body.length & 0xff]);
  else {
    head = Buffer.alloc(10);
    head[0] = first;
    head[1] = 0x80 | 127;
    head.writeBigUInt64BE(BigInt(body.length), 2);
  }
  for (let i = 0; i < body.length; i++) body[i] ^= mask[i % 4];
  return Buffer.concat([head, mask, body]);
}

// Emits 'frame' {fin, rsv, opcode, payload} and 'end'. `frames` keeps those that nobody has taken.
export class RawWebSocket extends EventEmitter {
  frames = [];
  ended = false;
  #bytes = Buffer.alloc(0);

  // Rejects with an error that has `status`, `headers` and `body` when the server refuses.
  static connect(url, headers = {}) {
    return new Promise((resolve, reject) => {
      const request = http.get(url, {
        agent: false,
        headers: {
          Connection: 'Upgrade',
          Upgrade: 'websocket',
          'Sec-WebSocket-Version': '13',
          'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
          ...headers,
        },
      });
      request.on('upgrade', (response, socket, head) => resolve(new RawWebSocket(response, socket, head)));
      request.on('response', async (response) => {
        let body = '';
        for await (const chunk of response.setEncoding('utf8')) body += chunk;
        reject(Object.assign(new Error(`refused: ${response.statusCode} ${body}`), { status: response.statusCode, headers: response.headers, body }));
      });
      request.on('error', reject);
    });
  }

  constructor(response, socket, head) {
    super();
    this.headers = response.headers;
    this.socket = socket;
    socket.on('data', (bytes) => this.#read(bytes));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.ended = true;
      this.emit('end');
    });
    if (head.length) this.#read(head);
  }

  #read(bytes) {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    for (;;) {
      const have = this.#bytes;
      if (have.length < 2) return;
      let length = have[1] & 0x7f;
      let at = 2;
      if (length === 126) {
        if (have.length < 4) return;
        length = have.readUInt16BE(2);
        at = 4;
      } else if (length === 127) {
        if (have.length < 10) return;
        length = Number(have.readBigUInt64BE(2));
        at = 10;
      }
      if (have.length < at + length) return;
      const one = { fin: have[0] >= 0x80, rsv: (have[0] >> 4) & 7, opcode: have[0] & 15, payload: Buffer.from(have.subarray(at, at + length)) };
      this.#bytes = have.subarray(at + length);
      this.frames.push(one);
      this.emit('frame', one);
    }
  }

  send(text) {
    this.socket.write(frame(TEXT, text));
  }

  sendBinary(bytes) {
    this.socket.write(frame(BINARY, bytes));
  }

  // The next frame; fails when the connection ends or nothing comes.
  async next(milliseconds = 3000) {
    const signal = AbortSignal.timeout(milliseconds);
    while (this.frames.length === 0) {
      if (this.ended) throw new Error('the connection has ended');
      await Promise.race([once(this, 'frame', { signal }), once(this, 'end', { signal })]);
    }
    return this.frames.shift();
  }

  async text() {
    const { opcode, payload } = await this.next();
    if (opcode !== TEXT) throw new Error(`a frame of type ${opcode}: ${payload}`);
    return payload.toString();
  }

  // Until the server has closed; gives the close frame's payload, if there was one.
  async closed(milliseconds = 3000) {
    if (!this.ended) await once(this, 'end', { signal: AbortSignal.timeout(milliseconds) });
    return this.frames.find((one) => one.opcode === CLOSE)?.payload;
  }

  close() {
    this.socket.destroy();
  }
}
