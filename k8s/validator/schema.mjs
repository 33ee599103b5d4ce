// Faults of one object against the Kubernetes API's schema: missing and unknown fields, wrong types and values.
//
// The validators of kubernetes-models let unknown fields pass. They read every field that they know, though, so an object
// that notes which of its fields were read tells the unknown ones afterwards.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);
// Inner files of the package, which is why its version is pinned: its public classes hide the objects that they check.
const SCHEMAS = path.join(path.dirname(require.resolve('kubernetes-models')), '_schemas');

export function schemaFaults(object) {
  const validate = validatorOf(object);
  if (!validate) return [`there is no ${object.kind} in ${object.apiVersion}`];
  const root = observe(object, '');
  const faults = [];
  if (!validate(root.proxy)) {
    for (const { instancePath, keyword, params } of validate.errors) {
      faults.push(`${dotted(instancePath)} breaks the rule ${keyword} ${JSON.stringify(params)}`);
    }
  }
  if (!object.metadata?.name) faults.push('metadata.name is missing');
  return faults.concat(unread(root));
}

function validatorOf({ apiVersion, kind }) {
  const [group, version] = String(apiVersion).includes('/') ? apiVersion.split('/') : ['core', String(apiVersion)];
  const name = ['IoK8sApi', group.split('.')[0], version, String(kind)].map(capital).join('');
  const file = path.join(SCHEMAS, `${name}.js`);
  return fs.existsSync(file) ? require(file).validate : undefined;
}

function observe(value, path) {
  const node = { value, path, read: new Set(), readAll: false, children: new Map() };
  node.proxy = new Proxy(value, {
    get(target, key) {
      const field = target[key];
      if (typeof key === 'symbol' || !Object.hasOwn(target, key)) return field;
      node.read.add(key);
      if (field === null || typeof field !== 'object') return field;
      if (!node.children.has(key)) node.children.set(key, observe(field, `${path}.${key}`));
      return node.children.get(key).proxy;
    },
    ownKeys(target) {
      node.readAll = true;
      return Reflect.ownKeys(target);
    },
  });
  return node;
}

function unread(node) {
  const faults = [...node.children.values()].flatMap(unread);
  if (node.readAll || Array.isArray(node.value)) return faults;
  const unknown = Object.keys(node.value).filter((key) => !node.read.has(key));
  return faults.concat(unknown.map((key) => `${`${node.path}.${key}`.slice(1)} is not a field of the API`));
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);
const dotted = (pointer) => pointer.slice(1).replaceAll('/', '.');
