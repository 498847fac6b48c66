import type { BehaviourEnvironment } from '../registry/behaviour.js';
import { typed } from '../registry/object.js';
import type { Ingress } from '../schema/generated/networking-v1.js';
import type { AdmissionPlugin } from './admission.js';
import { newest, on, StoredObjects } from './objects.js';

const GROUP = 'networking.k8s.io';

/** Ingresses that name no class get the default one (Go: plugin/pkg/admission/network/defaultingressclass). */
export function defaultIngressClass(environment: BehaviourEnvironment): AdmissionPlugin {
  const classes = new StoredObjects(environment, { group: GROUP, resource: 'ingressclasses' });
  return {
    name: 'DefaultIngressClass',
    resources: ['networking.k8s.io/ingresses'],
    handles: on('CREATE'),
    async admit({ object, resource, subresource }) {
      if (resource.resource !== 'ingresses' || resource.group !== GROUP || subresource !== '' || object === undefined) return;
      const { metadata, spec } = typed<Ingress>(object);
      if (spec.ingressClassName !== undefined || metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined) return;
      const all = await classes.list('');
      const found = newest(
        all.filter((candidate) => candidate.metadata.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true'),
      );
      if (found !== undefined) spec.ingressClassName = found.metadata.name;
    },
  };
}
