// Values for attributes and criteria: mostly what fits, often what nearly fits, sometimes what nobody would send.

const LONE_SURROGATE = '\ud800';
export const STRINGS = [
  '', ' ', 'a', 'Ann', 'ann', 'bob', 'Rex', 'x'.repeat(300), 'é', '日本語', '😀', LONE_SURROGATE, 'a\udc00b', '\u2028', 'a\nb', 'tab\t', '"', "'", "o'hara",
  '\\', '\\\\', '%', '_', 'a%b', '%%', 'a_b', '<b>&amp;', 'null', 'undefined', 'true', 'false', '0', '1', '5', '-1', '1.5', '1e3', '0x10', ' 5', '5 ',
  'NaN', 'Infinity', '{}', '[]', '[1,2]', '{"a":1}', '*', '--', ';drop table x', '$1', '${x}', '{{x}}', '\u0001', '\u007f', '\ufeff', 'ÀÉ', 'İ', 'ß',
];
export const NUMBERS = [
  0, 1, 2, 3, 5, 10, 18, 30, -0, -1, -5, 1.5, 0.1, -2.25, 1e3, 1e-7, 123456789, 2 ** 31 - 1, 2 ** 31, -(2 ** 31) - 1, 2 ** 32, 2 ** 53 - 1, 2 ** 53,
  2 ** 53 + 2, -(2 ** 53) - 2, 1e15, 1e21, 1e100, 1e308, -1e308, 5e-324, 16777217, 0.30000000000000004,
];
const NUMBER_TEXTS = ['0', '1', '5', '-1', '1.5', '1e3', '0x10', '0b11', '0o7', '+5', '.5', '5.', '1_000', '9007199254740993', '1e400', '-0', '٣', '1,5', '00012', '1n'];
const RAW_NUMBERS = ['1e400', '-1e400', '9007199254740993', '-0', '1.0', '1E2', '100000000000000000000000', '0.1e1', '1e-400', '123456789012345678'];
const JSONS = [{}, [], [1, 2], { a: 1 }, { a: { b: [null] } }, [[]], [{}], { toJSON: 1 }, { length: 2 }, { constructor: 1 }, { a: undefined, b: 1 }, ['a'], [null]];
const TIMES = ['2020-01-01', '2020-01-01T00:00:00.000Z', '2020-13-01', '2020-06-01 12:00:00+02', 0, 1577836800000, 'infinity', '1900-01-01T00:00:00Z'];

const GOOD = {
  sUrl: ['http://x.co', 'https://example.com/a?b=c', 'ftp://x', 'x.co', 'http://localhost', 'http://', 'mailto:a@b.co', 'http://1.2.3.4:80/'],
  sUuid: ['123e4567-e89b-12d3-a456-426614174000', '123E4567-E89B-42D3-A456-426614174000', '123e4567', '00000000-0000-0000-0000-000000000000'],
  sIp: ['1.2.3.4', '::1', '256.1.1.1', '1.2.3', 'fe80::1%eth0', '2001:db8::1', '01.2.3.4', '::ffff:1.2.3.4'],
  sHex: ['#fff', 'fff', '#ABCDEF', '#abcd', '#12345', '#1234567'],
  sCc: ['4111111111111111', '4111 1111 1111 1111', '4111111111111112', '378282246310005', '0'],
  sRx: ['abc', 'Abc', 'a1', 'abc\n', 'é'],
  sMin: ['a', 'ab', 'abcde', 'abcdef', '😀', '😀😀', '😀😀😀'],
  sCustom: ['bad', 'good', 'Bad'],
  sNoEmpty: ['x', ' '],
  kind: ['cat', 'dog', 'bird', 'fish', 'CAT'],
  email: ['a@b.co', 'ann@example.com', 'bob@example.com', 'not', 'a@b', 'A@B.CO', 'a+b@c.de', '"x y"@z.co', 'ä@ö.de', 'a@b.co ', 'a@-b.co', 'x@y.museum'],
  name: ['Ann', 'Bob', 'Cleo', 'Dan', 'ann', 'An_', 'Ann%'],
  title: ['One', 'Two', 'Three'],
  label: ['red', 'green', 'blue', 'Red', 'big', 'small'],
  nMin: [1, 10, 0, 11, 5.5, '5', '0'],
  nInt: [1, 1.5, -3, '4', 1e20],
  ts: TIMES,
};

export class Values {
  constructor(random, world) {
    this.random = random;
    this.world = world;
  }

  string() {
    return this.random.pick(STRINGS);
  }

  number() {
    return this.random.pick(NUMBERS);
  }

  // A number that JSON.stringify would not write: put into the text in place of its mark.
  raw() {
    return { [RAW]: this.random.pick(RAW_NUMBERS) };
  }

  json() {
    const { random } = this;
    return random.weighted([[4, random.pick(JSONS)], [2, random.pick(STRINGS)], [2, random.pick(NUMBERS)], [1, random.chance(0.5)], [1, null]]);
  }

  boolean() {
    return this.random.weighted([[6, this.random.chance(0.5)], [1, 0], [1, 1], [1, 'true'], [1, 'false'], [0.5, '1'], [0.5, '0'], [0.3, 'yes'], [0.3, 2], [0.2, 'TRUE']]);
  }

  // Anything at all.
  any() {
    const { random } = this;
    return random.weighted([[4, this.string()], [4, this.number()], [2, random.pick(NUMBER_TEXTS)], [2, null], [2, this.boolean()], [2, this.json()], [1, this.raw()]]);
  }

  // For an attribute of a model: `{type, model}`.
  of(attribute) {
    const { random } = this;
    if (random.chance(0.1)) return this.any();
    if (random.chance(0.03)) return null;
    if (attribute.model || attribute.collection) return this.id(attribute.model ?? attribute.collection);
    if (GOOD[attribute.name] && random.chance(0.8)) return random.pick(GOOD[attribute.name]);
    switch (attribute.type) {
      case 'string': return random.chance(0.85) ? this.string() : this.any();
      case 'number': return random.weighted([[8, this.number()], [2, random.pick(NUMBER_TEXTS)], [0.5, this.raw()], [0.5, this.string()]]);
      case 'boolean': return this.boolean();
      case 'json': return this.json();
      default: return this.any();
    }
  }

  // Of a record that probably exists.
  id(model) {
    const { random } = this;
    const known = this.world.ids(model);
    if (known.length > 0 && random.chance(0.9)) {
      const id = random.pick(known);
      return random.chance(0.15) ? String(id) : id;
    }
    return model === 'doc' ? random.pick(['d1', 'nope', '7', 'ü', 'a b']) : random.weighted([[4, random.int(60)], [1, 999999], [0.5, -1], [0.5, 0], [0.5, '0'], [0.3, 1.5], [0.3, 'abc'], [0.3, 2 ** 31], [0.2, 2 ** 53], [0.2, '01'], [0.2, '']]);
  }

  // The value of a collection attribute.
  collection(model) {
    const { random } = this;
    const ids = Array.from({ length: random.int(4) }, () => this.id(model));
    return random.weighted([[10, ids], [1, this.id(model)], [0.5, null], [0.4, [...ids, ...ids]], [0.3, this.any()], [0.2, [null]], [0.2, [[]]], [0.2, [{}]]]);
  }
}

const RAW = '\u0000raw';

// JSON text of a value; raw numbers as they are.
export const jsonText = (value) => JSON.stringify(value)?.replace(/\{"\\u0000raw":"([^"]*)"\}/g, '$1');
