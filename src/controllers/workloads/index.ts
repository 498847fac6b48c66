import type { ControllerDescriptor } from '../descriptor.js';
import { cronJobController } from './cron-job/index.js';
import { daemonSetController } from './daemon-set/index.js';
import { deploymentController } from './deployment/index.js';
import { disruptionController } from './disruption/index.js';
import { horizontalPodAutoscalerController } from './horizontal-pod-autoscaler/index.js';
import { jobController } from './job/index.js';
import { replicaSetController, replicationControllerController } from './replica-set/index.js';
import { statefulSetController } from './stateful-set/index.js';
import { ttlAfterFinishedController } from './ttl-after-finished.js';

export const workloadsControllers: readonly ControllerDescriptor[] = [
  cronJobController,
  daemonSetController,
  deploymentController,
  disruptionController,
  horizontalPodAutoscalerController,
  jobController,
  replicaSetController,
  replicationControllerController,
  statefulSetController,
  ttlAfterFinishedController,
];
