import type { EphemeralContainer, PersistentVolumeClaimSpec, PodSpec, PodTemplateSpec } from '../../../schema/generated/core-v1.js';
import { GoPrinter, type GoStructs } from '../../go-struct.js';

/** The internal version of a pod's spec (Go: pkg/apis/core/types.go). */
export const POD_STRUCTS: GoStructs = {
  PodSpec:
    'Volumes*:Volume InitContainers*:Container Containers*:Container EphemeralContainers*:EphemeralContainer RestartPolicy TerminationGracePeriodSeconds* ActiveDeadlineSeconds* DNSPolicy=dnsPolicy NodeSelector* ServiceAccountName AutomountServiceAccountToken* NodeName SecurityContext*:PodSecurityContext ImagePullSecrets*:LocalObjectReference Hostname Subdomain SetHostnameAsFQDN* Affinity*:Affinity SchedulerName Tolerations*:Toleration HostAliases*:HostAlias PriorityClassName Priority* PreemptionPolicy* DNSConfig=dnsConfig*:PodDNSConfig ReadinessGates*:PodReadinessGate RuntimeClassName* Overhead* EnableServiceLinks* TopologySpreadConstraints*:TopologySpreadConstraint OS=os*:PodOS SchedulingGates*:PodSchedulingGate ResourceClaims*:PodResourceClaim Resources*:ResourceRequirements HostnameOverride* SchedulingGroup*:PodSchedulingGroup',
  Volume: 'Name ...VolumeSource',
  VolumeSource:
    'HostPath*:HostPathVolumeSource EmptyDir*:EmptyDirVolumeSource GCEPersistentDisk=gcePersistentDisk*:GCEPersistentDiskVolumeSource AWSElasticBlockStore=awsElasticBlockStore*:AWSElasticBlockStoreVolumeSource GitRepo*:GitRepoVolumeSource Secret*:SecretVolumeSource NFS=nfs*:NFSVolumeSource ISCSI=iscsi*:ISCSIVolumeSource Glusterfs*:GlusterfsVolumeSource PersistentVolumeClaim*:PersistentVolumeClaimVolumeSource RBD=rbd*:RBDVolumeSource Quobyte*:QuobyteVolumeSource FlexVolume*:FlexVolumeSource Cinder*:CinderVolumeSource CephFS=cephfs*:CephFSVolumeSource Flocker*:FlockerVolumeSource DownwardAPI*:DownwardAPIVolumeSource FC=fc*:FCVolumeSource AzureFile*:AzureFileVolumeSource ConfigMap*:ConfigMapVolumeSource VsphereVolume*:VsphereVirtualDiskVolumeSource AzureDisk*:AzureDiskVolumeSource PhotonPersistentDisk*:PhotonPersistentDiskVolumeSource Projected*:ProjectedVolumeSource PortworxVolume*:PortworxVolumeSource ScaleIO*:ScaleIOVolumeSource StorageOS=storageos*:StorageOSVolumeSource CSI=csi*:CSIVolumeSource Ephemeral*:EphemeralVolumeSource Image*:ImageVolumeSource',
  HostPathVolumeSource: 'Path Type*',
  EmptyDirVolumeSource: 'Medium SizeLimit*',
  GCEPersistentDiskVolumeSource: 'PDName=pdName FSType=fsType Partition# ReadOnly!',
  AWSElasticBlockStoreVolumeSource: 'VolumeID FSType=fsType Partition# ReadOnly!',
  GitRepoVolumeSource: 'Repository Revision Directory',
  SecretVolumeSource: 'SecretName Items*:KeyToPath DefaultMode* Optional*',
  KeyToPath: 'Key Path Mode*',
  NFSVolumeSource: 'Server Path ReadOnly!',
  ISCSIVolumeSource:
    'TargetPortal IQN=iqn Lun# ISCSIInterface=iscsiInterface FSType=fsType ReadOnly! Portals* DiscoveryCHAPAuth=chapAuthDiscovery! SessionCHAPAuth=chapAuthSession! SecretRef*:LocalObjectReference InitiatorName*',
  LocalObjectReference: 'Name',
  GlusterfsVolumeSource: 'EndpointsName=endpoints Path ReadOnly!',
  PersistentVolumeClaimVolumeSource: 'ClaimName ReadOnly!',
  RBDVolumeSource:
    'CephMonitors=monitors* RBDImage=image FSType=fsType RBDPool=pool RadosUser=user Keyring SecretRef*:LocalObjectReference ReadOnly!',
  QuobyteVolumeSource: 'Registry Volume ReadOnly! User Group Tenant',
  FlexVolumeSource: 'Driver FSType=fsType SecretRef*:LocalObjectReference ReadOnly! Options*',
  CinderVolumeSource: 'VolumeID FSType=fsType ReadOnly! SecretRef*:LocalObjectReference',
  CephFSVolumeSource: 'Monitors* Path User SecretFile SecretRef*:LocalObjectReference ReadOnly!',
  FlockerVolumeSource: 'DatasetName DatasetUUID',
  DownwardAPIVolumeSource: 'Items*:DownwardAPIVolumeFile DefaultMode*',
  DownwardAPIVolumeFile: 'Path FieldRef*:ObjectFieldSelector ResourceFieldRef*:ResourceFieldSelector Mode*',
  ObjectFieldSelector: 'APIVersion=apiVersion FieldPath',
  ResourceFieldSelector: 'ContainerName Resource Divisor~',
  FCVolumeSource: 'TargetWWNs* Lun* FSType=fsType ReadOnly! WWIDs=wwids*',
  AzureFileVolumeSource: 'SecretName ShareName ReadOnly!',
  ConfigMapVolumeSource: '...LocalObjectReference Items*:KeyToPath DefaultMode* Optional*',
  VsphereVirtualDiskVolumeSource: 'VolumePath FSType=fsType StoragePolicyName StoragePolicyID',
  AzureDiskVolumeSource: 'DiskName DataDiskURI=diskURI CachingMode* FSType=fsType* ReadOnly* Kind*',
  PhotonPersistentDiskVolumeSource: 'PdID FSType=fsType',
  ProjectedVolumeSource: 'Sources*:VolumeProjection DefaultMode*',
  VolumeProjection:
    'Secret*:SecretProjection DownwardAPI*:DownwardAPIProjection ConfigMap*:ConfigMapProjection ServiceAccountToken*:ServiceAccountTokenProjection ClusterTrustBundle*:ClusterTrustBundleProjection PodCertificate*:PodCertificateProjection',
  SecretProjection: '...LocalObjectReference Items*:KeyToPath Optional*',
  DownwardAPIProjection: 'Items*:DownwardAPIVolumeFile',
  ConfigMapProjection: '...LocalObjectReference Items*:KeyToPath Optional*',
  ServiceAccountTokenProjection: 'Audience ExpirationSeconds# Path',
  ClusterTrustBundleProjection: 'Name* SignerName* LabelSelector* Optional* Path',
  PodCertificateProjection: 'SignerName KeyType MaxExpirationSeconds* CredentialBundlePath KeyPath CertificateChainPath UserAnnotations*',
  PortworxVolumeSource: 'VolumeID FSType=fsType ReadOnly!',
  ScaleIOVolumeSource:
    'Gateway System SecretRef*:LocalObjectReference SSLEnabled=sslEnabled! ProtectionDomain StoragePool StorageMode VolumeName FSType=fsType ReadOnly!',
  StorageOSVolumeSource: 'VolumeName VolumeNamespace FSType=fsType ReadOnly! SecretRef*:LocalObjectReference',
  CSIVolumeSource: 'Driver ReadOnly* FSType=fsType* VolumeAttributes* NodePublishSecretRef*:LocalObjectReference',
  EphemeralVolumeSource: 'VolumeClaimTemplate*:PersistentVolumeClaimTemplate',
  PersistentVolumeClaimTemplate: '...@metadata Spec:PersistentVolumeClaimSpec',
  PersistentVolumeClaimSpec:
    'AccessModes* Selector* Resources:VolumeResourceRequirements VolumeName StorageClassName* VolumeMode* DataSource*:TypedLocalObjectReference DataSourceRef*:TypedObjectReference VolumeAttributesClassName*',
  VolumeResourceRequirements: 'Limits* Requests*',
  TypedLocalObjectReference: 'APIGroup=apiGroup* Kind Name',
  TypedObjectReference: 'APIGroup=apiGroup* Kind Name Namespace*',
  ImageVolumeSource: 'Reference PullPolicy',
  Container:
    'Name Image Command* Args* WorkingDir Ports*:ContainerPort EnvFrom*:EnvFromSource Env*:EnvVar Resources:ResourceRequirements ResizePolicy*:ContainerResizePolicy RestartPolicy* RestartPolicyRules*:ContainerRestartRule VolumeMounts*:VolumeMount VolumeDevices*:VolumeDevice LivenessProbe*:Probe ReadinessProbe*:Probe StartupProbe*:Probe Lifecycle*:Lifecycle TerminationMessagePath TerminationMessagePolicy ImagePullPolicy SecurityContext*:SecurityContext Stdin! StdinOnce! TTY=tty!',
  ContainerPort: 'Name HostPort# ContainerPort# Protocol HostIP',
  EnvFromSource: 'Prefix ConfigMapRef*:ConfigMapEnvSource SecretRef*:SecretEnvSource',
  ConfigMapEnvSource: '...LocalObjectReference Optional*',
  SecretEnvSource: '...LocalObjectReference Optional*',
  EnvVar: 'Name Value ValueFrom*:EnvVarSource',
  EnvVarSource:
    'FieldRef*:ObjectFieldSelector ResourceFieldRef*:ResourceFieldSelector ConfigMapKeyRef*:ConfigMapKeySelector SecretKeyRef*:SecretKeySelector FileKeyRef*:FileKeySelector',
  ConfigMapKeySelector: '...LocalObjectReference Key Optional*',
  SecretKeySelector: '...LocalObjectReference Key Optional*',
  FileKeySelector: 'VolumeName Path Key Optional*',
  ResourceRequirements: 'Limits* Requests* Claims*:ResourceClaim',
  ResourceClaim: 'Name Request',
  ContainerResizePolicy: 'ResourceName RestartPolicy',
  ContainerRestartRule: 'Action ExitCodes*:ContainerRestartRuleOnExitCodes',
  ContainerRestartRuleOnExitCodes: 'Operator Values*',
  VolumeMount: 'Name ReadOnly! RecursiveReadOnly* MountPath SubPath MountPropagation* SubPathExpr',
  VolumeDevice: 'Name DevicePath',
  Probe:
    '...ProbeHandler InitialDelaySeconds# TimeoutSeconds# PeriodSeconds# SuccessThreshold# FailureThreshold# TerminationGracePeriodSeconds*',
  ProbeHandler: 'Exec*:ExecAction HTTPGet=httpGet*:HTTPGetAction TCPSocket=tcpSocket*:TCPSocketAction GRPC=grpc*:GRPCAction',
  ExecAction: 'Command*',
  HTTPGetAction: 'Path Port# Host Scheme HTTPHeaders=httpHeaders*:HTTPHeader',
  HTTPHeader: 'Name Value',
  TCPSocketAction: 'Port# Host',
  GRPCAction: 'Port# Service*',
  Lifecycle: 'PostStart*:LifecycleHandler PreStop*:LifecycleHandler StopSignal*',
  LifecycleHandler: 'Exec*:ExecAction HTTPGet=httpGet*:HTTPGetAction TCPSocket=tcpSocket*:TCPSocketAction Sleep*:SleepAction',
  SleepAction: 'Seconds#',
  SecurityContext:
    'Capabilities*:Capabilities Privileged* SELinuxOptions=seLinuxOptions*:SELinuxOptions WindowsOptions*:WindowsSecurityContextOptions RunAsUser* RunAsGroup* RunAsNonRoot* ReadOnlyRootFilesystem* AllowPrivilegeEscalation* ProcMount* SeccompProfile*:SeccompProfile AppArmorProfile*:AppArmorProfile',
  Capabilities: 'Add* Drop*',
  SELinuxOptions: 'User Role Type Level',
  WindowsSecurityContextOptions:
    'GMSACredentialSpecName=gmsaCredentialSpecName* GMSACredentialSpec=gmsaCredentialSpec* RunAsUserName* HostProcess*',
  SeccompProfile: 'Type LocalhostProfile*',
  AppArmorProfile: 'Type LocalhostProfile*',
  EphemeralContainer: '...EphemeralContainerCommon TargetContainerName',
  EphemeralContainerCommon:
    'Name Image Command* Args* WorkingDir Ports*:ContainerPort EnvFrom*:EnvFromSource Env*:EnvVar Resources:ResourceRequirements ResizePolicy*:ContainerResizePolicy RestartPolicy* RestartPolicyRules*:ContainerRestartRule VolumeMounts*:VolumeMount VolumeDevices*:VolumeDevice LivenessProbe*:Probe ReadinessProbe*:Probe StartupProbe*:Probe Lifecycle*:Lifecycle TerminationMessagePath TerminationMessagePolicy ImagePullPolicy SecurityContext*:SecurityContext Stdin! StdinOnce! TTY=tty!',
  PodSecurityContext:
    'HostNetwork! HostPID! HostIPC! ShareProcessNamespace* HostUsers* SELinuxOptions=seLinuxOptions*:SELinuxOptions WindowsOptions*:WindowsSecurityContextOptions RunAsUser* RunAsGroup* RunAsNonRoot* SupplementalGroups* SupplementalGroupsPolicy* FSGroup=fsGroup* FSGroupChangePolicy=fsGroupChangePolicy* Sysctls*:Sysctl SeccompProfile*:SeccompProfile AppArmorProfile*:AppArmorProfile SELinuxChangePolicy=seLinuxChangePolicy*',
  Sysctl: 'Name Value',
  Affinity: 'NodeAffinity*:NodeAffinity PodAffinity*:PodAffinity PodAntiAffinity*:PodAntiAffinity',
  NodeAffinity:
    'RequiredDuringSchedulingIgnoredDuringExecution*:NodeSelector PreferredDuringSchedulingIgnoredDuringExecution*:PreferredSchedulingTerm',
  NodeSelector: 'NodeSelectorTerms*:NodeSelectorTerm',
  NodeSelectorTerm: 'MatchExpressions*:NodeSelectorRequirement MatchFields*:NodeSelectorRequirement',
  NodeSelectorRequirement: 'Key Operator Values*',
  PreferredSchedulingTerm: 'Weight# Preference:NodeSelectorTerm',
  PodAffinity:
    'RequiredDuringSchedulingIgnoredDuringExecution*:PodAffinityTerm PreferredDuringSchedulingIgnoredDuringExecution*:WeightedPodAffinityTerm',
  PodAffinityTerm: 'LabelSelector* Namespaces* TopologyKey NamespaceSelector* MatchLabelKeys* MismatchLabelKeys*',
  WeightedPodAffinityTerm: 'Weight# PodAffinityTerm:PodAffinityTerm',
  PodAntiAffinity:
    'RequiredDuringSchedulingIgnoredDuringExecution*:PodAffinityTerm PreferredDuringSchedulingIgnoredDuringExecution*:WeightedPodAffinityTerm',
  Toleration: 'Key Operator Value Effect TolerationSeconds*',
  HostAlias: 'IP=ip Hostnames*',
  PodDNSConfig: 'Nameservers* Searches* Options*:PodDNSConfigOption',
  PodDNSConfigOption: 'Name Value*',
  PodReadinessGate: 'ConditionType',
  TopologySpreadConstraint:
    'MaxSkew# TopologyKey WhenUnsatisfiable LabelSelector* MinDomains* NodeAffinityPolicy* NodeTaintsPolicy* MatchLabelKeys*',
  PodOS: 'Name',
  PodSchedulingGate: 'Name',
  PodResourceClaim: 'Name ResourceClaimName* ResourceClaimTemplateName*',
  PodSchedulingGroup: 'PodGroupName*',
};

const PRINTER = new GoPrinter(POD_STRUCTS);

/** A pod's spec as an error prints it. */
export function goPodSpec(spec: PodSpec): unknown {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers } = spec;
  return PRINTER.print('PodSpec', {
    ...spec,
    securityContext: { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers, ...spec.securityContext },
  });
}

/** A container that was added to a running pod, as an error prints it. */
export function goEphemeralContainer(container: EphemeralContainer): unknown {
  return PRINTER.print('EphemeralContainer', container);
}

/** A claim's spec as an error prints it. */
export function goClaimSpec(spec: PersistentVolumeClaimSpec): unknown {
  return PRINTER.print('PersistentVolumeClaimSpec', spec);
}

/** A pod template as an error prints it: metadata as in JSON, the spec in Go's names. */
export function goPodTemplate(template: PodTemplateSpec): unknown {
  return { ...template.metadata, Spec: goPodSpec(template.spec) };
}
