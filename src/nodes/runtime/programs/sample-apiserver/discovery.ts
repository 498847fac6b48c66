import { GROUP, RESOURCES, VERSIONS } from './wardle.js';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** `/apis`, `/apis/GROUP` and `/apis/GROUP/VERSION`; undefined for other paths. */
export function discoveryDocument(path: string): object | undefined {
  switch (path) {
    case '/apis':
      return { kind: 'APIGroupList', apiVersion: 'v1', groups: [group()] };
    case `/apis/${GROUP}`:
      return { kind: 'APIGroup', apiVersion: 'v1', ...group() };
    case `/version`:
      return { major: '1', minor: '29', gitVersion: 'v1.29.2', platform: 'linux/amd64' };
    default: {
      const version = VERSIONS.find((each) => path === `/apis/${GROUP}/${each}`);
      return version === undefined ? undefined : resourceList(version);
    }
  }
}

function group(): object {
  const versions = VERSIONS.map((version) => ({ groupVersion: `${GROUP}/${version}`, version }));
  return { name: GROUP, versions, preferredVersion: versions[0] };
}

function resourceList(version: string): object {
  const resources = RESOURCES.filter(({ versions }) => versions.includes(version)).map(({ name, singular, namespaced, kind }) => ({
    name,
    singularName: singular,
    namespaced,
    kind,
    verbs: VERBS,
  }));
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: `${GROUP}/${version}`, resources };
}
