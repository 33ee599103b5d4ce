// An application folder of a test's own.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from './suite.mjs';

export const MODELS = {
  user: 'attributes:\n  name: {type: string, required: true}\n  pets: {collection: pet, via: owner}\n',
  pet: 'attributes:\n  name: {type: string}\n  owner: {model: user}\n  tags: {collection: tag, via: pets}\n',
  tag: 'attributes:\n  label: {type: string, required: true, unique: true}\n  pets: {collection: pet, via: tags}\n',
};

// files: what else there is, by its path in the folder. The caller removes the folder.
export function makeApplication(files = {}, models = MODELS) {
  const folder = temporaryFolder();
  const all = {
    'config.yaml': 'models:\n  migrate: alter\n',
    ...Object.fromEntries(Object.entries(models).map(([name, text]) => [`models/${name}.yaml`, text])),
    ...files,
  };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}
