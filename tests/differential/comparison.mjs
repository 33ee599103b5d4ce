// Answers in a form in which both sides must be equal: what differs from run to run has placeholders.
import { createHash } from 'node:crypto';

const NOT_COMPARED = ['date', 'connection', 'keep-alive'];
const TIMES = /"((?:created|updated)At)":1[5-9]\d{11}(?=[,}])/g;
const SESSION = /s%3A[\w-]{32}\.[\w%+/]{43,}/g; // as an action is shown it
const CIPHERTEXT = /"YWVzLTI1Ni1nY20[\w+/=$]+"/g;

export function comparable(answer) {
  if (answer.failed) return { failed: answer.failed, headers: {}, body: '' };
  const headers = {};
  for (const [name, value] of Object.entries(answer.headers)) {
    if (!NOT_COMPARED.includes(name)) headers[name] = value;
  }
  if (headers.etag === entityTag(answer.raw)) headers.etag = '{{of the body}}';
  else if (answer.raw.length === 0) headers.etag &&= headers.etag.replace(/-.*/, ''); // of a body that was not sent
  headers['set-cookie'] &&= headers['set-cookie'].map((line) => line.replace(/=s%3A[\w-]{32}\.[^;]+/, '={{sid}}'));
  const body = answer.text.replace(TIMES, '"$1":"{{ts}}"').replace(CIPHERTEXT, '"{{ciphertext}}"').replace(SESSION, '{{sid}}');
  return { status: answer.status, headers: Object.fromEntries(Object.entries(headers).sort()), body };
}

const entityTag = (bytes) => `W/"${bytes.length.toString(16)}-${createHash('sha1').update(bytes).digest('base64').slice(0, 27)}"`;

// What two comparable answers differ in: 'status', 'body', 'etag', …
export function differences(ours, theirs) {
  if (ours.failed || theirs.failed) return ours.failed && theirs.failed ? [] : ['failed'];
  const names = new Set([...Object.keys(ours.headers), ...Object.keys(theirs.headers)]);
  return [
    ...(ours.status === theirs.status ? [] : ['status']),
    ...(ours.body === theirs.body ? [] : ['body']),
    ...[...names].filter((name) => String(ours.headers[name]) !== String(theirs.headers[name])),
  ];
}

// A body of records without what no order is promised for: children, and rows that `sort` does not tell apart. Where `limit` or
// `skip` cuts through such rows, what is left is how many there are of each.
export function orderless(body, { path }) {
  let value;
  try {
    value = JSON.parse(body);
  } catch {
    return body;
  }
  const query = new URLSearchParams(path.split('?')[1]);
  const isCut = query.has('limit') || query.has('skip') || value.length === 30;
  const isChildren = path.split('?')[0].split('/').length === 4; // which come in the order of a join table
  if (!Array.isArray(value) || !isCut || !(query.has('sort') || isChildren)) return JSON.stringify(inOrder(value));
  if (!query.has('sort')) return String(value.length);
  const [key] = /\w+/.exec(query.get('sort')) ?? ['id'];
  return JSON.stringify(value.map((row) => row[key]));
}

function inOrder(value) {
  if (Array.isArray(value)) return value.map(inOrder).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, Array.isArray(each) && typeof each[0] === 'object' ? inOrder(each) : each]));
}
