// Where the answers differ on purpose. Each difference is matched as narrowly as the answers and what Sails logged allow:
// whatever is not matched is a failure. The table in README.md of the root names what a user would notice.
import { orderless } from './comparison.mjs';

const isRead = ({ method, kind }) => (method === 'GET' || method === 'HEAD') && !/shortcut (?!find)/.test(kind);
const fell = (theirs, pattern) => theirs.status === 500 && pattern.test(theirs.log);
const upTo = (text, mark) => text.slice(0, text.indexOf(mark) + mark.length);
const REFUSED = new RegExp([
  'column "\\d" does not exist', 'column reference "\\w+" is ambiguous', 'operator does not exist: json ',
  'operator does not exist: timestamp with time zone ~~ ', 'could not identify an ordering operator for type json', 'LIKE pattern must not end with escape character',
].join('|'));
const LONE_SURROGATE = /\\ud[89a-f]|[\ud800-\udfff]/iu;

export const DIFFERENCES = [
  {
    name: 'row order',
    why: 'Sails gives children, and rows that sort as equals, in any order; here it is by primary key',
    matches: ({ request, ours, theirs, differing }) => (
      ['body', 'body,content-length'].includes(differing.join()) && ours.status === 200 && orderless(ours.body, request) === orderless(theirs.body, request)
    ) || ( // nobody sees the rows
      /[?&]sort=/.test(request.path) && ours.status === theirs.status && (ours.status === 304 || (request.method === 'HEAD' && ours.status === 200))
      && differing.every((name) => ['etag', 'content-length'].includes(name))
    ),
  },
  {
    name: 'no such number',
    why: 'Postgres refuses to compare an integer column with 1.5 or 1e308, and Sails answers 500; no record has such a number',
    matches: ({ request, ours, theirs }) => (
      fell(theirs, /invalid input syntax for type (integer|bigint): "[-+\d.e]+"|is out of range for type (integer|bigint)/)
      && (isRead(request) ? [200, 304, 404] : [200, 400, 404]).includes(ours.status)
    ),
  },
  {
    name: 'statements that Postgres refuses',
    why: `Sails answers 500 where it makes an SQL statement that Postgres refuses: of a branch of "or" that is empty, of a column that a
      populated table has, too, of json columns that are compared or sorted, of a pattern that ends in a backslash`,
    matches: ({ request, ours, theirs }) => isRead(request) && [200, 304].includes(ours.status) && fell(theirs, REFUSED),
  },
  {
    name: 'names of Object.prototype',
    why: 'Sails takes `constructor` or `toString` for an attribute and fails; here it is an unknown attribute like any other',
    matches: ({ request, ours, theirs }) => (
      (ours.status === 400 && ours.body !== theirs.body && ours.body === theirs.body.replaceAll('(a unknown: {', '(a dictionary: {'))
      || (/^--.*name="(hasOwnProperty|toString)/s.test(String(request.body)) && theirs.status === 200)
      || (request.isVirtual && /"(toString|constructor)":/.test(JSON.stringify(request.data) ?? '')) // dropped, there
      || fell(theirs, /corresponds with a CORRUPTED attribute definition: \[Function: /)
        && (isRead(request) ? ours.status === 400 && /is not a recognized attribute/.test(ours.body) : [200, 304, 400, 404].includes(ours.status))
    ),
  },
  {
    name: 'replace on a missing parent',
    why: 'Sails moves the children and answers 500, or, where there is a join table, never answers; here nothing is changed',
    matches: ({ ours, theirs }) => (
      (theirs.failed === 'no answer' && /trying to signal that it has finished AGAIN/.test(theirs.log) && [400, 404].includes(ours.status))
      || (fell(theirs, /^$|Server Error"\) response: \s*$/) && ours.status === 404)
    ),
  },
  {
    name: 'the name __proto__',
    why: 'Sails drops a filter by the name `__proto__`, or fails; here it is an unknown attribute like any other',
    matches: ({ request, ours, theirs }) => (
      /__proto__/.test(request.path) && [200, 400, 500].includes(theirs.status)
      && ours.status === 400 && /`__proto__`\)? (which )?is not a recognized attribute|by `__proto__`/.test(ours.body)
    ),
  },
  {
    name: 'not null beside others',
    why: 'of several modifiers of one attribute beside other attributes Sails makes `!= NULL`, which no record fulfils',
    matches: ({ request, ours, theirs }) => (
      isRead(request) && ours.status === 200 && theirs.status === 200
      && /"(!=|not|!|!==)":null/.test((JSON.stringify(request.data) ?? '') + request.path.replace(/%(22|3A|21|3D)/g, decodeURIComponent))
    ),
  },
  {
    name: 'omitted foreign keys',
    why: 'Sails loses the children of a populate that omits the attribute which leads to their parent',
    matches: ({ request, ours, theirs }) => (
      /populate/.test(request.kind) && /[?&]omit=[^&]*owner/.test(request.path) && theirs.body === '[]' && ours.status === 200
    ),
  },
  {
    name: 'lone surrogates',
    why: 'text is UTF-8 here, in which half of a surrogate pair cannot be said: it is read as U+FFFD',
    matches: ({ request, ours, theirs }) => (
      (LONE_SURROGATE.test(String(request.body)) || LONE_SURROGATE.test(request.path.replaceAll('%5C', '\\'))
        || LONE_SURROGATE.test(theirs.body)) && ours.status === theirs.status && /�|{{ciphertext}}/.test(ours.body)
    ),
  },
  {
    name: 'definitions of attributes',
    why: 'Sails shows all of the definition of an attribute that cannot be populated; here the type alone',
    matches: ({ ours, theirs }) => {
      const mark = 'Instead, its definition looks like this:';
      return ours.status === 400 && theirs.status === 400 && theirs.body.includes(mark) && upTo(ours.body, mark) === upTo(theirs.body, mark);
    },
  },
  {
    name: 'unsupported bodies',
    why: 'a coding or a charset that nobody can read is 415 here, as HTTP says, and 400 there',
    matches: ({ request, ours, theirs }) => (
      ours.status === 415 && ours.body === '' && ((theirs.status === 400 && theirs.body === '') || /utf-16/.test(request.headers['content-type']))
    ),
  },
  {
    name: 'half a content type',
    why: '"application/json;" is JSON here and there, but what is no JSON is refused here and left out there',
    matches: ({ request, ours }) => /;$/.test(request.headers['content-type']) && ours.status === 400 && ours.body === '',
  },
  {
    name: 'x-gzip',
    why: 'is another name of gzip (RFC 9110), which Sails does not know',
    matches: ({ request, ours, theirs }) => request.headers['content-encoding'] === 'x-gzip' && theirs.status === 400 && theirs.body === '' && ours.status !== 500,
  },
  {
    name: 'fragments',
    why: 'a request target has no fragment (RFC 9112): a server before this one may read the path otherwise, so it is refused',
    matches: ({ request, ours }) => request.path.includes('#') && ours.status === 400 && ours.body === '',
  },
  {
    name: 'the icon',
    why: 'the built-in icon is another picture',
    matches: ({ request, ours, differing }) => (
      /^\/favicon\.ico(\?|$)/.test(request.path) && differing.every((name) => ['body', 'etag', 'content-length'].includes(name)) && ours.status < 400
    ),
  },
  {
    name: 'conditions',
    why: 'If-Modified-Since is not looked at beside If-None-Match (RFC 9110)',
    matches: ({ request, ours, theirs }) => (
      request.headers['if-modified-since'] && (request.headers['if-none-match'] || request.isRepeated) && ours.status === 304 && theirs.status === 200
    ),
  },
  {
    name: 'negative zero',
    why: 'is zero here, also where a zero is refused',
    matches: ({ ours, theirs }) => ours.status === 400 && ours.body === theirs.body.replace('(-0)', '(0)'),
  },
  {
    name: 'names of a key that is taken',
    why: 'Sails does not find the name of a unique attribute in what Postgres says of an odd value, and names none',
    matches: ({ ours, theirs }) => ours.status === 400 && ours.body.replace(/"attrNames":\["\w+"\]/, '"attrNames":[]') === theirs.body,
  },
  {
    name: 'the socket server without an origin',
    why: 'Sails refuses a request without an allowed origin before it looks at its transport; here its transport is looked at first',
    matches: ({ request, ours, theirs }) => (
      /^\/socket\.io\//i.test(request.path) && ours.status === 400 && theirs.body === '{"code":3,"message":"Bad request"}' && /^{"code":[01],/.test(ours.body)
    ),
  },
  {
    name: 'infinities in lists',
    why: 'Sails shows 1e400 within a list as 0 where it complains of the list; here it is Infinity, as alone',
    matches: ({ request, ours, theirs }) => (
      /1e400/.test(request.path + request.body) && ours.status === 400 && ours.body.replace(/-?Infinity/g, '0') === theirs.body
    ),
  },
];

// What carries the body, taken out of both headers where it differs on purpose. Returns the names of such differences.
export function withoutFraming({ request, ours, theirs }) {
  const names = [];
  const drop = (...headers) => headers.forEach((header) => [ours, theirs].forEach((side) => delete side.headers[header]));
  // Answers are compressed with gzip or deflate here; a client that takes brotli alone gets them as they are.
  if (theirs.headers['content-encoding'] === 'br' && ['gzip', 'deflate', undefined].includes(ours.headers['content-encoding'])) {
    names.push('brotli');
    drop('content-encoding');
  }
  // Answers that are empty or compressed have a Content-Length here, and are sent in chunks there. Those to HEAD have one where
  // it is known, too.
  const isChunked = theirs.headers['transfer-encoding'] === 'chunked' && ours.headers['transfer-encoding'] === undefined;
  if ((isChunked && ours.headers['content-length']) || (request.method === 'HEAD' && theirs.headers['content-length'] === undefined)) {
    if (isChunked) names.push('framing');
    drop('content-length', 'transfer-encoding');
  }
  return names;
}

// The difference on purpose that this is, if any.
export const known = (request, ours, theirs, differing) => (
  DIFFERENCES.find((each) => each.matches({ request, ours, theirs, differing }))
);
