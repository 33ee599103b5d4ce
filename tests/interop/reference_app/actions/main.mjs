// The action service of the reference application. SAIL_GRPC_ADDRESS says where it listens.
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';
import * as policies from './policies.mjs';
import { Request, json, respond, text } from './request.mjs';
import * as room from './room.mjs';
import * as sess from './sess.mjs';

const hello = () => json({ hello: true });
const CONTROLLERS = { sess, room, guarded: { hello }, blocked: { hello }, policies };

const ACTIONS = new Map(
  Object.entries(CONTROLLERS).flatMap(([controller, actions]) => (
    Object.entries(actions).map(([name, action]) => [`${controller}/${name}`, action])
  )),
);

const isPolicy = (name) => name.startsWith('policies/');
const names = [...ACTIONS.keys()];
const description = {
  routes: names.filter((name) => !isPolicy(name)).map((action) => ({ path: `/${action}`, action })), // for every method
  actions: names.filter(isPolicy),
};
description.version = createHash('sha256').update(JSON.stringify(description)).digest('hex').slice(0, 16);

function describe(call, callback) {
  const { version } = description;
  callback(null, call.request.known_version === version ? { version } : description);
}

async function run(call, callback) {
  const action = ACTIONS.get(call.request.action);
  if (!action) return callback({ code: grpc.status.UNIMPLEMENTED, details: 'there is no such action' });
  const gone = new AbortController();
  call.on('cancelled', () => gone.abort());
  try {
    const request = new Request(call.request, gone.signal);
    try {
      return callback(null, respond(request, await action(request)));
    } catch (error) {
      if (gone.signal.aborted) return callback({ code: grpc.status.CANCELLED, details: 'nobody waits for the answer' });
      console.error(call.request.action, error);
      return callback(null, respond(request, text('Internal Server Error', 500))); // what it did to the session lasts
    }
  } catch {
    return callback({ code: grpc.status.INVALID_ARGUMENT, details: 'the query or the body is not JSON' });
  }
}

const protos = fileURLToPath(new URL('../../../../protos', import.meta.url));
const loaded = protoLoader.loadSync('sail/action/v1/action.proto', {
  includeDirs: [protos], keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true,
});
const { ActionService } = grpc.loadPackageDefinition(loaded).sail.action.v1;

const server = new grpc.Server({ 'grpc.max_receive_message_length': 16 << 20 });
server.addService(ActionService.service, { Run: run, Describe: describe });
const address = process.env.SAIL_GRPC_ADDRESS ?? '127.0.0.1:7000';
server.bindAsync(address, grpc.ServerCredentials.createInsecure(), (error) => {
  if (error) {
    console.error(`cannot listen on ${address}: ${error.message}`);
    process.exit(1);
  }
});

// Lets the calls under way end.
function end() {
  setTimeout(() => server.forceShutdown(), 5000).unref();
  server.tryShutdown(() => process.exit(0));
}
process.on('SIGTERM', end);
process.on('SIGINT', end);
