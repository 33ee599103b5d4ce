// python3-socketio, as Debian has it: connects, asks with an acknowledgement, hears a broadcast, answers one.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { eventually } from '../support/eventually.mjs';
import { json, parsed, PubSubClient } from '../support/pubsub_client.mjs';
import { CHECKOUT, Suite, temporaryFolder } from '../support/suite.mjs';

let app;
let suite;
let program;
before(async () => {
  app = temporaryFolder();
  cpSync(path.join(CHECKOUT, 'app'), app, { recursive: true });
  const file = path.join(app, 'config.yaml');
  // The client names no origin with its POSTs, so that it is for applications that do not ask for one.
  writeFileSync(file, readFileSync(file, 'utf8')
    .replace(/transports: .*/, 'transports: [polling, websocket]')
    .replace(/ {2}onlyAllowOrigins:\n( {4}- .*\n)+/, ''));
  suite = await Suite.start({ app });
  program = await PubSubClient.connect(suite);
});
after(async () => {
  program?.close();
  await suite?.stop();
  if (app) rmSync(app, { recursive: true, force: true });
});

for (const transports of [['websocket'], ['polling', 'websocket'], ['polling']]) {
  test(`a client in Python is served over ${transports.join(' and ')} as any other`, async (t) => {
    const args = [`${CHECKOUT}tests/interop/python_client.py`, suite.urls[0], ...transports];
    const child = spawn('/usr/bin/python3', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => child.kill());
    const lines = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
    const said = async (kind) => (await eventually(`${kind} from Python`, 20, () => lines.find((each) => each.kind === kind))).value;

    const id = await said('connected');
    const answer = await said('answer');
    assert.equal(answer.statusCode, 200);
    assert.ok(Array.isArray(answer.body));
    await program.publish({ broadcast: {
      rooms: [id], data_json: json(['news', { a: 1 }, { _placeholder: true, num: 0 }]), attachments: [Buffer.from([1, 2])],
    } });
    assert.deepEqual(await said('news'), [{ a: 1 }, [1, 2]]);
    const acks = await program.call('BroadcastWithAck', { broadcast: { rooms: [id], data_json: json(['question', 41]) } });
    assert.deepEqual([acks.clients, acks.acks.map((each) => parsed(each.answer_json))], [1, [42]]);
    const [socket] = (await program.call('FetchSockets', { selection: { rooms: [id] } })).sockets;
    assert.equal(socket.id, id);
    await program.emit([id], ['bye']);
    await said('ended');
  });
}
