import type { FlowSchema } from '../../schema/generated/flowcontrol-v1.js';
import type { BehaviourFactory } from '../behaviour.js';
import { typed, type Typed } from '../object.js';
import { refined, specStatus } from '../spec-status.js';
import { conditionErrors } from './conditions.js';
import { validateFlowSchema } from './flow-schema-validation.js';

const DEFAULT_PRECEDENCE = 1000;

/** flowcontrol.apiserver.k8s.io/v1 FlowSchema. Updates are checked as creations are. */
export const flowSchemas: BehaviourFactory = () => {
  const { main, status } = specStatus({ generation: true, statusKeepsMetadata: true });
  return {
    strategy: refined<Typed<FlowSchema>>(main, {
      validatesMetadata: true,
      validate: validateFlowSchema,
      validateUpdate: validateFlowSchema,
    }),
    status: refined<Typed<FlowSchema>>(status, { validatesMetadata: true, validateUpdate: (object) => conditionErrors(object.status) }),
    defaults(object) {
      const { spec } = typed<FlowSchema>(object);
      spec.matchingPrecedence ||= DEFAULT_PRECEDENCE;
    },
  };
};
