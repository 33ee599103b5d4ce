// sess/*: what a request looks like, what can be done with a session, what answers look like.
import { setTimeout as sleep } from 'node:timers/promises';
import { forbidden, header, json, redirect, text } from './request.mjs';

const ok = () => json({ ok: true });
const serverError = () => text('Internal Server Error', 500);

export const show = ({ session }) => (
  json({ sid: !!session, session: session?.data ?? null, cookie: session?.cookie ?? null })
);

export function set(request) {
  request.session.set(String(request.param('k')), request.param('v'));
  return ok();
}

export function login(request) {
  const userId = Number(request.param('userId')) || 1;
  request.session.set('userId', userId);
  return json({ userId });
}

export function logout({ session }) {
  session.unset('userId');
  return ok();
}

export function destroy({ session }) {
  session.destroy();
  return json({ err: null });
}

export function regenerate({ session }) {
  session.regenerate();
  session.set('fresh', true);
  return json({ err: null });
}

export function count({ session }) {
  session.set('n', (session.data.n || 0) + 1);
  return json({ n: session.data.n });
}

export async function slow(request) {
  request.session.set('slow', true);
  const slept = Number(request.param('ms')) || 100;
  await sleep(slept, undefined, { signal: request.signal });
  return json({ slept });
}

export function echo(request) {
  const { method, path, url, remote_address: ip, forwarded_addresses: ips, base_url: baseUrl, protocol } = request.message;
  const { headers } = request;
  const base = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  const wantsJson = !!request.socket || headers['x-requested-with'] === 'XMLHttpRequest' || !/html/.test(headers.accept ?? '')
    || (/^application\/json/i.test(headers['content-type']) && 'content-length' in headers && !!headers.accept);
  return json({
    method,
    path,
    url,
    query: request.query,
    body: request.body === undefined ? '__undefined__' : request.body,
    params: request.allParams,
    isSocket: !!request.socket,
    ip,
    ips,
    protocol,
    secure: base?.protocol === 'https:',
    port: base && Number(base.port || (base.protocol === 'https:' ? 443 : 80)),
    baseUrl,
    headers,
    wantsJSON: wantsJson,
    session: !!request.session,
  });
}

export function boom() {
  throw new Error('kaboom');
}

export const str = ({ socket }) => text('plain', 200, socket ? [] : [header('Content-Type', 'text/html')]);
export const strjson = () => json('jsonstr');
export const nullbody = () => json(null);
export const num = () => json(42);
export const okempty = () => text('OK');
export const bad = () => json({ why: 'x' }, 400);
export const badempty = () => text('Bad Request', 400);
export const forb = forbidden;
export const nf = () => text('Not Found', 404);
export const se = serverError;
export const sedata = serverError;
export const hdr = () => json({ a: 1 }, 201, [header('X-Custom', 'yes'), header('Set-Cookie', 'foo=bar')]);
export const redir = () => redirect('/user/1');

// Sails has no res.cookie over sockets.
export const cookie = ({ socket }) => (
  socket ? serverError() : json({ ok: 1 }, 200, [header('Set-Cookie', 'c1=v1; Path=/')])
);
