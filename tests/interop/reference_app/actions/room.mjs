// room/*: each server-side socket call, driven from outside.
import { json, text } from './request.mjs';

const done = () => json({ err: null });
const ok = () => json({ ok: true });
const refused = (error) => json({ err: String(error) });
const roomOfUser = (id) => `sails_model_user_${id}:user`;

// The socket that an action is about: param socket, else the requesting one ('').
function membership(request, operation) {
  const socket = request.param('socket') ?? '';
  const room = request.param('room');
  if (room === undefined) return refused(new Error('Missing room.'));
  if (!socket && !request.socket) return refused(new Error('Only a socket can be in a room.'));
  request[operation](room, String(socket));
  return done();
}

export const id = ({ socket }) => json({ id: socket?.id ?? null });
export const join = (request) => membership(request, 'join');
export const leave = (request) => membership(request, 'leave');

export function leaveall(request) {
  request.leaveAll(String(request.param('room')));
  return done();
}

export function add(request) {
  request.moveMembers('add_members', request.param('source'), request.param('dest'));
  return done();
}

export function rem(request) {
  request.moveMembers('remove_members', request.param('source'), request.param('dest'));
  return done();
}

export function broadcast(request) {
  request.broadcast(request.param('room'), request.param('event') || 'msg', request.param('data'), !!request.param('omit'));
  return ok();
}

// Sails does not leave the requester out here, though it is asked to.
export function broadcast2(request) {
  request.broadcast(request.param('room'), 'message', { d: request.param('data') });
  return ok();
}

export function blast(request) {
  request.broadcast([], request.param('event') || 'blasted', request.param('data'), !!request.param('omit'));
  return ok();
}

export function blast2(request) {
  request.broadcast([], 'message', { d: request.param('data') });
  return ok();
}

export const rooms = ({ socket }) => json({ rooms: socket?.rooms ?? null });

function subscription(request, operation) {
  if (!request.socket) return text('Internal Server Error', 500);
  request[operation](roomOfUser(Number(request.param('id'))));
  return ok();
}

export const sub = (request) => subscription(request, 'join');
export const unsub = (request) => subscription(request, 'leave');

export function pub(request) {
  const room = roomOfUser(Number(request.param('id')));
  request.broadcast(room, 'user', { custom: request.param('data') }, !!request.param('omit'));
  return ok();
}

export const roomname = () => json({ room: roomOfUser(7) });
