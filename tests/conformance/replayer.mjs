// Sends recorded requests to a suite and brings the answers into the form of the recorded ones.
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { Symbols, modelsOf } from './symbols.mjs';

const COMPARED_HEADERS = [
  'content-type', 'x-powered-by', 'etag', 'vary', 'set-cookie', 'location', 'allow', 'cache-control', 'content-encoding',
  'access-control-allow-origin', 'access-control-allow-credentials', 'access-control-allow-methods', 'access-control-allow-headers',
];
const TEXT_LIMIT = 400;

export function readCases(file) {
  return readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
}

// One run over the cases of a file, in their order. Requests go to the gateways in turn.
export class Replayer {
  #urls;
  #turn = 0;
  #agent = new http.Agent({ keepAlive: true });
  #symbols = new Symbols();
  #jars = new Map();

  constructor(urls) {
    this.#urls = urls;
  }

  close() {
    this.#agent.destroy();
  }

  // The answer to one case: {status, json or text, headers (those that are compared)}. What the case says about its answer only names new records.
  async answer(recorded) {
    const { path, headers, body } = this.#request(recorded);
    const response = await this.#send(recorded.method, path, headers, body);
    if (recorded.jar && response.headers['set-cookie']) {
      this.#jars.set(recorded.jar, response.headers['set-cookie'].map((line) => line.split(';')[0]).join('; '));
    }
    const json = parsed(response);
    if (json?._csrf) this.#symbols.remember('csrf', json._csrf);
    const { model, nested } = modelsOf(path);
    // A record that was created when the case was recorded has a name there; ours gets the same.
    const [, name] = /^\{\{(\w+)\}\}$/.exec(recorded.json?.id) ?? [];
    if (name && model && typeof json?.id === 'number') this.#symbols.learn(name, model, json.id);

    const answer = { status: response.status, headers: comparedHeaders(response.headers) };
    if (json !== undefined) {
      const isNested = nested && (Array.isArray(json) || recorded.method === 'GET');
      answer.json = withSymbolicPath(this.#described(json, isNested ? nested : model, recorded.path), path, recorded.path);
    } else if (response.text && !/^image\//.test(response.headers['content-type'] ?? '')) {
      answer.text = response.text.slice(0, TEXT_LIMIT);
    }
    return answer;
  }

  #request(recorded) {
    const headers = {};
    for (const [name, value] of Object.entries(recorded.headers ?? {})) headers[name] = this.#symbols.fillText(value);
    if (recorded.jar && this.#jars.has(recorded.jar)) headers.cookie = this.#jars.get(recorded.jar);
    let body;
    if (recorded.raw !== undefined) {
      body = this.#symbols.fillText(recorded.raw);
    } else if (recorded.body !== undefined) {
      body = JSON.stringify(this.#symbols.fill(recorded.body));
      headers['content-type'] ??= 'application/json';
    }
    if (body !== undefined) headers['content-length'] = Buffer.byteLength(body);
    return { path: this.#symbols.fillText(recorded.path), headers, body };
  }

  // node:http and not fetch: the path must leave as it was recorded.
  #send(method, path, headers, body) {
    const { hostname, port } = new URL(this.#urls[this.#turn++ % this.#urls.length]);
    return new Promise((resolve, reject) => {
      const request = http.request({ hostname, port, method, path, headers, agent: this.#agent, timeout: 20000 }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({ status: response.statusCode, headers: response.headers, text: Buffer.concat(chunks).toString('utf8') });
        });
      });
      request.on('timeout', () => request.destroy(new Error(`no answer to ${method} ${path}`)));
      request.on('error', reject);
      request.end(body);
    });
  }

  #described(json, model, path) {
    const described = this.#symbols.describe(json, model);
    if (!Array.isArray(described) || /[?&]sort=/.test(path)) return described;
    const key = (each) => JSON.stringify(each?.id) ?? '';
    return [...described].sort((a, b) => (key(a) > key(b) ? 1 : -1)); // without sort the order is unspecified
  }
}

// The answer that a case has recorded.
export const recordedAnswer = ({ status, json, text, response_headers_subset: headers }) => ({ status, json, text, headers });

// The part of an answer that is compared, as text: the order of keys counts, that of headers does not.
export function comparable(recorded, { status, json, text, headers }) {
  const sorted = Object.fromEntries(Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify({ status, ...(recorded.only === 'status' ? {} : { json, text }), headers: sorted }, null, 1);
}

function parsed(response) {
  if (!response.text || !/json/.test(response.headers['content-type'] ?? '')) return undefined;
  try {
    return JSON.parse(response.text);
  } catch {
    return undefined; // compared as text
  }
}

function comparedHeaders(headers) {
  const compared = {};
  for (const name of COMPARED_HEADERS) if (headers[name] !== undefined) compared[name] = headers[name];
  if (compared.etag) compared.etag = '{{etag}}';
  compared['set-cookie'] &&= compared['set-cookie'].map((line) => (
    line.replace(/=s%3A[\w-]{32}\.[^;]+/, '={{sid}}').replace(/Expires=[^;]+/, 'Expires={{date}}')
  ));
  return compared;
}

// Error messages name the path that was asked for: put its symbols back.
function withSymbolicPath(json, path, symbolic) {
  const escaped = (text) => JSON.stringify(text.split('?')[0]).slice(1, -1);
  return JSON.parse(JSON.stringify(json).replaceAll(escaped(path), escaped(symbolic)));
}
