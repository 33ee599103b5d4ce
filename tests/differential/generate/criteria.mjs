// Criteria as clients send them: where, sort, limit, skip, select, omit, populate; good ones and bad ones.
import { jsonText } from './values.mjs';

const MODIFIERS = ['<', '<=', '>', '>=', '!=', 'in', 'nin', 'contains', 'startsWith', 'endsWith', 'like'];
const ALIASES = ['lessThan', 'lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual', 'not', '!', '!=='];
const BAD_MODIFIERS = ['=', '==', 'eq', 'regex', '$gt', '', 'IN', 'or', 'and', 'constructor', '__proto__', 'notIn'];
const BAD_NAMES = ['nope', 'name.first', 'j.a', 'pets.name', '', '$where', 'constructor', 'toString', '__proto__', 'a b', '"', 'or ', 'ID', 'Name', 'where', '*', 'é'];

export class Criteria {
  constructor(random, values) {
    this.random = random;
    this.values = values;
  }

  // A where clause as a value that JSON can hold.
  where(model, depth = 0) {
    const { random } = this;
    if (depth === 0 && random.chance(0.05)) return random.pick([null, [], 5, '5', 'x', true, [1, 2], [null], [{}], {}, '', 0, ['a'], [[1]], -1, 1.5]);
    const where = {};
    for (let n = random.weighted([[1, 0], [12, 1], [5, 2], [2, 3]]); n > 0; n--) {
      const form = random.next();
      if (form < 0.16 && depth < 4) {
        where[random.chance(0.6) ? 'or' : 'and'] = this.#branches(model, depth);
      } else if (form < 0.2 && depth < 4) {
        where[random.pick(['not', 'nor', 'OR', 'And', 'xor'])] = this.#branches(model, depth);
      } else {
        const name = this.attributeName(model);
        where[name] = this.constraint(model.attributes.find((each) => each.name === name) ?? { type: 'any', name });
      }
    }
    return where;
  }

  #branches(model, depth) {
    const { random } = this;
    if (random.chance(0.08)) return random.pick([null, {}, [], 'x', 5, [null], [5], [[]], [{}], [{}, {}]]);
    return Array.from({ length: 1 + random.int(3) }, () => this.where(model, depth + 1));
  }

  attributeName(model) {
    const { random } = this;
    return random.weighted([[20, () => random.pick(model.scalars).name], [1, () => random.pick(model.attributes).name], [1, () => random.pick(BAD_NAMES)]])();
  }

  constraint(attribute) {
    const { random, values } = this;
    const form = random.next();
    if (form < 0.35) return values.of(attribute);
    if (form < 0.42) return Array.from({ length: random.int(4) }, () => values.of(attribute));
    if (form < 0.46) return values.any();
    const constraint = {};
    for (let n = random.weighted([[0.3, 0], [8, 1], [2, 2], [0.5, 3]]); n > 0; n--) {
      const modifier = random.weighted([[14, () => random.pick(MODIFIERS)], [3, () => random.pick(ALIASES)], [1, () => random.pick(BAD_MODIFIERS)]])();
      constraint[modifier] = this.#operand(modifier, attribute);
    }
    return constraint;
  }

  #operand(modifier, attribute) {
    const { random, values } = this;
    if (random.chance(0.06)) return values.any();
    const list = ['in', 'nin', 'notIn', 'IN'].includes(modifier) ? !random.chance(0.08) : random.chance(['!=', '!', 'not', '!=='].includes(modifier) ? 0.2 : 0.03);
    if (list) return Array.from({ length: random.int(5) }, () => values.of(attribute));
    if (['contains', 'startsWith', 'endsWith', 'like'].includes(modifier) && random.chance(0.7)) {
      return random.pick(['a', 'A', 'nn', '', '%', 'a%', '%a', '%a%', '_', 'A_n', '\\', '%%', '%%%', 'a\\%', '\\_', 'b', 'e', '\\a', 'a\\', '\\\\', 'é', '😀', "'"]);
    }
    return values.of(attribute);
  }

  // Pairs of a query string: [name, value as text].
  options(model) {
    const { random } = this;
    const pairs = [];
    const add = (share, name, value) => random.chance(share) && pairs.push([name, String(value())]);
    add(0.25, 'limit', () => random.weighted([[10, random.int(12)], [1, '0'], [1, ''], [1, '-1'], [1, '1.5'], [1, 'abc'], [1, '1e2'], [1, ' 5'], [1, '9007199254740992'], [1, '2147483648'], [1, 'null'], [1, '0x5'], [1, 'Infinity'], [1, '9007199254740991']]));
    add(0.2, 'skip', () => random.weighted([[10, random.int(6)], [1, ''], [1, '-1'], [1, '1.5'], [1, 'abc'], [1, 'null'], [1, '9007199254740992'], [1, '1e1'], [1, '9223372036854775807']]));
    add(0.3, 'sort', () => this.sort(model));
    add(0.2, 'select', () => this.projection(model));
    add(0.15, 'omit', () => this.projection(model));
    add(0.3, 'populate', () => this.populate(model));
    return pairs;
  }

  sort(model) {
    const { random } = this;
    const name = () => this.attributeName(model);
    const direction = () => random.weighted([[5, 'ASC'], [5, 'DESC'], [2, 'asc'], [2, 'desc'], [1, 'Asc'], [0.5, 'up'], [0.5, '']]);
    const json = jsonText;
    return random.weighted([
      [6, () => `${name()} ${direction()}`],
      [4, () => name()],
      [3, () => json([`${name()} ${direction()}`, `${name()} ${direction()}`])],
      [3, () => json(Array.from({ length: 1 + random.int(3) }, () => ({ [name()]: direction() })))],
      [2, () => json({ [name()]: random.pick([1, -1, 0, 2, '1', 'desc', null, true]) })],
      [2, () => json({ [name()]: random.pick([1, -1]), [name()]: random.pick([1, -1]) })],
      [1, () => random.pick(['', ' ', '-name', 'name,id', 'name ASC, id DESC', '{}', '[]', '[{}]', 'null', '5', '{"id":', 'id  DESC', ' id', 'id ', 'id ASC x', '[null]', '[5]', '["id"]', '[["id","ASC"]]', '"id"', '+id'])],
    ])();
  }

  projection(model) {
    const { random } = this;
    return random.weighted([
      [8, () => random.some(model.scalars, 1 + random.int(4)).map((each) => each.name).join(',')],
      [1, () => random.some(model.attributes, 1 + random.int(3)).map((each) => each.name).join(',')],
      [1, () => `${this.attributeName(model)},${this.attributeName(model)}`],
      [1, () => random.pick(['', '*', 'id', 'id,', ',', ' id', 'id, name', 'name,name', '["id"]', 'null', 'id,*', 'createdAt', '*,*'])],
    ])();
  }

  populate(model) {
    const { random } = this;
    const names = model.associations.map((each) => each.name);
    return random.weighted([
      [5, () => 'false'],
      [5, () => random.some(names, 1 + random.int(2)).join(',')],
      [3, () => random.pick(['', 'true', '*', 'nope', 'id', '[]', '[pets]', 'pets,pets', 'pets,', ',', ' pets', 'pets, owner', 'PETS', 'pets.owner', 'false,', '0', 'null', 'False', 'none', '{}', '["pets"]', 'tags,owner', 'owner'])],
    ])();
  }
}
