// node main.mjs ROOT: renders and checks every overlay of the checkout ROOT. Closes with "N passed, N failed".
import fs from 'node:fs';
import path from 'node:path';
import { podSecurityFaults } from './pod_security.mjs';
import { projectFaults } from './project.mjs';
import { referenceChecker } from './references.mjs';
import { render } from './render.mjs';
import { schemaFaults } from './schema.mjs';
import { selfTest } from './selftest.mjs';
import { workloadFaults } from './workloads.mjs';

const root = process.argv[2];
let passed = 0;
let failed = 0;

function report(name, faults) {
  if (faults.length) failed += 1;
  else passed += 1;
  console.log(`${faults.length ? 'FAILED' : 'ok    '} ${name}`);
  for (const fault of new Set(faults)) console.log(`       ${fault}`);
}

// [object, faults] of each object. An object that breaks the schema is not looked at further.
function check(objects) {
  const references = referenceChecker(objects.filter((object) => object.metadata));
  return objects.map((object) => {
    const faults = schemaFaults(object);
    if (!faults.length) faults.push(...workloadFaults(object), ...podSecurityFaults(object), ...references(object));
    return [object, faults];
  });
}

function renderOrReport(overlay) {
  try {
    return render(root, overlay);
  } catch (error) {
    report(`${overlay} is rendered`, [error.message]);
    return [];
  }
}

const overlays = fs.readdirSync(path.join(root, 'k8s/overlays')).sort().map((name) => `k8s/overlays/${name}`);
const sets = new Map(overlays.map((overlay) => [overlay, renderOrReport(overlay)]));
for (const [overlay, objects] of sets) {
  for (const [object, faults] of check(objects)) report(`${overlay}: ${object.kind} ${object.metadata?.name}`, faults);
}
for (const [name, faults] of Object.entries(projectFaults(root))) report(name, faults);
selfTest(sets.get('k8s/overlays/local'), check, report);

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
