// Symbols in place of what differs from run to run: "{{user1}}" is the id of the first user that a run created.

// Attribute → model at its other end, by model.
const ASSOCIATIONS = { user: { pets: 'pet' }, pet: { owner: 'user', tags: 'tag' }, tag: { pets: 'pet' }, thing: {}, doc: { related: 'tag' } };
const FIRST_REAL_TIME = 1.5e12; // smaller times were set by a case and are compared
const CIPHERTEXT = Buffer.from('aes-256-gcm$$').toString('base64').slice(0, 17);

const orderById = (a, b) => (a.id === b.id ? 0 : a.id > b.id ? 1 : -1);
const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

// The model that a path's answer is made of: of /user/1/pets it is pet. `list` is the nested model, if any.
export function modelsOf(path) {
  const [model, , attribute, ...more] = path.split('?')[0].toLowerCase().split('/').filter(Boolean);
  const associations = ASSOCIATIONS[model];
  if (!associations) return {};
  return { model, nested: attribute !== undefined && more.length === 0 ? associations[attribute] : undefined };
}

export class Symbols {
  #values = new Map(); // 'user1' → 17
  #names = new Map(); // 'user 17' → '{{user1}}'

  // From now on `name` stands for that record's id. A name keeps its first id.
  learn(name, model, id) {
    if (this.#values.has(name)) return;
    this.#values.set(name, id);
    this.#names.set(`${model} ${id}`, `{{${name}}}`);
  }

  // From now on `name` stands for that text in requests.
  remember(name, text) {
    this.#values.set(name, text);
  }

  // Into a request: digits inside a text; "{{#user1}}" as a whole value is the number.
  fillText(text) {
    return text.replace(/\{\{(\w+)\}\}/g, (whole, name) => (this.#values.has(name) ? String(this.#values.get(name)) : whole));
  }

  fill(value) {
    if (typeof value === 'string') {
      const number = /^\{\{#(\w+)\}\}$/.exec(value);
      return number ? this.#values.get(number[1]) : this.fillText(value);
    }
    if (Array.isArray(value)) return value.map((each) => this.fill(each));
    if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.fill(each)]));
    return value;
  }

  // Out of an answer about records of `model` (undefined for anything else).
  describe(value, model) {
    if (Array.isArray(value)) return value.map((each) => this.describe(each, model));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.#describeMember(key, each, model)]));
  }

  #describeMember(key, value, model) {
    if (['createdAt', 'updatedAt'].includes(key) && typeof value === 'number' && value > FIRST_REAL_TIME) return '{{ts}}';
    if (key === 'secret' && typeof value === 'string' && value.startsWith(CIPHERTEXT)) return '{{ciphertext}}';
    if (key === '_csrf' && value) return '{{csrf}}';
    if (key === 'csrfSecret') return '{{secret}}';
    if (key === 'expires' && typeof value === 'string') return '{{date}}';
    if (!model) return this.describe(value);
    if (key === 'id' && typeof value === 'number') return this.#nameOf(model, value);
    const target = ASSOCIATIONS[model][key];
    if (!target) return this.describe(value);
    if (typeof value === 'number') return this.#nameOf(target, value);
    // Populated children come in no particular order.
    return this.describe(Array.isArray(value) ? [...value].sort(orderById) : value, target);
  }

  #nameOf(model, id) {
    return this.#names.get(`${model} ${id}`) ?? id;
  }
}
