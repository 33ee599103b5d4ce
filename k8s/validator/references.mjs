// Faults between the objects of a set: what one names, another must be or have.
import { containers, podTemplate, selects } from './pods.mjs';

const CLUSTER_WIDE = ['Namespace'];

// A function from an object to its faults.
export function referenceChecker(objects) {
  const set = new ObjectSet(objects);
  return (object) => [
    ...placeFaults(object, set),
    ...(podTemplate(object) ? podReferenceFaults(object, set) : []),
    ...(kinds[object.kind]?.(object, set) ?? []),
  ];
}

class ObjectSet {
  constructor(objects) {
    this.objects = objects;
  }

  find(kind, name, namespace) {
    return this.objects.find((o) => o.kind === kind && o.metadata.name === name && o.metadata.namespace === namespace);
  }

  count(object) {
    const same = (o) => o.kind === object.kind && o.metadata.name === object.metadata.name
      && o.metadata.namespace === object.metadata.namespace;
    return this.objects.filter(same).length;
  }

  // The pod templates of a namespace that a selector takes.
  pods(selector, namespace) {
    return this.objects.filter((o) => o.metadata.namespace === namespace).map(podTemplate)
      .filter((template) => template && selects(selector, template.metadata?.labels));
  }
}

function placeFaults(object, set) {
  const faults = [];
  const { namespace } = object.metadata;
  if (set.count(object) > 1) faults.push('is there twice');
  if (CLUSTER_WIDE.includes(object.kind)) return faults;
  if (!namespace) faults.push('has no namespace');
  else if (!set.find('Namespace', namespace, undefined)) faults.push(`the namespace ${namespace} is not in the set`);
  return faults;
}

function podReferenceFaults(object, set) {
  const { spec } = podTemplate(object);
  const { namespace } = object.metadata;
  const faults = [];
  // A ConfigMap or Secret, and one key of it when key is given.
  const wants = (kind, name, key, optional) => {
    const found = set.find(kind, name, namespace);
    if (optional) return;
    if (!found) faults.push(`the ${kind} ${name} is not in the set`);
    else if (key && !(key in { ...found.data, ...found.stringData, ...found.binaryData })) {
      faults.push(`the ${kind} ${name} has no key ${key}`);
    }
  };
  if (spec.serviceAccountName) wants('ServiceAccount', spec.serviceAccountName);
  for (const volume of spec.volumes ?? []) {
    const { configMap, secret } = volume;
    if (configMap) wants('ConfigMap', configMap.name, undefined, configMap.optional);
    if (secret) wants('Secret', secret.secretName, undefined, secret.optional);
  }
  for (const container of containers(spec)) {
    for (const source of container.envFrom ?? []) {
      if (source.configMapRef) wants('ConfigMap', source.configMapRef.name, undefined, source.configMapRef.optional);
      if (source.secretRef) wants('Secret', source.secretRef.name, undefined, source.secretRef.optional);
    }
    for (const { value, valueFrom } of container.env ?? []) {
      const { configMapKeyRef: map, secretKeyRef: secret } = valueFrom ?? {};
      if (map) wants('ConfigMap', map.name, map.key, map.optional);
      if (secret) wants('Secret', secret.name, secret.key, secret.optional);
      if (value?.startsWith('dns:///')) faults.push(...targetFaults(value, namespace, set));
    }
    for (const mount of container.volumeMounts ?? []) {
      const map = spec.volumes?.find((volume) => volume.name === mount.name)?.configMap;
      if (map && mount.subPath) wants('ConfigMap', map.name, mount.subPath);
    }
  }
  return faults;
}

// gRPC clients balance over the addresses behind a name, so the Service must be headless.
function targetFaults(target, namespace, set) {
  const [, name, port] = /^dns:\/\/\/([^:]+):(\d+)$/.exec(target) ?? [];
  const service = set.find('Service', name, namespace);
  if (!service) return [`${target}: there is no such Service`];
  if (service.spec.clusterIP !== 'None') return [`${target}: the Service is not headless`];
  const found = service.spec.ports.some((entry) => entry.port === Number(port));
  return found ? [] : [`${target}: the Service has no such port`];
}

function namesPort(template, name) {
  return containers(template.spec).some((container) => (container.ports ?? []).some((port) => port.name === name));
}

const kinds = {
  Service(object, set) {
    const pods = set.pods({ matchLabels: object.spec.selector }, object.metadata.namespace);
    if (!object.spec.selector || !pods.length) return ['the selector takes no pod of the set'];
    return object.spec.ports
      .filter(({ targetPort }) => typeof targetPort === 'string' && !pods.every((pod) => namesPort(pod, targetPort)))
      .map(({ targetPort }) => `targetPort ${targetPort}: a selected pod has no port of that name`);
  },

  PodDisruptionBudget(object, set) {
    return set.pods(object.spec.selector, object.metadata.namespace).length ? [] : ['the selector takes no pod of the set'];
  },

  Deployment(object, set) {
    const labels = podTemplate(object).metadata.labels;
    const covered = set.objects.some((o) => o.kind === 'PodDisruptionBudget' && selects(o.spec.selector, labels));
    return covered ? [] : ['no PodDisruptionBudget covers it'];
  },

  StatefulSet(object, set) {
    const { serviceName } = object.spec;
    return set.find('Service', serviceName, object.metadata.namespace) ? [] : [`there is no Service ${serviceName}`];
  },

  Ingress(object, set) {
    const faults = Object.keys(object.metadata.annotations ?? {}).filter((key) => key.includes('affinity'))
      .map((key) => `${key}: no gateway needs affinity`);
    const paths = (object.spec.rules ?? []).flatMap((rule) => rule.http?.paths ?? []);
    for (const { backend: { service: wanted } } of paths) {
      const service = set.find('Service', wanted.name, object.metadata.namespace);
      const fits = (port) => port.name === wanted.port.name || port.port === wanted.port.number;
      if (!service) faults.push(`there is no Service ${wanted.name}`);
      else if (!service.spec.ports.some(fits)) {
        faults.push(`the Service ${wanted.name} has no port ${JSON.stringify(wanted.port)}`);
      }
    }
    return faults;
  },

  NetworkPolicy(object, set) {
    const { namespace } = object.metadata;
    const { podSelector, ingress = [], egress = [] } = object.spec;
    const faults = [];
    const taken = set.pods(podSelector, namespace);
    if (!taken.length) faults.push('takes no pod of the set');
    for (const peer of [...ingress.flatMap((rule) => rule.from ?? []), ...egress.flatMap((rule) => rule.to ?? [])]) {
      if (peer.podSelector && !peer.namespaceSelector && !set.pods(peer.podSelector, namespace).length) {
        faults.push(`names pods that are not in the set: ${JSON.stringify(peer.podSelector.matchLabels)}`);
      }
    }
    for (const { port } of ingress.flatMap((rule) => rule.ports ?? [])) {
      if (typeof port === 'string' && !taken.every((pod) => namesPort(pod, port))) faults.push(`no port is named ${port}`);
    }
    return faults;
  },
};
