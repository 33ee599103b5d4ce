// A request as the actions see it, and the answers they give.

const parse = (bytes, otherwise) => (bytes.length > 0 ? JSON.parse(bytes.toString()) : otherwise);
const encode = (value) => Buffer.from(JSON.stringify(value ?? null));

export class Request {
  // message: sail.action.v1.ActionRequest. signal: aborted when nobody waits for the answer any more.
  constructor(message, signal) {
    this.message = message;
    this.signal = signal;
    this.query = parse(message.query_json, {});
    this.body = parse(message.body_json, undefined);
    this.pathParams = Object.fromEntries(message.params.map(({ name, value }) => [name, value]));
    this.socket = message.socket; // {id, namespace, rooms}; null over HTTP
    this.session = message.session && new Session(message.session);
    this.roomOperations = [];
  }

  // Path, then body, then query; null counts as missing.
  param(name) {
    for (const source of [this.pathParams, this.body, this.query]) {
      if (source && Object.hasOwn(source, name) && source[name] != null) return source[name];
    }
    return undefined;
  }

  get allParams() {
    return { ...this.query, ...this.body, ...this.pathParams };
  }

  // By lower-case name; of several with one name the last.
  get headers() {
    return Object.fromEntries(this.message.headers.map(({ name, value }) => [name.toLowerCase(), value]));
  }

  // What of sails.sockets the actions ask for. Carried out in order, before the client has its answer.
  join(rooms, socketId = '') {
    this.roomOperations.push({ join: { socket_id: socketId, rooms: list(rooms) } });
  }

  leave(rooms, socketId = '') {
    this.roomOperations.push({ leave: { socket_id: socketId, rooms: list(rooms) } });
  }

  leaveAll(room) {
    this.roomOperations.push({ leave_all: { room } });
  }

  moveMembers(operation, from, to) {
    this.roomOperations.push({ [operation]: { source_rooms: list(from), target_rooms: list(to) } });
  }

  // rooms: none are all sockets. omit: whether the requesting socket is left out.
  broadcast(rooms, event, data, omit = false) {
    const except = omit && this.socket ? [this.socket.id] : [];
    this.roomOperations.push({ broadcast: { rooms: list(rooms), event, data_json: encode(data), except_rooms: except } });
  }
}

const list = (names) => [].concat(names).map(String);

// The session as it was when the request came; what is changed here is stored when the action has answered.
class Session {
  #set = new Map();
  #unset = new Set();
  #how = {};

  constructor({ data_json: data, cookie_json: cookie }) {
    this.data = parse(data, {});
    this.cookie = parse(cookie, null);
  }

  set(key, value) {
    if (value === undefined) return this.unset(key);
    this.data[key] = value;
    this.#set.set(key, encode(value));
    this.#unset.delete(key);
  }

  unset(key) {
    delete this.data[key];
    this.#set.delete(key);
    this.#unset.add(key);
  }

  destroy() {
    this.#how = { destroy: true };
  }

  // A new session in place of this one, without its keys.
  regenerate() {
    this.data = {};
    this.#set.clear();
    this.#unset.clear();
    this.#how = { regenerate: true };
  }

  get changes() {
    return { set: Object.fromEntries(this.#set), unset: [...this.#unset], ...this.#how };
  }
}

export const json = (value, status = 200, headers = []) => ({ status, headers, body_type: 'BODY_TYPE_JSON', body: encode(value) });

export const text = (value, status = 200, headers = []) => (
  { status, headers, body_type: 'BODY_TYPE_TEXT', body: Buffer.from(value) }
);

export const forbidden = () => text('Forbidden', 403);

// The gateway writes the body that the client expects.
export const redirect = (location) => ({ status: 302, headers: [header('Location', location)] });

// What a policy answers to let the request pass.
export const pass = () => ({ status: 200 });

export const header = (name, value) => ({ name, value });

// The answer as sail.action.v1.ActionResponse.
export const respond = (request, answer) => (
  { ...answer, session_changes: request.session?.changes, room_operations: request.roomOperations }
);
