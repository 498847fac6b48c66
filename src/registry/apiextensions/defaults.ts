import type { CustomResourceDefinition } from './definition.js';

const WEBHOOK_PORT = 443;

/** Computed defaults (Go: apiextensions v1 SetDefaults_…). */
export function fillDefinitionDefaults(definition: CustomResourceDefinition): void {
  const { spec, status } = definition;
  const { names } = spec;
  const { kind = '' } = names;
  names.singular ||= kind.toLowerCase() || undefined;
  names.listKind ||= kind === '' ? undefined : `${kind}List`;
  spec.conversion ??= { strategy: 'None' };
  const { webhook } = spec.conversion;
  // Says nothing, so the real server's internal type has no place for it.
  if (webhook !== undefined && webhook.clientConfig === undefined && !webhook.conversionReviewVersions) delete spec.conversion.webhook;
  const service = webhook?.clientConfig?.service;
  if (service !== undefined) service.port ??= WEBHOOK_PORT;
  if ((status.storedVersions?.length ?? 0) > 0) return;
  const stored = spec.versions?.find((version) => version.storage);
  if (stored !== undefined) status.storedVersions = [stored.name ?? ''];
}
