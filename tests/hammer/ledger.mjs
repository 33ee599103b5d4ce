// What one client has got of a numbered stream, checked as it comes.
export class Ledger {
  received = 0;
  lost = 0;
  doubled = 0;
  outOfOrder = 0;
  first = 0;
  last = 0;
  seen = new Set();

  take(n) {
    this.received++;
    if (this.seen.has(n)) {
      this.doubled++;
    } else if (this.last && n < this.last) {
      this.outOfOrder++;
    } else {
      if (!this.last) this.first = n;
      this.last = n;
    }
    this.seen.add(n);
  }

  // A client that was not recovered knows it, and begins anew.
  restart(end = this.last) {
    for (let n = this.first; this.first && n <= end; n++) if (!this.seen.has(n)) this.lost++;
    this.first = this.last = 0;
    this.seen.clear();
  }
}
