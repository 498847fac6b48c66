import type { CertificateSigningRequest } from '../../schema/generated/certificates-v1.js';
import { certificateSigningRequestColumns } from './columns/certificates.js';
import { ageOf, spanOf } from './format/age.js';
import { printer, type PrintersByResource, type View } from './printer.js';

const certificateSigningRequests = printer<CertificateSigningRequest>({
  columns: certificateSigningRequestColumns,
  cells: (request, now) => [
    request.metadata?.name ?? '',
    ageOf(request.metadata?.creationTimestamp, now),
    request.spec?.signerName || '<none>',
    request.spec?.username ?? '',
    request.spec?.expirationSeconds == null ? '<none>' : spanOf(request.spec.expirationSeconds * 1000),
    condition(request),
  ],
});

/** `Approved,Issued`; a denial wins over an approval. */
function condition({ status }: View<CertificateSigningRequest>): string {
  const types = (status?.conditions ?? []).map(({ type }) => type);
  const decision = types.includes('Denied') ? 'Denied' : types.includes('Approved') ? 'Approved' : 'Pending';
  return `${decision}${types.includes('Failed') ? ',Failed' : ''}${status?.certificate ? ',Issued' : ''}`;
}

export const certificatesPrinters: PrintersByResource = { certificatesigningrequests: certificateSigningRequests };
