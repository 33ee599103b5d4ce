// What surrounds a request: its method, the spelling of its path, its headers. And requests that are about nothing else.
import { Bodies } from './bodies.mjs';
import { bracketed, queryText } from './query.mjs';

const ACCEPTS = [
  '*/*', 'application/json', 'text/html', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/plain', 'application/json, text/html', 'image/png', '',
  'application/xml', 'text/html;q=0', 'html', 'application/json;q=0.5,text/html;q=0.9', 'nonsense',
];
const ENCODINGS = ['gzip', 'gzip, deflate', 'deflate', 'br', 'gzip, deflate, br', 'identity', '*', 'gzip;q=0', 'gzip;q=0, deflate', '', 'br;q=0.5, gzip', 'identity;q=0', 'x-gzip', 'GZIP', '*;q=0'];
const COOKIES = [
  'sails.sid=nonsense', 'sails.sid=s%3Aabc.def', 'sails.sid=', 'a=b', 'a=b; sails.sid=s%3A', '=;=', 'sails.sid', 'sails.sid=s:unknownunknownunknownunknown12.bad', '%', 'sails.sid=%E0%A4%A',
  'sails.sid="s%3Ax.y"', 'SAILS.SID=s%3Ax.y', 'j=j%3A%7B%22a%22%3A1%7D', ';;;', 'sails.sid=s%3AtooShort.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
];
const HEADERS = [
  ['x-http-method-override', 'DELETE'], ['x-requested-with', 'XMLHttpRequest'], ['range', 'bytes=0-10'], ['if-none-match', '*'], ['if-none-match', 'W/"2-nonsense"'], ['if-none-match', '"x"'],
  ['if-modified-since', 'Wed, 21 Oct 2015 07:28:00 GMT'], ['cache-control', 'no-cache'], ['origin', 'http://elsewhere.example'], ['x-forwarded-for', '1.2.3.4'], ['x-forwarded-proto', 'https'],
  ['x-forwarded-host', 'other.example'], ['referer', 'http://x/'], ['user-agent', 'test'], ['accept-language', 'de'], ['content-type', 'application/json'], ['access-control-request-method', 'PUT'],
  ['expect', 'nonsense'], ['te', 'trailers'], ['x-csrf-token', 'x'], ['authorization', 'Basic x'], ['x-empty', ''], ['nosession', 'true'], ['upgrade-insecure-requests', '1'],
];
const PATHS = [
  '/', '//', '/nope', '/favicon.ico', '/robots.txt', '/index.html', '/csrfToken', '/csrftoken', '/redir', '/redir/', '/redir?a=b', '/__getcookie', '/__getcookie?x=1', '/users', '/user/find/1/2',
  '/user/1/2/3', '/user.json', '/user/1.json', '/thing/x.png', '/doc/d1.txt', '/a/b.c/d', '/user/..', '/user/../pet', '/%75ser', '/us%65r/1', '/user%2F1', '/user/1%2Fpets', '/user/%', '/%', '/%00',
  '/user/1/pets/find', '/archive', '/archive/find', '/sess', '/sess/', '/sess/nope', '/sess/echo/', '/security/grant-csrf-token', '/user/count', '/user/1/owner', '/user/1/', '/User/', '/USER/FIND', '/user/Find',
  '/user/create', '/user/destroy', '/user/update', '/pet/1/tags/add', '/pet/1/tags/replace', '/;', '/user;a=b', '/user/1;x', "/user/'1'", '/user/1?', '/user?', '/user#x', '/user/1/pets?where={}', '/.', '/..',
  '/.well-known/x', '/*', '/user/*', '/user/:id', '/socket.io', '/user/undefined/pets', '/\u00fcser'.replace('\u00fc', '%C3%BC'), '/user/1/PETS', '/user/add', '/dist/x.js', '/user/1,2', '/user/[1]', '/user/1|2'.replace('|', '%7C'),
];

export class Envelope {
  constructor(random, values) {
    this.random = random;
    this.values = values;
    this.bodies = new Bodies(random, values);
  }

