// Faults between the manifests and the rest of the project.
import fs from 'node:fs';
import path from 'node:path';
import yaml from 'js-yaml';

// Name to faults.
export function projectFaults(root) {
  return {
    'every file of the application is in a ConfigMap': appFaults(root),
  };
}

function appFaults(root) {
  const app = path.join(root, 'app');
  const { configMapGenerator } = yaml.load(fs.readFileSync(path.join(app, 'kustomization.yaml'), 'utf8'));
  const listed = new Set(configMapGenerator.flatMap((generator) => generator.files));
  const wanted = [
    ...['config.yaml', 'routes.yaml', 'policies.yaml'],
    ...fs.readdirSync(path.join(app, 'models')).map((name) => `models/${name}`),
    ...fs.readdirSync(path.join(app, 'assets')).map((name) => `assets/${name}`),
  ];
  return wanted.filter((name) => !listed.has(name)).map((name) => `app/kustomization.yaml lacks ${name}`);
}
