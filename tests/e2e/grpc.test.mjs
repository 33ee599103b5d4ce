// The typed API for programs, with the gRPC library of Node and the .proto files as they are.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import { within } from '../support/eventually.mjs';
import { request } from '../support/http.mjs';
import { SailsClient } from '../support/sails_client.mjs';
import { CHECKOUT, Suite } from '../support/suite.mjs';

const PROTOS = path.join(CHECKOUT, 'protos');

let suite;
let records;
before(async () => {
  suite = await Suite.start();
  const [logic] = await suite.processes('logic');
  const definition = protoLoader.loadSync('sail/logic/v1/logic.proto', { includeDirs: [PROTOS], keepCase: true });
  const { RecordService } = grpc.loadPackageDefinition(definition).sail.logic.v1;
  records = new RecordService(logic.grpc, grpc.credentials.createInsecure());
});
after(async () => {
  records?.close();
  await suite?.stop();
});

const call = (method, message) => promisify(records[method]).call(records, message, { deadline: Date.now() + 10000 });
const json = (bytes) => JSON.parse(bytes.toString('utf8'));

test('a record made over HTTP is read over gRPC', async () => {
  const { json: user } = await request('POST', `${suite.urls[0]}/user`, { name: 'Ann', email: 'ann@example.com' });
  const answer = await call('FindOne', { model: 'user', id: String(user.id), populate: { all: true } });
  assert.deepEqual(json(answer.record_json), user);
});

test('a record made over gRPC reaches a socket and is read over HTTP', async () => {
  const client = await SailsClient.connect(suite.urls[0]);
  client.watch('user');
  await client.request('get', '/user');
  const values = Buffer.from(JSON.stringify({ name: 'Bob', email: 'bob@example.com' }));
  const user = json((await call('Create', { model: 'user', values_json: values })).record_json);
  await client.event('created', (each) => each.verb === 'created' && each.id === user.id);
  client.close();
  assert.deepEqual((await request('GET', `${suite.urls[0]}/user/${user.id}`)).json, user);
  const criteria = Buffer.from(JSON.stringify({ where: { name: 'Bob' } }));
  assert.equal(json((await call('Find', { model: 'user', criteria_json: criteria })).records_json).length, 1);
});

test('what HTTP answers with 404 and 400 are NOT_FOUND and INVALID_ARGUMENT', async () => {
  await assert.rejects(call('FindOne', { model: 'user', id: '999999' }), { code: grpc.status.NOT_FOUND });
  const values = Buffer.from(JSON.stringify({ age: 3 }));
  await assert.rejects(call('Create', { model: 'user', values_json: values }), { code: grpc.status.INVALID_ARGUMENT });
});

test('every service answers the gRPC health service', async () => {
  const definition = protoLoader.fromJSON(HEALTH, { enums: String });
  const { Health } = grpc.loadPackageDefinition(definition).grpc.health.v1;
  const services = (await suite.status()).filter((each) => each.grpc);
  assert.deepEqual(services.map((each) => each.role).sort(), ['gateway', 'logic', 'pubsub', 'session']);
  for (const line of services) {
    const health = new Health(line.grpc, grpc.credentials.createInsecure());
    const check = promisify(health.Check).call(health, { service: '' }, { deadline: Date.now() + 5000 });
    const answer = await within(`health of ${line.role} ${line.index}`, 6, check);
    assert.equal(answer.status, 'SERVING', line.role);
    health.close();
  }
});

// grpc.health.v1, as the gRPC project publishes it.
const HEALTH = {
  nested: { grpc: { nested: { health: { nested: { v1: { nested: {
    HealthCheckRequest: { fields: { service: { type: 'string', id: 1 } } },
    HealthCheckResponse: {
      fields: { status: { type: 'ServingStatus', id: 1 } },
      nested: { ServingStatus: { values: { UNKNOWN: 0, SERVING: 1, NOT_SERVING: 2, SERVICE_UNKNOWN: 3 } } },
    },
    Health: { methods: { Check: { requestType: 'HealthCheckRequest', responseType: 'HealthCheckResponse' } } },
  } } } } } } },
};
