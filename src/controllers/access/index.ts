import type { ControllerDescriptor } from '../descriptor.js';
import { bootstrapSignerController, tokenCleanerController } from './bootstrap-token.js';
import { csrApprovingController, csrCleanerController, csrSigningController } from './certificate-signing-request.js';
import type { ClusterKeys } from './cluster-keys.js';
import { clusterRoleAggregationController } from './cluster-role-aggregation.js';
import { legacyTokenCleanerController } from './legacy-token-cleaner.js';
import { serviceAccountTokenController } from './service-account-token.js';

/** @param keys what may be done with the cluster's keys; only these controllers are told */
export function accessControllers(keys: ClusterKeys): readonly ControllerDescriptor[] {
  return [
    serviceAccountTokenController(keys),
    legacyTokenCleanerController,
    csrSigningController(keys),
    csrApprovingController(keys),
    csrCleanerController(keys),
    clusterRoleAggregationController,
    bootstrapSignerController,
    tokenCleanerController,
  ];
}
