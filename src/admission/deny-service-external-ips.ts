import { typed } from '../registry/object.js';
import type { Service } from '../schema/generated/core-v1.js';
import type { AdmissionPlugin } from './admission.js';
import { forbid } from './forbid.js';
import { isCore, on } from './objects.js';

/** No Service claims addresses that may be somebody's (Go: plugin/pkg/admission/network/denyserviceexternalips). Off by default. */
export function denyServiceExternalIPs(): AdmissionPlugin {
  return {
    name: 'DenyServiceExternalIPs',
    resources: ['/services'],
    handles: on('CREATE', 'UPDATE'),
    validate(attributes) {
      const { object, oldObject } = attributes;
      if (!isCore(attributes, 'services') || object === undefined) return;
      const known = oldObject === undefined ? [] : (typed<Service>(oldObject).spec.externalIPs ?? []);
      if ((typed<Service>(object).spec.externalIPs ?? []).every((address) => known.includes(address))) return;
      throw forbid(attributes, 'Use of external IPs is denied by admission control');
    },
  };
}
