// A balancer without memory: every TCP connection goes to a random one of the targets.
import net from 'node:net';

export class RandomBalancer {
  // targets: URLs. `url` is where the balancer is.
  static async start(targets) {
    const balancer = new RandomBalancer(targets.map((target) => new URL(target)));
    await new Promise((resolve, reject) => balancer.server.once('error', reject).listen(0, '127.0.0.1', resolve));
    balancer.url = `http://127.0.0.1:${balancer.server.address().port}`;
    return balancer;
  }

  constructor(targets) {
    this.targets = targets;
    this.counts = targets.map(() => 0);
    this.sockets = new Set();
    this.server = net.createServer((client) => this.#connect(client));
  }

  #connect(client) {
    const index = Math.floor(Math.random() * this.targets.length);
    this.counts[index]++;
    const { hostname, port } = this.targets[index];
    const server = net.connect(Number(port), hostname);
    for (const [from, to] of [[client, server], [server, client]]) {
      this.sockets.add(from);
      from.setNoDelay(true);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
    }
  }

  stop() {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
