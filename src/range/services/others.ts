import { AwsError } from '../aws-error.js';
import type { Service } from '../service.js';
import { paged, Shelf, type Thing } from './shelf.js';

const gone: [string, number] = ['ResourceNotFoundException', 404];
const throughputs = new Shelf(
  'bedrock:provisioned-throughputs',
  gone,
  'ConflictException',
  ({ status }) => status === 'InService',
);
const detectors = new Shelf('guardduty:detectors', ['BadRequestException', 400]);
const quotaRequests = new Shelf('servicequotas:requests', ['NoSuchResourceException', 400]);
const secrets = new Shelf(
  'secretsmanager:secrets',
  ['ResourceNotFoundException', 400],
  'ResourceExistsException',
);
const cases = new Shelf('support:cases', ['CaseIdNotFound', 400]);

type Detector = { DetectorId: string };
type Paging = { nextToken?: string; maxResults?: number };

export const bedrock: Service = {
  operations: {
    CreateProvisionedModelThroughput: (
      context,
      input: { provisionedModelName: string; modelId: string; modelUnits: number },
    ) => {
      const provisionedModelArn = context.region.arn(
        'bedrock',
        `provisioned-model/${context.world.random.text(12, 'abcdefghijklmnopqrstuvwxyz0123456789')}`,
      );
      const modelArn = `arn:aws:bedrock:${context.region.name}::foundation-model/${input.modelId}`;
      return throughputs.add(context, input.provisionedModelName, {
        ...input,
        provisionedModelArn,
        modelArn,
        desiredModelArn: modelArn,
        foundationModelArn: modelArn,
        desiredModelUnits: input.modelUnits,
        status: 'InService',
        creationTime: context.now,
        lastModifiedTime: context.now,
      });
    },
    ListProvisionedModelThroughputs: ({ region }, input: Paging) =>
      paged('provisionedModelSummaries', throughputs.all(region), input.nextToken, input.maxResults ?? 100),
    DeleteProvisionedModelThroughput: (context, input: { provisionedModelId: string }) => {
      const found = throughputs
        .all(context.region)
        .find(
          ({ id, provisionedModelArn }) =>
            id === input.provisionedModelId || provisionedModelArn === input.provisionedModelId,
        );
      if (found?.commitmentDuration !== undefined)
        throw new AwsError(
          'ConflictException',
          'A provisioned throughput with a commitment cannot be deleted before it ends.',
          400,
        );
      throughputs.remove(context, found?.id ?? input.provisionedModelId);
    },
    ListFoundationModels: ({ region }) => ({
      modelSummaries: ['anthropic.claude-3-5-sonnet-20240620-v1:0', 'amazon.titan-text-express-v1'].map(
        (modelId) => ({
          modelId,
          modelArn: `arn:aws:bedrock:${region.name}::foundation-model/${modelId}`,
          providerName: modelId.split('.')[0],
        }),
      ),
    }),
    GetModelInvocationLoggingConfiguration: () => ({}),
  },
};

const found = (detector: Thing) => detector.Findings as { Id: string }[];

export const guardduty: Service = {
  operations: {
    CreateDetector: (context, input: { Enable: boolean }) => {
      const DetectorId = context.world.random.hex(32);
      return detectors.add(context, DetectorId, {
        DetectorId,
        Status: input.Enable ? 'ENABLED' : 'DISABLED',
        Findings: [],
        CreatedAt: new Date(context.now).toISOString(),
        ServiceRole: context.account.arn(
          'role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty',
        ),
      });
    },
    ListDetectors: ({ region }, input: { NextToken?: string }) =>
      paged(
        'DetectorIds',
        detectors.all(region).map(({ id }) => id),
        input.NextToken,
        50,
        'NextToken',
      ),
    GetDetector: ({ region }, input: Detector) => detectors.get(region, input.DetectorId),
    UpdateDetector: (context, input: Detector & { Enable?: boolean }) =>
      void detectors.change(context, input.DetectorId, {
        Status: input.Enable === undefined ? undefined : input.Enable ? 'ENABLED' : 'DISABLED',
      }),
    DeleteDetector: (context, input: Detector) => void detectors.remove(context, input.DetectorId),
    ListFindings: ({ region }, input: Detector & { NextToken?: string }) =>
      paged(
        'FindingIds',
        found(detectors.get(region, input.DetectorId)).map(({ Id }) => Id),
        input.NextToken,
        50,
        'NextToken',
      ),
    GetFindings: ({ region }, input: Detector & { FindingIds: string[] }) => ({
      Findings: found(detectors.get(region, input.DetectorId)).filter(({ Id }) =>
        input.FindingIds.includes(Id),
      ),
    }),
  },
};

