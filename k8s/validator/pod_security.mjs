// The "restricted" Pod Security Standard, and what this project asks of a pod beyond it.
import { containers, podTemplate } from './pods.mjs';

const VOLUME_TYPES = [
  'configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret',
];
const SECCOMP = ['RuntimeDefault', 'Localhost'];

export function podSecurityFaults(object) {
  const spec = podTemplate(object)?.spec;
  if (!spec) return [];
  return [...podFaults(spec), ...containers(spec).flatMap((container) => containerFaults(container, spec))];
}

function podFaults(spec) {
  const faults = [];
  for (const field of ['hostNetwork', 'hostPID', 'hostIPC']) if (spec[field]) faults.push(`${field} is set`);
  for (const volume of spec.volumes ?? []) {
    const type = Object.keys(volume).find((key) => key !== 'name');
    if (!VOLUME_TYPES.includes(type)) faults.push(`volume ${volume.name} is of the type ${type}`);
  }
  if (spec.securityContext?.sysctls?.length) faults.push('sysctls are set');
  if (spec.automountServiceAccountToken !== false) faults.push('a service account token is mounted');
  if (spec.enableServiceLinks !== false) faults.push('enableServiceLinks is not off');
  return faults;
}

function containerFaults(container, spec) {
  const own = container.securityContext ?? {};
  const pod = spec.securityContext ?? {};
  const faults = [];
  const expect = (holds, text) => holds || faults.push(`container ${container.name}: ${text}`);
  expect(!own.privileged, 'is privileged');
  expect(own.allowPrivilegeEscalation === false, 'allowPrivilegeEscalation is not false');
  expect(own.capabilities?.drop?.includes('ALL'), 'does not drop all capabilities');
  expect((own.capabilities?.add ?? []).every((name) => name === 'NET_BIND_SERVICE'), 'adds capabilities');
  expect((own.runAsNonRoot ?? pod.runAsNonRoot) === true, 'runAsNonRoot is not true');
  expect((own.runAsUser ?? pod.runAsUser) > 0, 'runAsUser is not a number above 0');
  expect(SECCOMP.includes((own.seccompProfile ?? pod.seccompProfile)?.type), 'has no seccomp profile');
  expect(['Default', undefined].includes(own.procMount), 'procMount is set');
  expect(own.readOnlyRootFilesystem === true, 'the root file system can be written');
  expect(!(container.ports ?? []).some((port) => port.hostPort), 'has a host port');
  return faults;
}
