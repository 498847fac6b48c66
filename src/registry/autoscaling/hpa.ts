import type { HorizontalPodAutoscaler } from '../../schema/generated/autoscaling-v2.js';
import type { BehaviourFactory } from '../behaviour.js';
import { withFinalizerChecks } from '../finalizer-checks.js';
import type { Typed } from '../object.js';
import { refined, specStatus } from '../spec-status.js';
import { hpaToV1, hpaToV2 } from './hpa-conversion.js';
import { defaultHpa, defaultHpaV2 } from './hpa-defaults.js';
import { validateHpa, validateHpaStatusUpdate, validateHpaUpdate } from './hpa-validation.js';

export const horizontalPodAutoscalers: BehaviourFactory = () => {
  const { main, status } = specStatus();
  const strategy = refined<Typed<HorizontalPodAutoscaler>>(main, {
    validate: validateHpa,
    validateUpdate: validateHpaUpdate,
    // The real server defaults what it reads from storage, which is v2: behaviors that came through v1 are completed there.
    canonicalize: defaultHpaV2,
  });
  const statusStrategy = refined<Typed<HorizontalPodAutoscaler>>(status, { validateUpdate: validateHpaStatusUpdate });
  return {
    strategy: withFinalizerChecks(strategy),
    status: withFinalizerChecks(statusStrategy),
    defaults: defaultHpa,
    conversions: { v1: { toStorage: hpaToV2, fromStorage: hpaToV1 } },
  };
};
