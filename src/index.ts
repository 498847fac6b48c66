/** kubesim as a library: a Kubernetes control plane for tests, in process. */
export { startCluster, type Cluster, type KubeconfigIdentity } from './cluster.js';
export type { ClusterClock } from './cluster-clock.js';
export { OptionError, type ClusterOptions } from './cluster-options.js';
export { silentLogger, streamLogger, type Logger } from './server/logger.js';
export { StatusError, isStatus, type Status } from './apimachinery/status.js';
export type { Image, ImagePort, ImageRoute } from './nodes/images/image.js';
export type { AdmissionAnswer, ConversionAnswer, JsonPatchStep, ServedWebhook, WebhookHandler } from './double/webhook.js';
