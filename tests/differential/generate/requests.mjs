// One request after the other: {method, path, headers, body, model, kind}.
import { Criteria } from './criteria.mjs';
import { Envelope } from './envelope.mjs';
import { MODELS, MODEL_NAMES } from './models.mjs';
import { bracketed, escaped, queryText } from './query.mjs';
import { Values, jsonText } from './values.mjs';

export class Requests {
  constructor(random, world) {
    this.random = random;
    this.world = world;
    this.values = new Values(random, world);
    this.criteria = new Criteria(random, this.values);
    this.envelope = new Envelope(random, this.values);
    this.bodies = this.envelope.bodies;
  }

  next() {
    const { random } = this;
    this.model = MODELS[random.weighted([[5, 'user'], [4, 'pet'], [3, 'tag'], [5, 'thing'], [2, 'doc']])];
    const make = random.weighted([
      [30, () => this.find()],
      [8, () => this.findOne()],
      [16, () => this.create()],
      [12, () => this.update()],
      [5, () => this.destroy()],
      [8, () => this.populate()],
      [12, () => this.change()],
      [6, () => this.shortcut()],
      [5, () => this.envelope.path()],
      [8, () => this.envelope.echo()],
    ]);
    const request = make();
    const whole = { headers: {}, model: this.model.name, ...request };
    // One virtual request with `__proto__` in its query breaks a Sails for good: everything after it is a 500.
    const canBeVirtual = !['path', 'echo'].includes(whole.kind) && !/__proto__/.test(whole.path + whole.body);
    return canBeVirtual && random.chance(0.13) ? this.#virtual(whole) : this.envelope.around(whole);
  }

