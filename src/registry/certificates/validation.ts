import { duplicate, forbidden, goQuote, invalid, NamedString, required, type FieldError } from '../../apimachinery/field-error.js';
import { FieldPath } from '../../apimachinery/field-path.js';
import { semanticEqual } from '../../apimachinery/semantic-equal.js';
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from '../../schema/generated/certificates-v1.js';
import { metadataErrors, metadataUpdateErrors } from '../core/metadata.js';
import { unsupported } from '../core/pod-spec/checks.js';
import type { Typed } from '../object.js';
import { certificateFault, requestFault } from './pem.js';
import { checkSignerName } from './signer-name.js';

export type Request = Typed<CertificateSigningRequest>;
type Condition = CertificateSigningRequestCondition;

const SPEC = FieldPath.of('spec');
const CONDITIONS = FieldPath.of('status', 'conditions');
const CERTIFICATE = FieldPath.of('status', 'certificate');
const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown';
const MIN_EXPIRATION = 600;
const APPROVED = 'Approved';
const DENIED = 'Denied';
const FAILED = 'Failed';
/** Conditions that are there or not, but never False. */
const TRUE_ONLY: ReadonlySet<string> = new Set([APPROVED, DENIED, FAILED]);
const TRUE: ReadonlySet<string> = new Set(['True']);
const STATUSES: ReadonlySet<string> = new Set(['True', 'False', 'Unknown']);
const USAGES: ReadonlySet<string> = new Set([
  'signing',
  'digital signature',
  'content commitment',
  'key encipherment',
  'key agreement',
  'data encipherment',
  'cert sign',
  'crl sign',
  'encipher only',
  'decipher only',
  'any',
  'server auth',
  'client auth',
  'code signing',
  'email protection',
  's/mime',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'timestamping',
  'ocsp signing',
  'microsoft sgc',
  'netscape sgc',
]);

/** What the way of an update permits, and what the stored request already has. */
interface Permission {
  readonly approval: boolean;
  readonly certificate: boolean;
}

interface Tolerance {
  readonly approvedAndDenied: boolean;
  readonly legacySigner: boolean;
  readonly duplicateConditions: boolean;
  readonly emptyCondition: boolean;
  readonly anyCertificate: boolean;
  readonly duplicateUsages: boolean;
  readonly unknownUsages: boolean;
}

const NEW: Tolerance = {
  approvedAndDenied: false,
  legacySigner: false,
  duplicateConditions: false,
  emptyCondition: false,
  anyCertificate: false,
  duplicateUsages: false,
  unknownUsages: false,
};

function anyName(): string[] {
  return [];
}

function conditionsOf({ status }: Request): readonly Condition[] {
  return status.conditions ?? [];
}

function ofType(request: Request, type: string): Condition[] {
  return conditionsOf(request).filter((condition) => condition.type === type);
}

function hasDuplicates(values: readonly (string | undefined)[]): boolean {
  return new Set(values).size < values.length;
}

function toleranceFor(request: Request, old: Request): Tolerance {
  const types = conditionsOf(old).map(({ type }) => type);
  const usages = old.spec.usages ?? [];
  const certificate = old.status.certificate ?? '';
  return {
    approvedAndDenied: types.includes(APPROVED) && types.includes(DENIED),
    legacySigner: old.spec.signerName === LEGACY_SIGNER,
    duplicateConditions: hasDuplicates(types),
    emptyCondition: types.some((type) => !type),
    anyCertificate: certificate === (request.status.certificate ?? '') || certificateFault(certificate) !== undefined,
    duplicateUsages: hasDuplicates(usages),
    unknownUsages: usages.some((usage) => !USAGES.has(usage)),
  };
}

/** Faults of a new request. */
export function validateRequest(request: Request): FieldError[] {
  return requestErrors(request, NEW);
}

function requestErrors(request: Request, tolerance: Tolerance): FieldError[] {
  const errors = metadataErrors(request.metadata, false, anyName);
  checkSpec(request.spec, tolerance, errors);
  checkConditions(conditionsOf(request), tolerance, errors);
  if (!tolerance.anyCertificate) {
    const fault = certificateFault(request.status.certificate ?? '');
    if (fault !== undefined) errors.push(invalid(CERTIFICATE, '<certificate data>', fault));
  }
  return errors;
}

