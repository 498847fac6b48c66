import { goQuote } from '../../apimachinery/field-error.js';
import { notFoundError, type StatusError } from '../../apimachinery/status.js';
import { aggregateText } from '../../auth/aggregate.js';
import { resourceAttributes } from '../../auth/authorization/attributes.js';
import type { TokenRequest } from '../../auth/service-account/token-request.js';
import type { BehaviourEnvironment } from '../../registry/behaviour.js';
import type { KubeObject } from '../../registry/object.js';
import type { PersistentVolume, PersistentVolumeClaim, Pod, Volume } from '../../schema/generated/core-v1.js';
import type { CSIDriver } from '../../schema/generated/storage-v1.js';
import type { Attributes } from '../admission.js';
import { forbid } from '../forbid.js';
import { StoredObjects } from '../objects.js';

/** In-tree volumes that CSI drivers serve now, by field (k8s.io/csi-translation-lib). */
const MIGRATED: readonly (readonly [keyof Volume & keyof PersistentVolume['spec'], string])[] = [
  ['awsElasticBlockStore', 'ebs.csi.aws.com'],
  ['gcePersistentDisk', 'pd.csi.storage.gke.io'],
  ['cinder', 'cinder.csi.openstack.org'],
  ['azureDisk', 'disk.csi.azure.com'],
  ['azureFile', 'file.csi.azure.com'],
  ['vsphereVolume', 'csi.vsphere.vmware.com'],
  ['portworxVolume', 'pxd.portworx.com'],
];

/** Nodes get tokens of pods that run on them, for the audiences that these pods ask for. */
export class TokenRules {
  private readonly pods: StoredObjects<Pod & KubeObject>;
  private readonly claims: StoredObjects<PersistentVolumeClaim & KubeObject>;
  private readonly volumes: StoredObjects<PersistentVolume & KubeObject>;
  private readonly drivers: StoredObjects<CSIDriver & KubeObject>;

  constructor(private readonly environment: BehaviourEnvironment) {
    this.pods = new StoredObjects(environment, { group: '', resource: 'pods' });
    this.claims = new StoredObjects(environment, { group: '', resource: 'persistentvolumeclaims' });
    this.volumes = new StoredObjects(environment, { group: '', resource: 'persistentvolumes' });
    this.drivers = new StoredObjects(environment, { group: 'storage.k8s.io', resource: 'csidrivers' });
  }

  async check(node: string, attributes: Attributes): Promise<void> {
    const { operation, subresource, object, namespace } = attributes;
    if (operation !== 'CREATE' || subresource !== 'token' || object === undefined) return;
    const { spec } = object as TokenRequest;
    const { apiVersion, kind, name = '', uid = '' } = spec.boundObjectRef ?? {};
    if (apiVersion !== 'v1' || kind !== 'Pod' || name === '') throw forbid(attributes, 'node requested token not bound to a pod');
    if (uid === '') throw forbid(attributes, 'node requested token with a pod binding without a uid');
    const pod = await this.pods.get(namespace, name);
    if (pod === undefined) throw notFoundError({ group: '', resource: 'pod' }, name);
    if (uid !== pod.metadata.uid) {
      throw forbid(
        attributes,
        `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
      );
    }
    if (pod.spec.nodeName !== node) throw forbid(attributes, 'node requested token bound to a pod scheduled on a different node');
    await this.checkAudience(attributes, pod, spec.audiences ?? []);
  }

  /** KEP-4935. */
  private async checkAudience(attributes: Attributes, pod: Pod & KubeObject, audiences: readonly string[]): Promise<void> {
    if (audiences.length > 1) throw forbid(attributes, 'node may only request 0 or 1 audiences');
    const [audience = ''] = audiences;
    const faults: string[] = [];
    for (const volume of pod.spec.volumes ?? []) {
      try {
        if (await this.asksFor(volume, pod, audience)) return;
      } catch (error) {
        faults.push((error as StatusError).message);
      }
    }
    if (faults.length > 0) throw forbid(attributes, `error validating audience ${goQuote(audience)}: ${aggregateText(faults)}`);
    const { user, namespace, name } = attributes;
    const question = resourceAttributes(user, {
      verb: 'request-serviceaccounts-token-audience',
      namespace,
      version: 'v1',
      resource: audience,
      name,
    });
    if (this.environment.access().authorizer.authorize(question).decision === 'allow') return;
    throw forbid(
      attributes,
      `audience ${goQuote(audience)} not found in pod spec volume, ${user.name} is not authorized to request tokens for this audience`,
    );
  }

  private async asksFor(volume: Volume, pod: Pod & KubeObject, audience: string): Promise<boolean> {
    if (
      (volume.projected?.sources ?? []).some(
        ({ serviceAccountToken }) => serviceAccountToken !== undefined && (serviceAccountToken.audience ?? '') === audience,
      )
    ) {
      return true;
    }
    const driver = await this.driverOf(volume, pod);
    if (driver === '') return false;
    const found = await this.drivers.get('', driver);
    if (found === undefined) throw notFoundError({ group: 'storage.k8s.io', resource: 'csidriver' }, driver);
    return (found.spec.tokenRequests ?? []).some((request) => (request.audience ?? '') === audience);
  }

  private async driverOf(volume: Volume, { metadata }: KubeObject): Promise<string> {
    const { namespace = '', name = '' } = metadata;
    if (volume.ephemeral?.volumeClaimTemplate !== undefined) return this.driverOfClaim(namespace, `${name}-${volume.name ?? ''}`);
    if (volume.persistentVolumeClaim !== undefined) return this.driverOfClaim(namespace, volume.persistentVolumeClaim.claimName ?? '');
    if (volume.csi !== undefined) return volume.csi.driver ?? '';
    return MIGRATED.find(([field]) => volume[field] !== undefined)?.[1] ?? '';
  }

  private async driverOfClaim(namespace: string, name: string): Promise<string> {
    const claim = await this.claims.get(namespace, name);
    if (claim === undefined) throw notFoundError({ group: '', resource: 'persistentvolumeclaim' }, name);
    const volumeName = claim.spec.volumeName ?? '';
    const volume = await this.volumes.get('', volumeName);
    if (volume === undefined) throw notFoundError({ group: '', resource: 'persistentvolume' }, volumeName);
    return volume.spec.csi?.driver ?? MIGRATED.find(([field]) => volume.spec[field] !== undefined)?.[1] ?? '';
  }
}
