import { forbidden, invalid, notSupported, required, type FieldError } from '../../../apimachinery/field-error.js';
import type { FieldPath } from '../../../apimachinery/field-path.js';
import { isDns1035Label } from '../../../apimachinery/validation/dns.js';
import type { CustomResourceConversion, WebhookClientConfig } from '../../../schema/generated/apiextensions-v1.js';
import { caBundleErrors, webhookServiceErrors, webhookUrlErrors } from '../../webhook-client-config.js';

export interface ConversionOptions {
  /** One of the review versions has to be one that the server speaks. */
  readonly requireKnownVersion: boolean;
  readonly allowInvalidCaBundle: boolean;
}

const KNOWN_VERSIONS = ['v1', 'v1beta1'];

/** Whether the server speaks one of these versions, or none is given. */
export function hasKnownVersionOrNone(versions: readonly string[] | null | undefined): boolean {
  return (
    versions === undefined || versions === null || versions.length === 0 || versions.some((version) => KNOWN_VERSIONS.includes(version))
  );
}

/** Faults of the way from version to version (Go: validateCustomResourceConversion). Paths are those of the internal type. */
export function conversionErrors(
  conversion: CustomResourceConversion | undefined,
  options: ConversionOptions,
  path: FieldPath,
): FieldError[] {
  if (conversion === undefined) return [];
  const { strategy = '', webhook } = conversion;
  const errors: FieldError[] = [];
  if (strategy === '') errors.push(required(path.child('strategy')));
  else if (strategy !== 'None' && strategy !== 'Webhook') errors.push(notSupported(path.child('strategy'), strategy, ['None', 'Webhook']));
  const config = path.child('webhookClientConfig');
  const versions = path.child('conversionReviewVersions');
  if (strategy === 'Webhook') {
    if (webhook?.clientConfig === undefined) errors.push(required(config, 'required when strategy is set to Webhook'));
    else errors.push(...clientConfigErrors(webhook.clientConfig, options, config));
    errors.push(...reviewVersionErrors(webhook?.conversionReviewVersions ?? [], options, versions));
    return errors;
  }
  const detail = 'should not be set when strategy is not set to Webhook';
  if (webhook?.clientConfig !== undefined) errors.push(forbidden(config, detail));
  if ((webhook?.conversionReviewVersions?.length ?? 0) > 0) errors.push(forbidden(versions, detail));
  return errors;
}

function clientConfigErrors(
  { url, service, caBundle = '' }: WebhookClientConfig,
  options: ConversionOptions,
  path: FieldPath,
): FieldError[] {
  const errors: FieldError[] = [];
  if ((url === undefined) === (service === undefined)) errors.push(required(path, 'exactly one of url or service is required'));
  else if (url !== undefined) errors.push(...webhookUrlErrors(url, path.child('url')));
  else if (service !== undefined) {
    const { name = '', namespace = '', path: servicePath, port = 0 } = service;
    // The real server mixes up name and namespace here, which shows in what it says is missing.
    errors.push(...webhookServiceErrors(name, namespace, servicePath, port, path.child('service')));
  }
  if (!options.allowInvalidCaBundle) errors.push(...caBundleErrors(caBundle, path.child('caBundle')));
  return errors;
}

function reviewVersionErrors(versions: readonly string[], options: ConversionOptions, path: FieldPath): FieldError[] {
  if (versions.length === 0) return [required(path)];
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  versions.forEach((version, i) => {
    if (seen.has(version)) errors.push(invalid(path.index(i), version, 'duplicate version'));
    else for (const message of isDns1035Label(version)) errors.push(invalid(path.index(i), version, message));
    seen.add(version);
  });
  if (options.requireKnownVersion && !hasKnownVersionOrNone(versions)) {
    errors.push(invalid(path, versions, `must include at least one of ${KNOWN_VERSIONS.join(', ')}`));
  }
  return errors;
}
