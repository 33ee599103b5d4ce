// kubectl kustomize, to objects.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import yaml from 'js-yaml';

// root: the checkout; overlay: a folder in it, relative.
export function render(root, overlay) {
  const result = kustomize(path.join(root, overlay));
  if (result.status === 0) return parse(result.stdout);
  // kubectl before 1.21 (Debian's) wants folders under "bases", which later ones call deprecated.
  if (!/must be a file/.test(result.stderr)) throw new Error(result.stderr.trim() || String(result.error));
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'sail-k8s-'));
  try {
    for (const folder of ['k8s', 'app']) {
      const filter = (file) => path.basename(file) !== 'node_modules';
      fs.cpSync(path.join(root, folder), path.join(copy, folder), { recursive: true, filter });
    }
    moveFoldersToBases(copy);
    const again = kustomize(path.join(copy, overlay));
    if (again.status !== 0) throw new Error(again.stderr.trim());
    return parse(again.stdout);
  } finally {
    fs.rmSync(copy, { recursive: true });
  }
}

export function parse(text) {
  return yaml.loadAll(text).filter(Boolean);
}

function kustomize(folder) {
  return spawnSync('kubectl', ['kustomize', folder], { encoding: 'utf8', timeout: 60_000, maxBuffer: 64 << 20 });
}

function moveFoldersToBases(folder) {
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.name !== 'kustomization.yaml') continue;
    const directory = entry.parentPath ?? entry.path;
    const file = path.join(directory, entry.name);
    const content = yaml.load(fs.readFileSync(file, 'utf8'));
    const isFolder = (name) => fs.statSync(path.join(directory, name)).isDirectory();
    const resources = content.resources ?? [];
    content.bases = resources.filter(isFolder);
    content.resources = resources.filter((name) => !isFolder(name));
    fs.writeFileSync(file, yaml.dump(content));
  }
}