  // The same as a virtual request: the body as data; a GET's criteria too, sometimes.
  #virtual({ kind, model, method, path, body }) {
    let data;
    try {
      if (body !== undefined) data = JSON.parse(body);
      else if (kind === 'find' && this.random.chance(0.5)) data = { where: this.criteria.where(this.model) };
    } catch {
      data = undefined; // a form or a broken body, which sockets have not
    }
    return { kind: `virtual ${kind}`, isVirtual: true, model, method, path, body, data, headers: {} };
  }

  // Pairs of the query of a find.
  #findPairs(model) {
    const { random, criteria } = this;
    const pairs = criteria.options(model);
    const form = random.next();
    if (form < 0.5) {
      pairs.push(['where', jsonText(criteria.where(model)) ?? '']);
    } else if (form < 0.62) {
      pairs.push(...bracketed(random, 'where', criteria.where(model)));
    } else if (form < 0.64) {
      pairs.push(['where', random.pick(['', 'null', '{', '{}', '[]', 'x', '5', '"x"', 'undefined', '{"a":1}{', "{'id':1}", 'true', '[1,2]', '{"id":1,"id":2}', '{"__proto__":{"id":1}}', '\ufeff{}', ' {} '])]);
    } else if (form < 0.85) {
      const name = criteria.attributeName(model);
      const attribute = model.attributes.find((each) => each.name === name) ?? { type: 'any', name };
      pairs.push(...bracketed(random, name, random.chance(0.7) ? this.values.of(attribute) : criteria.constraint(attribute)));
    }
    return random.some(pairs, pairs.length);
  }

  find() {
    return { kind: 'find', method: 'GET', path: `/${this.model.name}${queryText(this.random, this.#findPairs(this.model))}` };
  }

  #id(model = this.model) {
    const { random } = this;
    if (random.chance(0.06)) return random.pick(['abc', '%20', '0', '-1', '1.5', 'null', 'undefined', '1e3', '٣', '%00', '9999999999', '99999999999999999999', '0x1', '1 ', 'NaN', 'a%2Fb', '%E0%A4%A', '1,2', '[1]', '01', '+1', '1%00', 'true', '%F0%9F%98%80']).replaceAll(' ', '%20').replace('٣', '%D9%A3');
    return escaped(String(this.values.id(model.name)));
  }

  findOne() {
    const { random } = this;
    const pairs = this.criteria.options(this.model).filter(() => random.chance(0.6));
    return { kind: 'findOne', method: 'GET', path: `/${this.model.name}/${this.#id()}${queryText(random, pairs)}` };
  }

  // Values for a new record, or for changes of one.
  attributes(isNew) {
    const { random, model, values } = this;
    const chosen = {};
    const required = { user: ['name'], tag: ['label'], doc: ['id', 'title'] }[model.name] ?? [];
    const names = new Set(random.some(model.scalars.filter((each) => !['id', 'createdAt', 'updatedAt'].includes(each.name)), random.int(model.name === 'thing' ? 5 : 4)).map((each) => each.name));
    for (const name of required) if (isNew ? random.chance(0.96) : random.chance(0.2)) names.add(name);
    if (isNew && model.name === 'user' && random.chance(0.9)) names.add('email');
    for (const name of ['id', 'createdAt', 'updatedAt']) if (random.chance(0.04)) names.add(name);
    for (const name of random.some([...names], names.size)) chosen[name] = this.#value(model.scalars.find((each) => each.name === name), isNew);
    for (const { name, collection } of model.collections) if (random.chance(0.2)) chosen[name] = values.collection(collection);
    if (random.chance(0.06)) chosen[random.pick(['nope', 'constructor', '__proto__', 'toJSON', 'length', 'pets.name', ''])] = values.any();
    return chosen;
  }

  #value(attribute, isNew) {
    const { random, model, values } = this;
    if (isNew && attribute.name === 'email' && random.chance(0.8)) return `u${random.int(100000)}@x.co`;
    if (isNew && attribute.name === 'label' && random.chance(0.7)) return `label ${random.int(100000)}`;
    if (isNew && attribute.name === 'id' && model.name === 'doc' && random.chance(0.8)) return `d${random.int(500)}`;
    if (attribute.name === 'id' && model.name !== 'doc' && random.chance(0.7)) return random.weighted([[3, random.int(400)], [1, String(random.int(400))], [1, this.values.any()]]);
    return values.of(attribute);
  }

  create() {
    return { kind: 'create', method: 'POST', path: `/${this.model.name}`, ...this.bodies.of(this.attributes(true)) };
  }

  update() {
    return { kind: 'update', method: this.random.chance(0.7) ? 'PATCH' : 'PUT', path: `/${this.model.name}/${this.#id()}`, ...this.bodies.of(this.attributes(false)) };
  }

  destroy() {
    const { random } = this;
    const path = random.weighted([[12, `/${this.model.name}/${this.#id()}`], [1, `/${this.model.name}`], [1, `/${this.model.name}?id=${this.#id()}`]]);
    return { kind: 'destroy', method: 'DELETE', path, ...(random.chance(0.1) ? this.bodies.of({ id: this.values.id(this.model.name) }) : {}) };
  }

  #association() {
    const names = this.model.associations.map((each) => each.name);
    return this.random.chance(0.95) && names.length > 0 ? this.random.pick(names) : this.random.pick(['nope', 'name', 'id', 'PETS', 'pets', 'constructor']);
  }

  populate() {
    if (this.model.associations.length === 0) this.model = MODELS.pet;
    const name = this.#association();
    const { collection, model } = this.model.associations.find((each) => each.name === name) ?? {};
    const pairs = this.random.chance(0.6) && (collection ?? model) ? this.#findPairs(MODELS[collection ?? model]) : [];
    return { kind: 'populate', method: 'GET', path: `/${this.model.name}/${this.#id()}/${name}${queryText(this.random, pairs)}` };
  }

  // Changes of a collection.
  change() {
    const { random, values } = this;
    if (this.model.collections.length === 0) this.model = MODELS[random.pick(['user', 'pet', 'tag', 'doc'])];
    const { name, collection } = random.pick(this.model.collections);
    const path = `/${this.model.name}/${this.#id()}/${random.chance(0.97) ? name : this.#association()}`;
    const child = this.#id(MODELS[collection]);
    return random.weighted([
      [4, () => ({ kind: 'add', method: 'PUT', path: `${path}/${child}` })],
      [3, () => ({ kind: 'remove', method: 'DELETE', path: `${path}/${child}` })],
      [4, () => ({ kind: 'replace', method: 'PUT', path, ...this.bodies.of(values.collection(collection)) })],
      [1, () => ({ kind: 'replace', method: 'PUT', path: `${path}?${escaped(name)}=${escaped(jsonText(values.collection(collection)) ?? '')}` })],
      [0.5, () => ({ kind: 'replace', method: 'PUT', path })],
    ])();
  }

  shortcut() {
    const { random, values, model } = this;
    const base = `/${model.name}`;
    const given = (isNew) => queryText(random, Object.entries(this.attributes(isNew)).flatMap(([name, value]) => bracketed(random, name, value)));
    const some = random.weighted([
      [4, () => ['find', `${base}/find${queryText(random, this.#findPairs(model))}`]],
      [3, () => ['findOne', `${base}/find/${this.#id()}`]],
      [4, () => ['create', `${base}/create${given(true)}`]],
      [4, () => ['update', `${base}/update/${this.#id()}${given(false)}`]],
      [2, () => ['destroy', `${base}/destroy${random.chance(0.9) ? `/${this.#id()}` : ''}`]],
    ]);
    if (model.collections.length === 0 || random.chance(0.65)) {
      const [kind, path] = some();
      return { kind: `shortcut ${kind}`, method: 'GET', path };
    }
    const { name, collection } = random.pick(model.collections);
    const verb = random.pick(['add', 'remove', 'replace']);
    const parent = `${base}/${this.#id()}/${name}/${verb}`;
    const path = verb === 'replace' ? `${parent}?${name}=${escaped(jsonText(values.collection(collection)) ?? '')}` : `${parent}/${this.#id(MODELS[collection])}`;
    return { kind: `shortcut ${verb}`, method: 'GET', path };
  }

  // What an answer told of the records there are.
  learn(request, answer) {
    if (answer.status !== 200 || !/create|destroy/.test(request.kind)) return;
    let id;
    try {
      ({ id } = JSON.parse(answer.text));
    } catch {
      return;
    }
    if (!MODEL_NAMES.includes(request.model) || (typeof id !== 'number' && typeof id !== 'string')) return;
    if (/create/.test(request.kind)) this.world.created(request.model, id);
    else this.world.destroyed(request.model, id);
  }
}
