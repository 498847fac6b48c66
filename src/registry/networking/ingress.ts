import { FieldPath } from '../../apimachinery/field-path.js';
import { goQuote } from '../../apimachinery/field-error.js';
import { warningsForIp } from '../../apimachinery/validation/ip.js';
import type { Ingress } from '../../schema/generated/networking-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import type { Typed } from '../object.js';
import { refined, specStatus } from '../spec-status.js';
import { CLASS_ANNOTATION, validateIngress, validateIngressStatusUpdate, validateIngressUpdate } from './ingress-validation.js';

const ADDRESSES = FieldPath.of('status', 'loadBalancer', 'ingress');

/** networking.k8s.io/v1 Ingress. */
export const ingresses: BehaviourFactory = () => {
  const { main, status } = specStatus({ generation: true });
  return {
    strategy: refined<Typed<Ingress>>(main, {
      validate: validateIngress,
      validateUpdate: validateIngressUpdate,
      warningsOnCreate: ({ metadata, spec }) =>
        spec.ingressClassName === undefined && Object.hasOwn(metadata.annotations ?? {}, CLASS_ANNOTATION)
          ? [`annotation ${goQuote(CLASS_ANNOTATION)} is deprecated, please use 'spec.ingressClassName' instead`]
          : [],
    }),
    status: refined<Typed<Ingress>>(status, {
      validateUpdate: validateIngressStatusUpdate,
      warningsOnUpdate: (object) =>
        (object.status.loadBalancer.ingress ?? []).flatMap(({ ip }, i) => (ip ? warningsForIp(ADDRESSES.index(i), ip) : [])),
    }),
  };
};
