// A TCP balancer in front of gateways that can cut connections in the ways in which networks do.
import net from 'node:net';
import { once } from 'node:events';

export class Balancer {
  // targets: URLs. pick: which of them a connection goes to; by default any.
  static async start(targets, pick = (all) => all[Math.floor(Math.random() * all.length)]) {
    const balancer = new Balancer();
    balancer.targets = targets.map((url) => new URL(url));
    balancer.pick = pick;
    balancer.server = net.createServer((client) => balancer.#connect(client));
    balancer.server.listen(0, '127.0.0.1');
    await once(balancer.server, 'listening');
    balancer.url = `http://127.0.0.1:${balancer.server.address().port}`;
    return balancer;
  }

  pairs = new Set();

  #connect(client) {
    const target = this.pick(this.targets);
    const upstream = net.connect(Number(target.port), target.hostname);
    const pair = { client, upstream, target };
    this.pairs.add(pair);
    client.setNoDelay(true);
    upstream.setNoDelay(true);
    client.pipe(upstream);
    upstream.pipe(client);
    for (const [one, other] of [[client, upstream], [upstream, client]]) {
      one.on('error', () => {});
      one.on('close', () => {
        if (!pair.halfOpen) {
          other.destroy();
          this.pairs.delete(pair);
        }
      });
    }
  }

  // Both sides see the end.
  cut(pair) {
    pair.client.destroy();
  }

  // The client sees the end; the gateway sees nothing, and what it sends is swallowed.
  cutHalf(pair) {
    pair.halfOpen = true;
    pair.client.unpipe(pair.upstream);
    pair.upstream.unpipe(pair.client);
    pair.upstream.resume();
    pair.client.destroy();
  }

  close() {
    this.server.close();
    for (const { client, upstream } of this.pairs) {
      client.destroy();
      upstream.destroy();
    }
  }
}
