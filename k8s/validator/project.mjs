// Faults between the manifests and the rest of the project.
import fs from 'node:fs';
import path from 'node:path';
import yaml from 'js-yaml';

// Name to faults.
export function projectFaults(root) {
  return {
    'every file of the application is in a ConfigMap': appFaults(root),
    'the image is built from the packages that ./sail installs': packageFaults(root),
  };
}

function appFaults(root) {
  const app = path.join(root, 'app');
  const { configMapGenerator } = yaml.load(fs.readFileSync(path.join(app, 'kustomization.yaml'), 'utf8'));
  const listed = new Set(configMapGenerator.flatMap((generator) => generator.files));
  const wanted = [
    ...['config.yaml', 'routes.yaml', 'policies.yaml'],
    ...['models', 'migrations', 'assets'].flatMap((folder) => (
      fs.readdirSync(path.join(app, folder)).map((name) => `${folder}/${name}`)
    )),
  ];
  return wanted.filter((name) => !listed.has(name)).map((name) => `app/kustomization.yaml lacks ${name}`);
}

function packageFaults(root) {
  const list = /^BUILD = """([^"]*)"""/m.exec(fs.readFileSync(path.join(root, 'tools/sail/packages.py'), 'utf8'));
  if (!list) return ['tools/sail/packages.py has no list BUILD'];
  const image = fs.readFileSync(path.join(root, 'k8s/image/Containerfile'), 'utf8');
  const words = new Set(image.split(/\s+/));
  return list[1].trim().split(/\s+/).filter((name) => !words.has(name)).map((name) => `the image does not install ${name}`);
}
