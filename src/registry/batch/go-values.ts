import { GoPrinter } from '../go-struct.js';

/** Parts of a job's internal version, as errors print them. */
export const GO_JOB = new GoPrinter({
  PodFailurePolicy: 'Rules*:PodFailurePolicyRule',
  PodFailurePolicyRule: 'Action OnExitCodes*:OnExitCodes OnPodConditions*:OnPodCondition',
  OnExitCodes: 'ContainerName* Operator Values*',
  OnPodCondition: 'Type Status',
  SuccessPolicy: 'Rules*:SuccessPolicyRule',
  SuccessPolicyRule: 'SucceededIndexes* SucceededCount*',
  UncountedTerminatedPods: 'Succeeded* Failed*',
});