function checkSpec(spec: Request['spec'], tolerance: Tolerance, errors: FieldError[]): void {
  const { request, usages = [], signerName = '', expirationSeconds } = spec;
  const fault = requestFault(request ?? '');
  if (fault !== undefined)
    errors.push(invalid(SPEC.child('request'), typeof request === 'string' ? new NamedString(request) : null, fault));
  const path = SPEC.child('usages');
  if (usages.length === 0) errors.push(required(path));
  if (!tolerance.unknownUsages) {
    usages.forEach((usage, i) => {
      if (!USAGES.has(usage)) errors.push(unsupported(path.index(i), usage, USAGES));
    });
  }
  if (!tolerance.duplicateUsages) {
    usages.forEach((usage, i) => {
      if (usages.indexOf(usage) < i) errors.push(duplicate(path.index(i), new NamedString(usage)));
    });
  }
  if (!tolerance.legacySigner && signerName === LEGACY_SIGNER) {
    errors.push(invalid(SPEC.child('signerName'), signerName, 'the legacy signerName is not allowed via this API version'));
  } else checkSignerName(signerName, SPEC.child('signerName'), errors);
  if (expirationSeconds !== undefined && expirationSeconds < MIN_EXPIRATION) {
    errors.push(
      invalid(SPEC.child('expirationSeconds'), expirationSeconds, 'may not specify a duration less than 600 seconds (10 minutes)'),
    );
  }
}

function checkConditions(conditions: readonly Condition[], tolerance: Tolerance, errors: FieldError[]): void {
  const seen = new Set<string>();
  conditions.forEach(({ type = '', status = '' }, i) => {
    const path = CONDITIONS.index(i);
    if (type === '' && !tolerance.emptyCondition) errors.push(required(path.child('type')));
    const allowed = TRUE_ONLY.has(type) ? TRUE : STATUSES;
    if (status === '') errors.push(required(path.child('status')));
    else if (!allowed.has(status)) errors.push(unsupported(path.child('status'), status, allowed));
    const other = type === APPROVED ? DENIED : type === DENIED ? APPROVED : undefined;
    if (!tolerance.approvedAndDenied && other !== undefined && seen.has(other)) {
      errors.push(invalid(CONDITIONS, new NamedString(type), 'Approved and Denied conditions are mutually exclusive'));
    }
    if (!tolerance.duplicateConditions && seen.has(type)) errors.push(duplicate(path.child('type'), new NamedString(type)));
    seen.add(type);
  });
}

/** Faults of a changed request, by the way in which it came: itself, /approval or /status. */
export function validateRequestUpdate(permission: Permission): (request: Request, old: Request) => FieldError[] {
  return (request, old) => {
    const errors = requestErrors(request, toleranceFor(request, old));
    for (const type of TRUE_ONLY) {
      if (ofType(request, type).length < ofType(old, type).length) {
        errors.push(forbidden(CONDITIONS, `updates may not remove a condition of type ${goQuote(type)}`));
      }
    }
    if (!permission.approval) for (const type of [APPROVED, DENIED]) checkKept(ofType(request, type), ofType(old, type), type, errors);
    checkCertificateChange(request.status.certificate ?? '', old.status.certificate ?? '', permission.certificate, errors);
    errors.push(...metadataUpdateErrors(request.metadata, old.metadata));
    return errors;
  };
}

function checkKept(conditions: readonly Condition[], old: readonly Condition[], type: string, errors: FieldError[]): void {
  if (conditions.length < old.length) return;
  const verb = conditions.length > old.length ? 'add' : semanticEqual(conditions, old) ? undefined : 'modify';
  if (verb !== undefined) errors.push(forbidden(CONDITIONS, `updates may not ${verb} a condition of type ${goQuote(type)}`));
}

function checkCertificateChange(certificate: string, old: string, permitted: boolean, errors: FieldError[]): void {
  if (certificate === old) return;
  if (!permitted) errors.push(forbidden(CERTIFICATE, 'updates may not set certificate content'));
  else if (old !== '') errors.push(forbidden(CERTIFICATE, 'updates may not modify existing certificate content'));
}
