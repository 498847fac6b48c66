import type { GroupVersion } from '../../apimachinery/group-version.js';
import type { ResourceFacts, SubresourceFacts } from '../../schema/registry.js';

interface ApiResource {
  readonly name?: string;
  readonly singularName?: string;
  readonly namespaced?: boolean;
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly verbs?: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly storageVersionHash?: string;
}

/** The resources that another server's APIResourceList tells of. Throws an Error for another document. */
export function resourcesIn(document: Buffer, own: GroupVersion): ResourceFacts[] {
  const { kind, resources } = JSON.parse(document.toString('utf8')) as { kind?: string; resources?: readonly ApiResource[] };
  if (kind !== 'APIResourceList' || !Array.isArray(resources)) throw new Error('the document is no APIResourceList');
  const listed = resources as readonly ApiResource[];
  const isBelow = ({ name = '' }: ApiResource, parent: string): boolean => name.startsWith(`${parent}/`);
  return listed
    .filter(({ name = '' }) => !name.includes('/'))
    .map((resource) => {
      const {
        name = '',
        singularName = '',
        kind: itsKind = '',
        namespaced = false,
        verbs = [],
        shortNames = [],
        categories = [],
      } = resource;
      return {
        group: resource.group ?? own.group,
        version: resource.version ?? own.version,
        resource: name,
        singular: singularName,
        kind: itsKind,
        namespaced,
        verbs,
        shortNames,
        categories,
        storageVersionHash: resource.storageVersionHash,
        subresources: listed.filter((other) => isBelow(other, name)).map((other) => subresource(other, own)),
      };
    });
}

function subresource({ name = '', group, version, kind = '', verbs = [] }: ApiResource, own: GroupVersion): SubresourceFacts {
  return {
    name: name.slice(name.indexOf('/') + 1),
    kind: { group: group ?? own.group, version: version ?? own.version, kind },
    verbs,
  };
}
