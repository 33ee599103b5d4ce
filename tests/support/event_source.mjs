// A client of server-sent events over plain HTTP that keeps what it got.
import http from 'node:http';
import { eventually } from './eventually.mjs';

export class EventSource {
  // Resolves once the head of the answer is there: {status, headers} are its own.
  static open(url, headers = {}) {
    return new Promise((resolve, reject) => {
      const sent = http.request(url, { agent: false, headers: { Accept: 'text/event-stream', ...headers } }, (response) => {
        resolve(new EventSource(sent, response));
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  constructor(sent, response) {
    this.status = response.statusCode;
    this.headers = response.headers;
    this.events = []; // {id, event, data}, data parsed
    this.ended = false;
    this.sent = sent;
    let text = '';
    response.setEncoding('utf8').on('data', (chunk) => {
      const parts = (text += chunk).split('\n\n');
      text = parts.pop();
      for (const part of parts) this.#take(part);
    });
    response.on('close', () => (this.ended = true));
    response.on('error', () => {}); // a cut connection; `ended` says so
  }

  #take(part) {
    const event = { data: [] };
    for (const line of part.split('\n')) {
      const [, field, value] = /^([a-z]*): ?(.*)$/.exec(line) ?? [];
      if (field === 'data') event.data.push(value);
      else if (field) event[field] = value;
    }
    if (event.data.length) this.events.push({ ...event, data: JSON.parse(event.data.join('\n')) });
  }

  event(what, matches) {
    return eventually(what, 5, () => this.events.find(matches));
  }

  close() {
    this.sent.destroy();
  }
}
