import type {
  MutatingAdmissionPolicy,
  ParamKind,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
  ValidatingWebhookConfiguration,
} from '../../schema/generated/admissionregistration-v1.js';
import {
  mutatingAdmissionPolicyColumns,
  policyBindingColumns,
  validatingAdmissionPolicyColumns,
  webhookConfigurationColumns,
} from './columns/admissionregistration.js';
import { ageOf } from './format/age.js';
import { selectorGoString } from '../../apimachinery/label-selector.js';
import { printer, type PrintersByResource, type View } from './printer.js';

/** Of both kinds, which look alike. */
const webhookConfigurations = printer<ValidatingWebhookConfiguration>({
  columns: webhookConfigurationColumns,
  cells: ({ metadata, webhooks }, now) => [metadata?.name ?? '', webhooks?.length ?? 0, ageOf(metadata?.creationTimestamp, now)],
});

const validatingPolicies = printer<ValidatingAdmissionPolicy>({
  columns: validatingAdmissionPolicyColumns,
  cells: ({ metadata, spec }, now) => [
    metadata?.name ?? '',
    spec?.validations?.length ?? 0,
    paramKindText(spec?.paramKind),
    ageOf(metadata?.creationTimestamp, now),
  ],
});

const mutatingPolicies = printer<MutatingAdmissionPolicy>({
  columns: mutatingAdmissionPolicyColumns,
  cells: ({ metadata, spec }, now) => [
    metadata?.name ?? '',
    spec?.mutations?.length ?? 0,
    paramKindText(spec?.paramKind),
    ageOf(metadata?.creationTimestamp, now),
  ],
});

function paramKindText(paramKind: View<ParamKind> | null | undefined): string {
  return paramKind == null ? '<unset>' : `${paramKind.apiVersion ?? ''}/${paramKind.kind ?? ''}`;
}

/** Of both kinds of policy. */
const policyBindings = printer<ValidatingAdmissionPolicyBinding>({
  columns: policyBindingColumns,
  cells: (binding, now) => [
    binding.metadata?.name ?? '',
    binding.spec?.policyName ?? '',
    paramText(binding),
    ageOf(binding.metadata?.creationTimestamp, now),
  ],
});

/** `namespace/name`, with `*` where the binding leaves the namespace open. */
function paramText({ spec }: View<ValidatingAdmissionPolicyBinding>): string {
  const reference = spec?.paramRef;
  if (reference?.name) return `${reference.namespace || '*'}/${reference.name}`;
  return reference?.selector == null ? '<unset>' : selectorGoString(reference.selector);
}

export const admissionregistrationPrinters: PrintersByResource = {
  mutatingadmissionpolicies: mutatingPolicies,
  mutatingadmissionpolicybindings: policyBindings,
  mutatingwebhookconfigurations: webhookConfigurations,
  validatingadmissionpolicies: validatingPolicies,
  validatingadmissionpolicybindings: policyBindings,
  validatingwebhookconfigurations: webhookConfigurations,
};