  // Adds to a request that was made for an action.
  around(request) {
    const { random } = this;
    const headers = { ...request.headers };
    let { method, path, body } = request;
    if (random.chance(0.08)) path = this.#respelled(path);
    if (random.chance(0.03)) {
      method = random.pick(['HEAD', 'HEAD', 'HEAD', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE', ...(request.kind === 'echo' ? [] : ['PROPFIND', 'LINK'])]);
      if (method === 'HEAD') body = undefined;
    }
    if (random.chance(0.12)) headers.accept = random.pick(ACCEPTS);
    if (random.chance(0.1)) headers['accept-encoding'] = random.pick(ENCODINGS);
    if (random.chance(0.02)) headers.cookie = random.pick(COOKIES);
    for (let n = random.weighted([[20, 0], [2, 1], [1, 2]]); n > 0; n--) {
      const [name, value] = random.pick(HEADERS);
      headers[name] ??= value;
    }
    return { ...request, method, path, body, headers, isRepeated: method === 'GET' && random.chance(0.04) };
  }

  #respelled(path) {
    const { random } = this;
    const [before, ...query] = path.split('?');
    const after = query.length > 0 ? `?${query.join('?')}` : '';
    const changed = random.weighted([
      [4, () => `${before}/`],
      [3, () => before.toUpperCase()],
      [3, () => before.replace(/[a-z]/, (letter) => letter.toUpperCase())],
      [2, () => `/${before}`],
      [2, () => before.replace(/(.)\//, '$1//')],
      [2, () => `${before}.json`],
      [1, () => before.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`)],
      [1, () => `${before}%20`],
      [1, () => `/.${before}`],
      [1, () => `/x/..${before}`],
      [1, () => `${before}//`],
      [1, () => `${before};v=1`],
    ])();
    return changed + after;
  }

  // A request that is about its path.
  path() {
    const { random } = this;
    const path = random.pick(PATHS);
    const method = random.weighted([[8, 'GET'], [2, 'HEAD'], [2, 'OPTIONS'], [2, 'POST'], [1, 'PUT'], [1, 'DELETE'], [1, 'PATCH']]);
    const { body, headers } = ['POST', 'PUT', 'PATCH'].includes(method) && random.chance(0.7) ? this.bodies.of({ name: 'Ann' }) : { headers: {} };
    return { kind: 'path', method, path, body, headers: { host: 'sails.example', cookie: 'a=b', ...headers } };
  }

  // A request that an action shows as it got it.
  echo() {
    const { random, values } = this;
    const value = () => random.weighted([[3, () => values.any()], [2, () => ({ a: values.any(), b: [values.any(), values.any()] })], [1, () => [[values.any()], { c: values.any() }]]])();
    const given = () => Object.fromEntries(Array.from({ length: random.int(4) }, () => [random.pick(['a', 'b', 'where', 'id', 'x y', '0', 'hasOwnProperty', 'é', 'a.b', 'toString', '%', '[', ']', 'a]b']), value()]));
    const query = queryText(random, Object.entries(given()).flatMap(([name, each]) => bracketed(random, name, each)));
    const odd = random.chance(0.3) ? `${query ? '&' : '?'}${random.pick(['a[b', 'a]=1', 'a[]', '[a]=1', 'a[0][b]=1&a[1]=2', 'a[b]=1&a=2', 'a=2&a[b]=1', 'a[100]=x', 'a[20]=x', 'a[21]=x', 'a[-1]=x', 'a[b][c][d][e][f][g][h]=1', 'a&a&a', '&&', 'a=1;b=2', 'a=%', 'a=%ZZ', '%=%', 'a=b=c', '=x', 'a[__proto__]=1', '__proto__=1', 'constructor=1', 'a[constructor]=1', 'a.b=1', 'a+b=c+d', 'a%5Bb%5D=1', 'a[b]%5B=1', 'a[ ]=1', 'a[]=1&a[]=&a[]', 'a[][b]=1&a[][b]=2', 'a[0]=1&a[0]=2', 'x=%00', 'x=%E2%82', 'x=%FF', 'utf8=%E2%9C%93', 'a=1#b', '?a=1', 'a[1]=y&a[0]=x', 'a[01]=x', 'a[1e1]=x', 'length=5', 'a[length]=5']).replaceAll(' ', '%20')}` : '';
    const method = random.weighted([[5, 'GET'], [5, 'POST'], [2, 'PUT'], [1, 'DELETE'], [1, 'PATCH'], [0.5, 'HEAD'], [0.3, 'OPTIONS']]);
    const { body, headers } = method !== 'HEAD' && random.chance(method === 'GET' ? 0.1 : 0.9) ? this.bodies.of(random.chance(0.8) ? given() : value()) : { headers: {} };
    return { kind: 'echo', method, path: `/sess/echo${query}${odd}`, body, headers: { host: 'sails.example', cookie: 'a=b', ...headers } };
  }
}