/** Health and Support answer only accounts with a paid support plan: this one has none, unless it opened a case. */
const noPlan = () => {
  throw new AwsError(
    'SubscriptionRequiredException',
    'Amazon Web Services Premium Support Subscription is required to use this service.',
    400,
  );
};
export const health: Service = { global: true, operations: { DescribeEvents: noPlan } };
export const support: Service = {
  global: true,
  operations: {
    DescribeSeverityLevels: noPlan,
    CreateCase: noPlan,
    DescribeCases: ({ region }) => (cases.all(region).length === 0 ? noPlan() : { cases: cases.all(region) }),
    AddCommunicationToCase: (context, input: { caseId: string }) => {
      cases.change(context, input.caseId, {});
      return { result: true };
    },
  },
};

export const servicequotas: Service = {
  operations: {
    RequestServiceQuotaIncrease: (
      context,
      input: { ServiceCode: string; QuotaCode: string; DesiredValue: number },
    ) => {
      const Id = context.world.random.hex(32);
      const request = quotaRequests.add(context, Id, {
        ...input,
        Id,
        Status: 'PENDING',
        Created: context.now,
        LastUpdated: context.now,
        Requester: JSON.stringify({ accountId: context.account.id, callerArn: context.caller.arn }),
      });
      return { RequestedQuota: request };
    },
    ListRequestedServiceQuotaChangeHistory: (
      { region },
      input: { NextToken?: string; ServiceCode?: string },
    ) =>
      paged(
        'RequestedQuotas',
        quotaRequests
          .all(region)
          .filter(({ ServiceCode }) => input.ServiceCode === undefined || ServiceCode === input.ServiceCode),
        input.NextToken,
        100,
        'NextToken',
      ),
    GetServiceQuota: ({ world }, input: { ServiceCode: string; QuotaCode: string }) => {
      // vCPU quotas of EC2 (EC2 user guide, "On-Demand Instance quotas").
      const bucket: Record<string, string> = {
        'L-1216C47A': 'standard',
        'L-DB2E81BA': 'g',
        'L-417A185B': 'p',
        'L-74FC7D96': 'f',
        'L-7295265B': 'x',
        'L-1945791B': 'inf',
        'L-2C3B7624': 'trn',
      };
      const name = bucket[input.QuotaCode];
      if (name === undefined)
        throw new AwsError('NoSuchResourceException', 'The specified quota does not exist.', 400);
      return {
        Quota: {
          ...input,
          Value: world.settings.quotas[name] ?? 1_000_000,
          Adjustable: true,
          GlobalQuota: false,
          Unit: 'None',
        },
      };
    },
  },
};

export const ssm: Service = {
  operations: {
    GetParameter: ({ region }, input: { Name: string }) => {
      // AWS publishes its images under this path.
      if (!input.Name.startsWith('/aws/service/ami-')) throw new AwsError('ParameterNotFound', '', 400);
      return {
        Parameter: {
          Name: input.Name,
          Type: 'String',
          Value: 'ami-0abcdef1234567890',
          Version: 1,
          ARN: `arn:aws:ssm:${region.name}::parameter${input.Name}`,
          DataType: 'text',
        },
      };
    },
    DescribeInstanceInformation: () => ({ InstanceInformationList: [] }),
  },
};

export const secretsmanager: Service = {
  operations: {
    CreateSecret: (context, input: { Name: string; SecretString?: string }) => {
      const ARN = context.region.arn(
        'secretsmanager',
        `secret:${input.Name}-${context.world.random.text(6, 'ABCDEFabcdef')}`,
      );
      return secrets.add(context, input.Name, {
        ...input,
        ARN,
        CreatedDate: context.now,
        VersionId: context.world.random.uuid(),
      });
    },
    ListSecrets: ({ region }, input: { NextToken?: string }) =>
      paged('SecretList', secrets.all(region), input.NextToken, 100, 'NextToken'),
    GetSecretValue: ({ region }, input: { SecretId: string }) =>
      secrets.get(
        region,
        secrets.all(region).find(({ id, ARN }) => id === input.SecretId || ARN === input.SecretId)?.id ??
          input.SecretId,
      ),
  },
};

export const route53: Service = {
  global: true,
  operations: {
    ListHostedZones: () => ({ HostedZones: [], Marker: '', IsTruncated: false, MaxItems: '100' }),
  },
};
