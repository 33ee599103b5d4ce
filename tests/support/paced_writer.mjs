// Sends requests at a fixed rate, however long each takes, and keeps a ledger of what was acknowledged.
import { setTimeout as pause } from 'node:timers/promises';
import { request } from './http.mjs';

const TURN_MS = 20;

export class PacedWriter {
  acknowledged = []; // {url, body, json}
  unknown = 0; // refused, or no answer: may have been done
  skipped = 0; // not sent in their turn: too many were under way
  sent = 0;
  #running = true;
  #inFlight = new Set();

  // next(): {method, url, body} of the next request.
  constructor({ perSecond, maxInFlight, next }) {
    Object.assign(this, { perSecond, maxInFlight, next, began: performance.now() });
    this.loop = this.#run();
  }

  async #run() {
    while (this.#running) {
      const due = Math.floor(((performance.now() - this.began) / 1000) * this.perSecond);
      while (this.sent + this.skipped < due) {
        if (this.#inFlight.size >= this.maxInFlight) {
          this.skipped = due - this.sent;
          break;
        }
        this.sent++;
        const writing = this.#write(this.next()).finally(() => this.#inFlight.delete(writing));
        this.#inFlight.add(writing);
      }
      await pause(TURN_MS);
    }
    await Promise.all(this.#inFlight);
  }

  async #write({ method, url, body }) {
    try {
      const { status, json } = await request(method, url, body);
      if (status === 200) this.acknowledged.push({ url, body, json });
      else this.unknown++;
    } catch {
      this.unknown++; // the ledger has what was acknowledged, nothing else
    }
  }

  async stop() {
    this.#running = false;
    await this.loop;
    this.seconds = (performance.now() - this.began) / 1000;
  }
}
