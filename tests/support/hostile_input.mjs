// Input that wants to become SQL: drawn from a seed, so that a failure can be repeated.

const TEXTS = [
  '\'', '"', '\\', '\'\'', '";', '\';', '--', '/*', '*/', '$1', '$$', '%', '_', ';', ')', '(', ',', '*', '', ' ', '\n',
  '\'; drop table "user"; --', '"; drop table "user"; --', '\') or (\'1\'=\'1', '\' or 1=1 --', '" or "1"="1', '1 or 1=1',
  '\' union select null,version(),null --', '(select version())', 'pg_sleep(9)', '\'||pg_sleep(9)||\'', '1;select pg_sleep(9)',
  'E\'\\\'\'', '\\\'; drop table pet; --', '$tag$x$tag$', 'name" = \'\' or "name', 'user.name', '"user"."name"', 't.name', 'pets.name',
  'owner.name', 'name::int', 'name->>\'x\'', 'createdAt; drop table pet', 'ctid', 'oid', 'xmin', 'tableoid', '__proto__', 'constructor',
  'prototype', 'toString', 'hasOwnProperty', 'null', 'undefined', 'NaN', 'true', '-0', '1e400', '2147483648', '9223372036854775808',
  '-9223372036854775809', '0x10', '\u02bc', '\u2019; drop', '\uff07 or 1=1', '\u0000', 'a\u0000b', '\ud800', '\udc00x', '\u202e', '😀',
  'İ', 'ﬀ', '\u00a0', '{}', '[]', '{"a":1}', '{a,b}', '{"', 'name ASC', 'name ASC, (select 1)', 'name DESC; drop table pet', 'name ASC --',
  'nulls first', 'x'.repeat(3000), '\''.repeat(500), '"'.repeat(100),
];
const ATTRIBUTES = ['name', 'id', 'age', 'data', 'pets', 'owner', 'tags', 'createdAt', 'updatedAt', 'label'];
const MODIFIERS = ['<', '<=', '>', '>=', '!=', 'in', 'nin', 'contains', 'startsWith', 'endsWith', 'like', '!', 'not', 'lessThan', 'between'];

export class HostileInput {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  // mulberry32
  random() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  chance(probability) {
    return this.random() < probability;
  }

  pick(list) {
    return list[Math.floor(this.random() * list.length)];
  }

  text() {
    const one = this.pick(TEXTS);
    return this.chance(0.2) ? one + this.pick(TEXTS) : one;
  }

  name() {
    if (this.chance(0.5)) return this.pick(ATTRIBUTES);
    return this.chance(0.3) ? this.pick(ATTRIBUTES) + this.text() : this.text();
  }

  value(depth = 0) {
    const kind = this.random();
    if (kind < 0.55 || depth > 2) return this.text();
    if (kind < 0.65) return this.pick([0, -1, 1.5, 2147483648, 1e300, -1e-300, 9007199254740993]);
    if (kind < 0.7) return this.pick([null, true, false]);
    const list = Array.from({ length: Math.floor(this.random() * 4) }, () => this.value(depth + 1));
    if (kind < 0.85) return list;
    return this.object(list.map((each) => [this.name(), each]));
  }

  // Whose keys are its own, __proto__ too.
  object(entries) {
    const made = {};
    for (const [key, value] of entries) Object.defineProperty(made, key, { value, enumerable: true, configurable: true, writable: true });
    return made;
  }

  // What a model understands, with hostile texts for values.
  plainWhere(attribute) {
    const kind = this.random();
    if (kind < 0.4) return this.object([[attribute, this.text()]]);
    if (kind < 0.6) return this.object([[attribute, [this.text(), this.text()]]]);
    const modifier = this.pick(['<', '>=', '!=', 'contains', 'startsWith', 'endsWith', 'like']);
    if (kind < 0.9) return this.object([[attribute, this.object([[modifier, this.text()]])]]);
    return { or: [this.plainWhere(attribute), this.plainWhere(attribute)] };
  }

  where(attribute, depth = 0) {
    if (this.chance(0.4)) return this.plainWhere(attribute);
    if (depth < 2 && this.chance(0.25)) {
      return this.object([[this.pick(['or', 'and']), Array.from({ length: 2 }, () => this.where(attribute, depth + 1))]]);
    }
    return this.object(Array.from({ length: 1 + Math.floor(this.random() * 2) }, () => {
      const name = this.name();
      if (this.chance(0.4)) return [name, this.value()];
      const modifier = this.chance(0.8) ? this.pick(MODIFIERS) : this.text();
      return [name, this.object([[modifier, this.value()]])];
    }));
  }

  sort(attribute) {
    if (this.chance(0.4)) return `${attribute} ${this.pick(['ASC', 'DESC'])}`;
    const direction = () => this.pick(['ASC', 'DESC', 'asc', '', this.text()]);
    const kind = this.random();
    if (kind < 0.5) return `${this.name()} ${direction()}`;
    const list = Array.from({ length: 2 }, () => (this.chance(0.5) ? `${this.name()} ${direction()}` : this.object([[this.name(), direction()]])));
    return JSON.stringify(kind < 0.8 ? list : list[0]);
  }

  names() {
    return Array.from({ length: 1 + Math.floor(this.random() * 2) }, () => this.name());
  }
}
