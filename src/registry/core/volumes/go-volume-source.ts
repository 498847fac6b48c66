import type { PersistentVolumeSource } from '../../../schema/generated/core-v1.js';
import { GoPrinter } from '../../go-struct.js';
import { POD_STRUCTS } from '../pod-spec/index.js';

/** The internal version of volumes (Go: pkg/apis/core/types.go); what pods mount is described with them. */
export const VOLUME_STRUCTS = {
  ...POD_STRUCTS,
  PersistentVolumeSource:
    'GCEPersistentDisk=gcePersistentDisk*:GCEPersistentDiskVolumeSource AWSElasticBlockStore=awsElasticBlockStore*:AWSElasticBlockStoreVolumeSource HostPath*:HostPathVolumeSource Glusterfs*:GlusterfsPersistentVolumeSource NFS=nfs*:NFSVolumeSource RBD=rbd*:RBDPersistentVolumeSource Quobyte*:QuobyteVolumeSource ISCSI=iscsi*:ISCSIPersistentVolumeSource FlexVolume*:FlexPersistentVolumeSource Cinder*:CinderPersistentVolumeSource CephFS=cephfs*:CephFSPersistentVolumeSource FC=fc*:FCVolumeSource Flocker*:FlockerVolumeSource AzureFile*:AzureFilePersistentVolumeSource VsphereVolume*:VsphereVirtualDiskVolumeSource AzureDisk*:AzureDiskVolumeSource PhotonPersistentDisk*:PhotonPersistentDiskVolumeSource PortworxVolume*:PortworxVolumeSource ScaleIO*:ScaleIOPersistentVolumeSource Local*:LocalVolumeSource StorageOS=storageos*:StorageOSPersistentVolumeSource CSI=csi*:CSIPersistentVolumeSource',
  PersistentVolumeSpec:
    'Capacity* ...PersistentVolumeSource AccessModes* ClaimRef*:ObjectReference PersistentVolumeReclaimPolicy StorageClassName MountOptions* VolumeMode* NodeAffinity*:VolumeNodeAffinity VolumeAttributesClassName*',
  VolumeNodeAffinity: 'Required*:NodeSelector',
  GlusterfsPersistentVolumeSource: 'EndpointsName=endpoints Path ReadOnly! EndpointsNamespace*',
  RBDPersistentVolumeSource:
    'CephMonitors=monitors* RBDImage=image FSType=fsType RBDPool=pool RadosUser=user Keyring SecretRef*:SecretReference ReadOnly!',
  ISCSIPersistentVolumeSource:
    'TargetPortal IQN=iqn Lun# ISCSIInterface=iscsiInterface FSType=fsType ReadOnly! Portals* DiscoveryCHAPAuth=chapAuthDiscovery! SessionCHAPAuth=chapAuthSession! SecretRef*:SecretReference InitiatorName*',
  FlexPersistentVolumeSource: 'Driver FSType=fsType SecretRef*:SecretReference ReadOnly! Options*',
  CinderPersistentVolumeSource: 'VolumeID FSType=fsType ReadOnly! SecretRef*:SecretReference',
  CephFSPersistentVolumeSource: 'Monitors* Path User SecretFile SecretRef*:SecretReference ReadOnly!',
  AzureFilePersistentVolumeSource: 'SecretName ShareName ReadOnly! SecretNamespace*',
  ScaleIOPersistentVolumeSource:
    'Gateway System SecretRef*:SecretReference SSLEnabled=sslEnabled! ProtectionDomain StoragePool StorageMode VolumeName FSType=fsType ReadOnly!',
  LocalVolumeSource: 'Path FSType=fsType*',
  StorageOSPersistentVolumeSource: 'VolumeName VolumeNamespace FSType=fsType ReadOnly! SecretRef*:ObjectReference',
  CSIPersistentVolumeSource:
    'Driver VolumeHandle ReadOnly! FSType=fsType VolumeAttributes* ControllerPublishSecretRef*:SecretReference NodeStageSecretRef*:SecretReference NodePublishSecretRef*:SecretReference ControllerExpandSecretRef*:SecretReference NodeExpandSecretRef*:SecretReference',
  SecretReference: 'Name Namespace',
  ObjectReference: 'Kind Namespace Name UID=uid APIVersion=apiVersion ResourceVersion FieldPath',
} as const;

const PRINTER = new GoPrinter(VOLUME_STRUCTS);

/** Where a volume is, as an error prints it. */
export function goVolumeSource(source: PersistentVolumeSource): unknown {
  return PRINTER.print('PersistentVolumeSource', source);
}
