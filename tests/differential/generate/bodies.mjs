// A value as the body of a request, {body, headers}: mostly as it should be, sometimes not.
import zlib from 'node:zlib';
import { bracketed, wellFormed } from './query.mjs';
import { jsonText } from './values.mjs';

const form = (text) => encodeURIComponent(wellFormed(text)).replaceAll('%20', '+');
const JSON_TYPES = [
  'application/json', 'application/json; charset=utf-8', 'application/json;charset=UTF-8', 'application/vnd.api+json', 'text/json', 'Application/JSON',
  'application/json; charset=latin1', 'application/json; charset=utf-16', 'application/json; charset=nope', 'application/json;', 'text/plain', 'nonsense',
  'application/octet-stream', 'application/xml', 'application/csp-report',
];
const BROKEN = [
  '{', '{"name":}', '{"name":"x"', "{'name':'x'}", '{"name":"x"}}', '[', '', ' ', '"text"', '5', 'null', 'true', '{"name":"\u0000"}', '{"a":01}', '{"a":+1}', 'NaN',
  '{"name":"x",}', '[1,2,]', '{"name":"\\x41"}', '\ufeff{"name":"Bom","label":"bom"}', '{"name":"a","name":"b","label":"c"}', ' {"name":"Space","label":"sp"} ', '\n\n[]', '{}x',
];
const ENCODERS = { gzip: zlib.gzipSync, deflate: zlib.deflateSync, br: zlib.brotliCompressSync };

export class Bodies {
  constructor(random, values) {
    this.random = random;
    this.values = values;
  }

  of(value) {
    const { random } = this;
    const isPlain = value !== null && typeof value === 'object' && !Array.isArray(value);
    return random.weighted([
      [80, () => this.#json(value)],
      [8, () => (isPlain ? this.#form(value) : this.#json(value))],
      [3, () => (isPlain ? this.#multipart(value) : this.#json(value))],
      [3, () => ({ body: jsonText(value) ?? '', headers: { 'content-type': random.pick(JSON_TYPES) } })],
      [2, () => ({ body: random.pick(BROKEN), headers: { 'content-type': 'application/json' } })],
      [3, () => this.#encoded(value)],
      [1, () => this.#brokenForm()],
    ])();
  }

  #json(value) {
    return { body: jsonText(value) ?? 'null', headers: { 'content-type': 'application/json' } };
  }

  #pairs(value) {
    return Object.entries(value).flatMap(([name, each]) => bracketed(this.random, name, each));
  }

  #form(value) {
    const body = this.#pairs(value).map((pair) => pair.map(form).join('=')).join('&');
    const type = this.random.chance(0.9) ? 'application/x-www-form-urlencoded' : 'application/x-www-form-urlencoded; charset=utf-8';
    return { body, headers: { 'content-type': type } };
  }

  #brokenForm() {
    const body = this.random.pick(['%', 'name=%E0%A4%A', 'a[b=1', '=', '&', '&&=&', 'name', 'name=a&name=b', 'a[]=1&a[]=2', 'a[0]=x&a[2]=y', '__proto__[x]=1', 'name=a;label=b', '{"name":"x"}', 'a[b][c][d][e][f][g]=1', 'name=+']);
    return { body, headers: { 'content-type': 'application/x-www-form-urlencoded' } };
  }

  #multipart(value) {
    const mark = `mark${this.random.int(1e6)}`;
    const parts = this.#pairs(value).map(([name, text]) => (
      `--${mark}\r\nContent-Disposition: form-data; name="${wellFormed(name).replaceAll('"', '%22')}"\r\n\r\n${wellFormed(text)}\r\n`
    ));
    return { body: `${parts.join('')}--${mark}--\r\n`, headers: { 'content-type': `multipart/form-data; boundary=${mark}` } };
  }

  // Compressed, by the coding that the header names or by another.
  #encoded(value) {
    const { random } = this;
    const names = Object.keys(ENCODERS);
    const named = random.weighted([[6, random.pick(names)], [1, 'identity'], [1, 'compress'], [1, 'x-gzip'], [1, 'GZIP'], [1, 'gzip, gzip']]);
    const bytes = Buffer.from(wellFormed(jsonText(value) ?? 'null'));
    const encode = random.chance(0.85) ? ENCODERS[named.toLowerCase()] : random.chance(0.5) ? ENCODERS[random.pick(names)] : undefined;
    return { body: encode ? encode(bytes) : bytes, headers: { 'content-type': 'application/json', 'content-encoding': named } };
  }
}
