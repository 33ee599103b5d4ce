// A balancer without memory: every TCP connection goes to a random one of the targets. On a thread of its own, so that a busy
// test does not keep connections waiting.
import { once } from 'node:events';
import net from 'node:net';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';

export class RandomBalancer {
  // targets: URLs. `url` is where the balancer is.
  static async start(targets) {
    const shared = new SharedArrayBuffer(4 * targets.length);
    const worker = new Worker(new URL(import.meta.url), { workerData: { targets, shared } });
    const [port] = await once(worker, 'message');
    return new RandomBalancer(worker, new Int32Array(shared), `http://127.0.0.1:${port}`);
  }

  constructor(worker, counts, url) {
    this.worker = worker;
    this.counts = counts; // connections so far, by target
    this.url = url;
  }

  // Cuts all connections.
  async stop() {
    await this.worker.terminate();
  }
}

function balance(targets, counts) {
  const server = net.createServer({ noDelay: true }, (client) => {
    const index = Math.floor(Math.random() * targets.length);
    Atomics.add(counts, index, 1);
    const { hostname, port } = new URL(targets[index]);
    const gateway = net.connect({ port: Number(port), host: hostname, noDelay: true });
    for (const [from, to] of [[client, gateway], [gateway, client]]) {
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
    }
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => parentPort.postMessage(server.address().port));
}

if (!isMainThread) balance(workerData.targets, new Int32Array(workerData.shared));
