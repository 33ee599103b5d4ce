// A chat: an action service (sail.action.v1.ActionService) for the sockets of the namespaces /team-*.
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

const bytes = (value) => Buffer.from(JSON.stringify(value));
const value = (json) => (json.length ? JSON.parse(json) : undefined);
const emit = (event, ...args) => ({ emit: { event, args_json: bytes(args) } });

const ACTIONS = {
  // Lets in whoever has a name, remembers it with the socket, and tells the others.
  'chat/connect': ({ socket_event: { auth_json: auth }, socket }) => {
    const { name } = value(auth);
    if (!name) return { connect_refusal: { message: 'who are you?', data_json: bytes({ code: 'NO_NAME' }) } };
    return {
      socket_data: { set: { name: bytes(name) } },
      room_operations: [
        { emit: { event: 'welcome', args_json: bytes([socket.namespace, name]), to_requester: true } },
        { emit: { ...emit('joined', name).emit, except_rooms: [socket.id] } },
      ],
    };
  },
  'chat/message': ({ socket_event: { args_json: args }, socket }) => ({
    room_operations: [emit('message', value(socket.data_json).name, ...value(args))],
    ack: { args_json: bytes(['sent']) },
  }),
  'chat/whoami': ({ socket }) => ({ ack: { args_json: bytes([value(socket.data_json).name]) } }),
  'chat/disconnect': ({ socket_event: { reason }, socket }) => ({
    room_operations: [emit('left', value(socket.data_json).name, reason)],
  }),
};

function run({ request }, callback) {
  const action = ACTIONS[request.action];
  if (!action) return callback({ code: grpc.status.UNIMPLEMENTED, details: 'there is no such action' });
  return callback(null, action(request));
}

const protos = fileURLToPath(new URL('../../../protos', import.meta.url));
const loaded = protoLoader.loadSync('sail/action/v1/action.proto', { includeDirs: [protos], keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true });
const { ActionService } = grpc.loadPackageDefinition(loaded).sail.action.v1;

const server = new grpc.Server();
server.addService(ActionService.service, {
  Run: run,
  Describe: (call, callback) => callback(null, { version: '1' }), // no routes: sockets.yaml has them
});
server.bindAsync(process.env.SAIL_GRPC_ADDRESS ?? '127.0.0.1:7000', grpc.ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
});
process.on('SIGTERM', () => server.tryShutdown(() => process.exit(0)));
