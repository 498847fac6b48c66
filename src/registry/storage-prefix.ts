import type { GroupResource } from '../apimachinery/group-version.js';

/** Key prefixes in etcd that differ from the resource's name (Go: pkg/kubeapiserver/default_storage_factory_builder.go). */
const SPECIAL: Readonly<Record<string, string>> = {
  '/replicationcontrollers': 'controllers',
  '/endpoints': 'services/endpoints',
  '/nodes': 'minions',
  '/services': 'services/specs',
  'networking.k8s.io/ingresses': 'ingress',
  'apiregistration.k8s.io/apiservices': 'apiregistration.k8s.io/apiservices',
  'apiextensions.k8s.io/customresourcedefinitions': 'apiextensions.k8s.io/customresourcedefinitions',
};

/** The prefix below /registry that kube-apiserver keeps a resource at; some error texts show it. */
export function storagePrefix(gr: GroupResource, custom = false): string {
  const special = SPECIAL[`${gr.group}/${gr.resource}`];
  if (special !== undefined) return special;
  return custom ? `${gr.group}/${gr.resource}` : gr.resource;
}
