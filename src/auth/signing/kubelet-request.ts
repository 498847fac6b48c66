import { NAME_OID, type CertificateRequest } from '../x509.js';

/**
 * What is wrong with a kubelet's request for a client certificate; undefined if
 * it is fine (Go: pkg/apis/certificates.ValidateKubeletClientCSR).
 */
export function kubeletClientFault(request: CertificateRequest, usages: readonly string[]): string | undefined {
  const { dnsNames, emailAddresses, ipAddresses, uris } = request.altNames;
  if (!isOfNodes(request)) return NOT_OF_NODES;
  if (dnsNames.length > 0) return 'DNS subjectAltNames are not allowed';
  if (emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
  if (ipAddresses.length > 0) return 'IP subjectAltNames are not allowed';
  if (uris.length > 0) return 'URI subjectAltNames are not allowed';
  if (!isNamedAsNode(request)) return NOT_NAMED_AS_NODE;
  return usagesFault(usages, 'client auth');
}

/** As above for a kubelet's serving certificate (Go: ValidateKubeletServingCSR). */
export function kubeletServingFault(request: CertificateRequest, usages: readonly string[]): string | undefined {
  const { dnsNames, emailAddresses, ipAddresses, uris } = request.altNames;
  if (!isOfNodes(request)) return NOT_OF_NODES;
  if (dnsNames.length === 0 && ipAddresses.length === 0) return 'DNS or IP subjectAltName is required';
  if (emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
  if (uris.length > 0) return 'URI subjectAltNames are not allowed';
  return usagesFault(usages, 'server auth') ?? (isNamedAsNode(request) ? undefined : NOT_NAMED_AS_NODE);
}

const NOT_OF_NODES = 'subject organization is not system:nodes';
const NOT_NAMED_AS_NODE = 'subject common name does not begin with system:node:';

/** The last common name, as Go reads it. */
export function commonNameOf({ subject }: CertificateRequest): string {
  return subject.filter(({ type }) => type === NAME_OID.commonName).at(-1)?.value ?? '';
}

/** All organizations: the groups of a client certificate. */
export function organizationsOf({ subject }: CertificateRequest): string[] {
  return subject.flatMap(({ type, value }) => (type === NAME_OID.organization && value !== undefined ? [value] : []));
}

function isOfNodes(request: CertificateRequest): boolean {
  const organizations = organizationsOf(request);
  return organizations.length === 1 && organizations[0] === 'system:nodes';
}

function isNamedAsNode(request: CertificateRequest): boolean {
  return commonNameOf(request).startsWith('system:node:');
}

/** Keys that are not RSA have no use for key encipherment. */
function usagesFault(usages: readonly string[], purpose: string): string | undefined {
  const given = new Set(usages);
  const required = [purpose, 'digital signature'];
  const extra = given.has('key encipherment') ? 1 : 0;
  if (required.every((usage) => given.has(usage)) && given.size === required.length + extra) return undefined;
  return `usages did not match [${[...required, 'key encipherment'].sort().join(' ')}]`;
}
