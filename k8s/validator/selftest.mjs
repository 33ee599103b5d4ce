// The validator against itself: each of these breaks a good set, and one particular complaint must follow.
const of = (kind, name) => (o) => o.kind === kind && o.metadata.name === name;
const gateway = of('Deployment', 'sail-gateway');
const podOf = (object) => object.spec.template.spec;
const containerOf = (object) => podOf(object).containers[0];

// [what is broken, the object to break, how, the complaint]
export const BREAKAGES = [
  ['a misspelt field', gateway, (o) => { containerOf(o).readynessProbe = {}; }, /readynessProbe is not a field/],
  ['an unknown field at the top', gateway, (o) => { o.spce = {}; }, /spce is not a field/],
  ['a field of the wrong type', gateway, (o) => { o.spec.replicas = 'two'; }, /spec\.replicas breaks the rule type/],
  ['a missing field', gateway, (o) => { delete containerOf(o).name; }, /containers\.0 breaks the rule required/],
  ['an API version that is gone', of('PodDisruptionBudget', 'sail-logic'), (o) => {
    o.apiVersion = 'policy/v1beta9';
  }, /there is no/],
  ['a selector beside the labels', gateway, (o) => {
    o.spec.selector.matchLabels['app.kubernetes.io/name'] = 'x';
  }, /selector does not match/],
  ['a Service without pods', of('Service', 'sail-pubsub'), (o) => { o.spec.selector = { a: 'b' }; }, /takes no pod/],
  ['a port name that is not there', of('Service', 'sail-logic'), (o) => {
    o.spec.ports[0].targetPort = 'rpc';
  }, /targetPort rpc/],
  ['a probe on an unknown port', gateway, (o) => {
    containerOf(o).livenessProbe.httpGet.port = 'health';
  }, /names the port health/],
  ['an unknown ConfigMap', gateway, (o) => { podOf(o).volumes[0].configMap.name = 'nowhere'; }, /ConfigMap nowhere is not/],
  ['an unknown key of a Secret', of('Deployment', 'sail-session'), (o) => {
    containerOf(o).env.find((entry) => entry.valueFrom).valueFrom.secretKeyRef.key = 'redis';
  }, /has no key redis/],
  ['an unknown ServiceAccount', gateway, (o) => { podOf(o).serviceAccountName = 'root'; }, /ServiceAccount root is not/],
  ['an unknown gRPC target', gateway, (o) => {
    containerOf(o).env.find((entry) => entry.name === 'SAIL_LOGIC_TARGET').value = 'dns:///logic:50051';
  }, /no such Service/],
  ['a Service that is not headless', of('Service', 'sail-session'), (o) => { delete o.spec.clusterIP; }, /not headless/],
  ['a mount without a volume', gateway, (o) => { podOf(o).volumes.pop(); }, /there is no volume/],
  ['an Ingress to nowhere', of('Ingress', 'sail-gateway'), (o) => {
    o.spec.rules[0].http.paths[0].backend.service.port.name = 'https';
  }, /has no port/],
  ['an Ingress with affinity', of('Ingress', 'sail-gateway'), (o) => {
    o.metadata.annotations['nginx.ingress.kubernetes.io/affinity'] = 'cookie';
  }, /affinity/],
  ['a policy for pods that do not exist', of('NetworkPolicy', 'redis'), (o) => {
    o.spec.ingress[0].from[0].podSelector.matchLabels = { a: 'b' };
  }, /not in the set/],
  ['a grace period shorter than the drain', gateway, (o) => {
    podOf(o).terminationGracePeriodSeconds = 20;
  }, /drain may take/],
  ['a container that runs as root', gateway, (o) => { podOf(o).securityContext.runAsUser = 0; }, /runAsUser/],
  ['a root file system to write to', gateway, (o) => {
    containerOf(o).securityContext.readOnlyRootFilesystem = false;
  }, /can be written/],
  ['a kept capability', of('StatefulSet', 'redis'), (o) => {
    delete containerOf(o).securityContext.capabilities;
  }, /does not drop all capabilities/],
  ['a missing seccomp profile', of('Job', 'sail-migrate'), (o) => {
    delete podOf(o).securityContext.seccompProfile;
  }, /no seccomp profile/],
  ['a folder of the host', gateway, (o) => {
    podOf(o).volumes[0] = { name: 'app', hostPath: { path: '/' } };
  }, /type hostPath/],
  ['a mounted token', gateway, (o) => { delete podOf(o).automountServiceAccountToken; }, /token is mounted/],
  ['an image without a tag', gateway, (o) => { containerOf(o).image = 'sail-system'; }, /no fixed tag/],
  ['an object in another namespace', of('Service', 'sail-gateway'), (o) => {
    o.metadata.namespace = 'default';
  }, /namespace default/],
];

// Calls report(name, faults) for each breakage; check is a function from a set to [object, faults] pairs.
export function selfTest(objects, check, report) {
  for (const [what, choose, spoil, complaint] of BREAKAGES) {
    const set = structuredClone(objects);
    const victim = set.find(choose);
    if (!victim) {
      report(`${what} is caught`, ['the object to break is not in the set']);
      continue;
    }
    spoil(victim);
    const complaints = check(set).flatMap(([, faults]) => faults);
    const caught = complaints.some((text) => complaint.test(text));
    const others = complaints.join('; ') || 'none';
    report(`${what} is caught`, caught ? [] : [`no complaint like ${complaint}; there were: ${others}`]);
  }
}
