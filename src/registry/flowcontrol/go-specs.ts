import type { GoShape } from '../go-value.js';

/** How Go prints specs of this group's internal types. */

const NAME: GoShape = { Name: ['name', ''] };

export const DISTINGUISHER: GoShape = { Type: ['type', ''] };

export const FLOW_SCHEMA_SPEC: GoShape = {
  PriorityLevelConfiguration: ['priorityLevelConfiguration', NAME],
  MatchingPrecedence: ['matchingPrecedence', 0],
  DistinguisherMethod: ['distinguisherMethod', DISTINGUISHER],
  Rules: [
    'rules',
    {
      Subjects: [
        'subjects',
        {
          Kind: ['kind', ''],
          User: ['user', NAME],
          Group: ['group', NAME],
          ServiceAccount: ['serviceAccount', { Namespace: ['namespace', ''], ...NAME }],
        },
      ],
      ResourceRules: [
        'resourceRules',
        {
          Verbs: ['verbs', null],
          APIGroups: ['apiGroups', null],
          Resources: ['resources', null],
          ClusterScope: ['clusterScope', false],
          Namespaces: ['namespaces', null],
        },
      ],
      NonResourceRules: ['nonResourceRules', { Verbs: ['verbs', null], NonResourceURLs: ['nonResourceURLs', null] }],
    },
  ],
};

export const PRIORITY_LEVEL_SPEC: GoShape = {
  Type: ['type', ''],
  Limited: [
    'limited',
    {
      NominalConcurrencyShares: ['nominalConcurrencyShares', 0],
      LimitResponse: [
        'limitResponse',
        {
          Type: ['type', ''],
          Queuing: ['queuing', { Queues: ['queues', 0], HandSize: ['handSize', 0], QueueLengthLimit: ['queueLengthLimit', 0] }],
        },
      ],
      LendablePercent: ['lendablePercent', null],
      BorrowingLimitPercent: ['borrowingLimitPercent', null],
    },
  ],
  Exempt: ['exempt', { NominalConcurrencyShares: ['nominalConcurrencyShares', null], LendablePercent: ['lendablePercent', null] }],
};
