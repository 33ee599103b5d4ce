// Plain HTTP, as curl would do it (fetch would add headers of its own).
import http from 'node:http';

const TIMEOUT_MS = 20000;
const agent = new http.Agent({ keepAlive: true });

// Resolves to {status, headers, cookies, text, json}; json is undefined when the answer is none. `body` leaves as JSON.
export function request(method, url, body, headers = {}) {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const all = payload === undefined ? headers : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(payload), ...headers };
  return new Promise((resolve, reject) => {
    const sent = http.request(url, { method, headers: all, agent, timeout: TIMEOUT_MS }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const isJson = /json/.test(response.headers['content-type'] ?? '') && text !== '';
        resolve({
          status: response.statusCode, headers: response.headers, cookies: response.headers['set-cookie'] ?? [], text,
          json: isJson ? JSON.parse(text) : undefined,
        });
      });
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer to ${method} ${url}`)));
    sent.on('error', reject);
    sent.end(payload);
  });
}

// The cookies of one client: what was set is sent from then on.
export class Jar {
  #cookies = new Map();

  async request(method, url, body, headers = {}) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await request(method, url, body, cookie ? { ...headers, cookie } : headers);
    for (const line of answer.cookies) {
      const [name, ...value] = line.split(';')[0].split('=');
      this.#cookies.set(name, value.join('='));
    }
    return answer;
  }

  get(name) {
    return this.#cookies.get(name);
  }

  set(name, value) {
    this.#cookies.set(name, value);
  }
}
