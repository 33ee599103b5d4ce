// One HTTP client for each side; a request goes to both.
import http from 'node:http';
import zlib from 'node:zlib';

const DECODERS = { gzip: zlib.gunzipSync, deflate: zlib.inflateSync, br: zlib.brotliDecompressSync };

export class Side {
  #sent;
  #agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

  constructor(url, timeoutMs = 20000) {
    this.url = url;
    this.timeoutMs = timeoutMs;
    ({ hostname: this.hostname, port: this.port } = new URL(url));
  }

  // Resolves to {status, headers, raw (bytes), text}, or {failed} when there was no answer.
  send({ method, path, headers, body }) {
    const payload = body === undefined ? undefined : Buffer.from(body);
    const all = { ...headers, ...(payload && headers['content-length'] === undefined && { 'content-length': payload.length }) };
    return new Promise((resolve) => {
      const sent = http.request({ hostname: this.hostname, port: this.port, method, path, headers: all, agent: this.#agent, timeout: this.timeoutMs }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', (error) => resolve({ failed: `${error.message} within the body` }));
        response.on('end', () => resolve(answerOf(response, Buffer.concat(chunks))));
      });
      this.#sent = sent;
      sent.on('timeout', () => sent.destroy(new Error('no answer')));
      sent.on('error', (error) => resolve({ failed: error.message }));
      sent.end(payload);
    });
  }

  // The request on its way fails with "no answer".
  giveUp() {
    this.#sent?.destroy(new Error('no answer'));
  }

  close() {
    this.#agent.destroy();
  }
}

function answerOf({ statusCode, headers }, raw) {
  const decode = DECODERS[headers['content-encoding']];
  const bytes = decode && raw.length > 0 ? decode(raw) : raw;
  return { status: statusCode, headers, raw: bytes, text: bytes.toString('utf8') };
}

// For a terminal.
export function curl({ method, path, headers, body }, url) {
  const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const parts = ['curl', '-sig', method === 'HEAD' ? '--head' : `-X ${method}`, quoted(url + path)];
  for (const [name, value] of Object.entries(headers)) for (const each of [].concat(value)) parts.push('-H', quoted(`${name}: ${each}`));
  if (body !== undefined) {
    if (Buffer.isBuffer(body)) parts.push(`--data-binary @<(base64 -d <<<${body.toString('base64')})`);
    else parts.push('--data-raw', quoted(body));
  }
  return parts.join(' ');
}
