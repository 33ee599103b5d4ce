// Faults within one workload: selectors, names of volumes and ports, probes, resources, the drain.
import { containers, podTemplate, selects } from './pods.mjs';

const PROBES = ['startupProbe', 'readinessProbe', 'livenessProbe'];

export function workloadFaults(object) {
  const template = podTemplate(object);
  if (!template) return [];
  const faults = [];
  if (object.spec.selector && !selects(object.spec.selector, template.metadata?.labels)) {
    faults.push("the selector does not match the template's labels");
  }
  if (object.kind === 'Job' && !['Never', 'OnFailure'].includes(template.spec.restartPolicy)) {
    faults.push('a Job needs the restartPolicy Never or OnFailure');
  }
  if (object.kind === 'Deployment') faults.push(...rolloutFaults(object));
  const volumes = new Set([
    ...(template.spec.volumes ?? []).map((volume) => volume.name),
    ...(object.spec.volumeClaimTemplates ?? []).map((claim) => claim.metadata.name),
  ]);
  const mounted = new Set();
  for (const container of containers(template.spec)) {
    const found = containerFaults(container, volumes, object.kind !== 'Job');
    faults.push(...found.map((text) => `container ${container.name}: ${text}`));
    for (const mount of container.volumeMounts ?? []) mounted.add(mount.name);
  }
  for (const name of volumes) if (!mounted.has(name)) faults.push(`no container mounts the volume ${name}`);
  return faults;
}

function rolloutFaults({ spec }) {
  const faults = [];
  if (spec.replicas < 2) faults.push('fewer than two replicas');
  if (spec.strategy?.rollingUpdate?.maxUnavailable !== 0) faults.push('a rollout may take a ready replica away');
  const setting = (name) => Number(spec.template.spec.containers[0].env?.find((entry) => entry.name === name)?.value ?? 0);
  const drain = (setting('SAIL_DRAIN_DELAY_MS') + setting('SAIL_DRAIN_TIMEOUT_MS')) / 1000;
  if (!(spec.template.spec.terminationGracePeriodSeconds > drain)) {
    faults.push(`a drain may take ${drain} s, longer than terminationGracePeriodSeconds`);
  }
  return faults;
}

function containerFaults(container, volumes, serves) {
  const faults = [];
  const ports = (container.ports ?? []).map((port) => port.name);
  if (new Set(ports).size !== ports.length) faults.push('two ports have the same name');
  if (/:latest$/.test(container.image) || (!container.image.includes(':') && !container.image.includes('@'))) {
    faults.push(`the image ${container.image} has no fixed tag`);
  }
  for (const mount of container.volumeMounts ?? []) {
    if (!volumes.has(mount.name)) faults.push(`there is no volume ${mount.name} to mount`);
  }
  for (const name of PROBES.filter((probe) => container[probe])) {
    const probe = container[name];
    const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'].filter((handler) => probe[handler]);
    if (handlers.length !== 1) faults.push(`${name} needs one handler, it has ${handlers.length}`);
    const port = (probe.httpGet ?? probe.tcpSocket)?.port;
    if (typeof port === 'string' && !ports.includes(port)) faults.push(`${name} names the port ${port}, not there`);
  }
  if (serves && !container.readinessProbe) faults.push('has no readinessProbe');
  for (const name of ['cpu', 'memory']) if (!container.resources?.requests?.[name]) faults.push(`requests no ${name}`);
  if (!container.resources?.limits?.memory) faults.push('has no memory limit');
  return faults;
}
