// The models of the reference application, as far as requests are made of them.
const attribute = (name, rest) => ({ name, ...rest });
const typed = (type, names) => names.map((name) => attribute(name, { type }));
const BASE = [...typed('number', ['createdAt', 'updatedAt', 'id'])];

const model = (name, attributes) => ({
  name,
  attributes,
  scalars: attributes.filter((each) => !each.collection),
  collections: attributes.filter((each) => each.collection),
  associations: attributes.filter((each) => each.collection || each.model),
});

export const MODELS = Object.fromEntries([
  model('user', [...BASE, ...typed('string', ['name', 'email']), ...typed('number', ['age']), attribute('pets', { collection: 'pet' })]),
  model('pet', [...BASE, ...typed('string', ['name', 'kind']), attribute('owner', { type: 'number', model: 'user' }), attribute('tags', { collection: 'tag' })]),
  model('tag', [...BASE, ...typed('string', ['label']), attribute('pets', { collection: 'pet' })]),
  model('thing', [
    ...BASE,
    ...typed('string', ['s', 'sNull', 'sDef', 'sMin', 'sRx', 'sUrl', 'sUuid', 'sIp', 'sHex', 'sCc', 'sNoEmpty', 'sCustom', 'secret', 'hidden', 'col']),
    ...typed('number', ['n', 'nNull', 'nMin', 'nInt']), ...typed('boolean', ['b', 'bDef', 'bNull']), ...typed('json', ['j']), ...typed('ref', ['ts']),
  ]),
  model('doc', [...BASE.slice(0, 2), ...typed('string', ['id', 'title']), attribute('related', { collection: 'tag' })]),
].map((each) => [each.name, each]));

export const MODEL_NAMES = Object.keys(MODELS);

// Which records there are, as far as the answers told.
export class World {
  #ids = Object.fromEntries(MODEL_NAMES.map((name) => [name, []]));

  ids(name) {
    return this.#ids[name];
  }

  created(name, id) {
    if (!this.#ids[name].includes(id)) this.#ids[name].push(id);
  }

  // Ids of records that are gone stay for a while: requests for them are wanted, too.
  destroyed(name, id) {
    const ids = this.#ids[name];
    const at = ids.indexOf(id);
    if (at >= 0 && ids.length > 6) ids.splice(at, 1);
  }
}
