import type { GroupVersionResource } from '../apimachinery/group-version.js';

/** Resources by name, at the version that is stored, for clients and informers of components. */
function resource(group: string, version: string, name: string): GroupVersionResource {
  return { group, version, resource: name };
}

export const CONFIG_MAPS = resource('', 'v1', 'configmaps');
export const ENDPOINTS = resource('', 'v1', 'endpoints');
export const EVENTS = resource('', 'v1', 'events');
export const NAMESPACES = resource('', 'v1', 'namespaces');
export const NODES = resource('', 'v1', 'nodes');
export const PERSISTENT_VOLUME_CLAIMS = resource('', 'v1', 'persistentvolumeclaims');
export const PERSISTENT_VOLUMES = resource('', 'v1', 'persistentvolumes');
export const PODS = resource('', 'v1', 'pods');
export const REPLICATION_CONTROLLERS = resource('', 'v1', 'replicationcontrollers');
export const RESOURCE_QUOTAS = resource('', 'v1', 'resourcequotas');
export const SECRETS = resource('', 'v1', 'secrets');
export const SERVICE_ACCOUNTS = resource('', 'v1', 'serviceaccounts');
export const SERVICES = resource('', 'v1', 'services');

export const VALIDATING_ADMISSION_POLICIES = resource('admissionregistration.k8s.io', 'v1', 'validatingadmissionpolicies');

export const CUSTOM_RESOURCE_DEFINITIONS = resource('apiextensions.k8s.io', 'v1', 'customresourcedefinitions');

export const API_SERVICES = resource('apiregistration.k8s.io', 'v1', 'apiservices');

export const CONTROLLER_REVISIONS = resource('apps', 'v1', 'controllerrevisions');
export const DAEMON_SETS = resource('apps', 'v1', 'daemonsets');
export const DEPLOYMENTS = resource('apps', 'v1', 'deployments');
export const REPLICA_SETS = resource('apps', 'v1', 'replicasets');
export const STATEFUL_SETS = resource('apps', 'v1', 'statefulsets');

export const HORIZONTAL_POD_AUTOSCALERS = resource('autoscaling', 'v2', 'horizontalpodautoscalers');

export const CRON_JOBS = resource('batch', 'v1', 'cronjobs');
export const JOBS = resource('batch', 'v1', 'jobs');

export const CERTIFICATE_SIGNING_REQUESTS = resource('certificates.k8s.io', 'v1', 'certificatesigningrequests');

export const LEASES = resource('coordination.k8s.io', 'v1', 'leases');

export const ENDPOINT_SLICES = resource('discovery.k8s.io', 'v1', 'endpointslices');

export const IP_ADDRESSES = resource('networking.k8s.io', 'v1', 'ipaddresses');
export const SERVICE_CIDRS = resource('networking.k8s.io', 'v1', 'servicecidrs');

export const POD_DISRUPTION_BUDGETS = resource('policy', 'v1', 'poddisruptionbudgets');

export const CLUSTER_ROLE_BINDINGS = resource('rbac.authorization.k8s.io', 'v1', 'clusterrolebindings');
export const CLUSTER_ROLES = resource('rbac.authorization.k8s.io', 'v1', 'clusterroles');
export const ROLE_BINDINGS = resource('rbac.authorization.k8s.io', 'v1', 'rolebindings');
export const ROLES = resource('rbac.authorization.k8s.io', 'v1', 'roles');

export const DEVICE_CLASSES = resource('resource.k8s.io', 'v1', 'deviceclasses');
export const RESOURCE_CLAIM_TEMPLATES = resource('resource.k8s.io', 'v1', 'resourceclaimtemplates');
export const RESOURCE_CLAIMS = resource('resource.k8s.io', 'v1', 'resourceclaims');
export const RESOURCE_SLICES = resource('resource.k8s.io', 'v1', 'resourceslices');

export const CSI_DRIVERS = resource('storage.k8s.io', 'v1', 'csidrivers');
export const CSI_NODES = resource('storage.k8s.io', 'v1', 'csinodes');
export const CSI_STORAGE_CAPACITIES = resource('storage.k8s.io', 'v1', 'csistoragecapacities');
export const STORAGE_CLASSES = resource('storage.k8s.io', 'v1', 'storageclasses');
export const VOLUME_ATTACHMENTS = resource('storage.k8s.io', 'v1', 'volumeattachments');
export const VOLUME_ATTRIBUTES_CLASSES = resource('storage.k8s.io', 'v1', 'volumeattributesclasses');
