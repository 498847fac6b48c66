import { GoPrinter } from '../go-struct.js';

/** How Go prints this group's internal types. */
export const goResource = new GoPrinter({
  ResourceClaimTemplateSpec: '...@metadata Spec:ResourceClaimSpec',
  ResourceClaimSpec: 'Devices:DeviceClaim',
  DeviceClaim: 'Requests*:DeviceRequest Constraints*:DeviceConstraint Config*:DeviceClaimConfiguration',
  DeviceRequest: 'Name Exactly*:ExactDeviceRequest FirstAvailable*:DeviceSubRequest',
  ExactDeviceRequest:
    'DeviceClassName Selectors*:DeviceSelector AllocationMode Count# AdminAccess* Tolerations*:DeviceToleration Capacity*:CapacityRequirements',
  DeviceSubRequest:
    'Name DeviceClassName Selectors*:DeviceSelector AllocationMode Count# Tolerations*:DeviceToleration Capacity*:CapacityRequirements',
  CapacityRequirements: 'Requests*',
  DeviceSelector: 'CEL=cel*:CELDeviceSelector',
  CELDeviceSelector: 'Expression',
  DeviceToleration: 'Key Operator Value Effect TolerationSeconds*',
  DeviceConstraint: 'Requests* MatchAttribute* DistinctAttribute*',
  DeviceClaimConfiguration: 'Requests* ...DeviceConfiguration',
  DeviceConfiguration: 'Opaque*:OpaqueDeviceConfiguration',
  OpaqueDeviceConfiguration: 'Driver Parameters*',
  AllocationResult: 'Devices:DeviceAllocationResult NodeSelector*:NodeSelector AllocationTimestamp*',
  DeviceAllocationResult: 'Results*:DeviceRequestAllocationResult Config*:DeviceAllocationConfiguration',
  DeviceRequestAllocationResult:
    'Request Driver Pool Device AdminAccess* Tolerations*:DeviceToleration BindingConditions* BindingFailureConditions* ShareID=shareID* ConsumedCapacity*',
  DeviceAllocationConfiguration: 'Source Requests* ...DeviceConfiguration',
  DeviceAttribute:
    'IntValue=int* BoolValue=bool* StringValue=string* VersionValue=version* IntValues=ints* BoolValues=bools* StringValues=strings* VersionValues=versions*',
  NodeSelector: 'NodeSelectorTerms*:NodeSelectorTerm',
  NodeSelectorTerm: 'MatchExpressions*:NodeSelectorRequirement MatchFields*:NodeSelectorRequirement',
  NodeSelectorRequirement: 'Key Operator Values*',
});
