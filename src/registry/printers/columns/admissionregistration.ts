/** Columns of the admissionregistration group's tables; the texts are part of the wire format. */
import type { TableColumn } from '../printer.js';
import { ageColumn, column, nameColumn } from './column.js';

export const webhookConfigurationColumns: readonly TableColumn[] = [
  nameColumn,
  column('Webhooks', 'integer', 'Webhooks indicates the number of webhooks registered in this configuration'),
  ageColumn,
];

export const validatingAdmissionPolicyColumns: readonly TableColumn[] = [
  nameColumn,
  column('Validations', 'integer', 'Validations indicates the number of validation rules defined in this configuration'),
  column('ParamKind', 'string', 'ParamKind specifies the kind of resources used to parameterize this policy'),
  ageColumn,
];

export const mutatingAdmissionPolicyColumns: readonly TableColumn[] = [
  nameColumn,
  column('Mutations', 'integer', 'Mutation indicates the number of mutations rules defined in this configuration'),
  column('ParamKind', 'string', 'ParamKind specifies the kind of resources used to parameterize this policy'),
  ageColumn,
];

export const policyBindingColumns: readonly TableColumn[] = [
  nameColumn,
  column('PolicyName', 'string', 'PolicyName indicates the policy definition which the policy binding binded to'),
  column('ParamRef', 'string', 'ParamRef indicates the param resource which sets the configuration param'),
  ageColumn,
];
