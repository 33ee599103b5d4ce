// The pods that a set of objects makes.

// The pod template of a workload, or undefined for other kinds.
export function podTemplate(object) {
  switch (object.kind) {
    case 'Pod': return object;
    case 'CronJob': return object.spec.jobTemplate.spec.template;
    case 'Deployment': case 'StatefulSet': case 'DaemonSet': case 'ReplicaSet': case 'Job': return object.spec.template;
    default: return undefined;
  }
}

export function containers(podSpec) {
  return [...(podSpec.initContainers ?? []), ...(podSpec.containers ?? [])];
}

// Whether a label selector (matchLabels alone is in use here) takes these labels.
export function selects(selector, labels) {
  if (selector?.matchExpressions) throw new Error('matchExpressions are not understood by this validator');
  return Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels?.[key] === value);
}
