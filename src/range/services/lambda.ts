import { createHash } from 'node:crypto';
import { AwsError } from '../aws-error.js';
import type { Service, Structure } from '../service.js';
import { paged, Shelf, type Thing } from './shelf.js';

const gone: [string, number] = ['ResourceNotFoundException', 404];
const functions = new Shelf(
  'lambda:functions',
  gone,
  'ResourceConflictException',
  (made) => made.ReservedConcurrentExecutions !== 0,
);
const urls = new Shelf('lambda:urls', gone, 'ResourceConflictException', () => true);
const mappings = new Shelf('lambda:event-source-mappings', gone, null, ({ State }) => State === 'Enabled');

type Named = { FunctionName: string };
interface Statement {
  Sid: string;
}

/** `name`, `name:alias`, an ARN or a part of one: the function's name. */
const nameOf = (given: string) => (/function:([^:]+)/.exec(given)?.[1] ?? given).split(':').at(0)!;

const policyOf = (made: Thing) => (made.statements as Statement[] | undefined) ?? [];

/** AWS Lambda: functions, their policies, URLs, concurrency and event sources. Nothing runs. */
export const lambda: Service = {
  resources: ({ region }, { FunctionName: name }: Structure) => [
    typeof name === 'string' ? region.arn('lambda', `function:${nameOf(name)}`) : '*',
  ],
  actions: { Invoke: 'lambda:InvokeFunction' },
  operations: {
    CreateFunction: (
      context,
      input: Named & { Role: string; Code: { ZipFile?: Buffer }; Environment?: object },
    ) => {
      const { Code, ...rest } = input;
      const { region, world, now } = context;
      const code = Code.ZipFile ?? Buffer.from('');
      context.authorize('iam:PassRole', input.Role);
      return functions.add(context, input.FunctionName, {
        Timeout: 3,
        MemorySize: 128,
        PackageType: 'Zip',
        Description: '',
        ...rest,
        FunctionArn: region.arn('lambda', `function:${input.FunctionName}`),
        CodeSize: code.length,
        CodeSha256: createHash('sha256').update(code).digest('base64'),
        LastModified: new Date(now).toISOString().replace('Z', '+0000'),
        Version: '$LATEST',
        State: 'Active',
        LastUpdateStatus: 'Successful',
        RevisionId: world.random.uuid(),
      });
    },
    ListFunctions: ({ region }, input: { Marker?: string; MaxItems?: number }) =>
      paged(
        'Functions',
        functions.all(region),
        input.Marker,
        Math.min(input.MaxItems ?? 50, 50),
        'NextMarker',
      ),
    GetFunction: ({ region }, input: Named) => {
      const made = functions.get(region, nameOf(input.FunctionName));
      const limit = made.ReservedConcurrentExecutions as number | undefined;
      return {
        Configuration: made,
        Code: { RepositoryType: 'S3' },
        Tags: (made.Tags ?? {}) as object,
        ...(limit === undefined ? {} : { Concurrency: { ReservedConcurrentExecutions: limit } }),
      };
    },
    GetFunctionConfiguration: ({ region }, input: Named) => functions.get(region, nameOf(input.FunctionName)),
    UpdateFunctionConfiguration: (context, { FunctionName, ...fields }: Named & { Role?: string }) => {
      if (fields.Role !== undefined) context.authorize('iam:PassRole', fields.Role);
      return functions.change(context, nameOf(FunctionName), {
        ...fields,
        LastModified: new Date(context.now).toISOString().replace('Z', '+0000'),
      });
    },
    UpdateFunctionCode: (context, input: Named & { ZipFile?: Buffer }) =>
      functions.change(context, nameOf(input.FunctionName), {
        CodeSha256: createHash('sha256')
          .update(input.ZipFile ?? '')
          .digest('base64'),
      }),
    DeleteFunction: (context, input: Named) => void functions.remove(context, nameOf(input.FunctionName)),
    PutFunctionConcurrency: (context, input: Named & { ReservedConcurrentExecutions: number }) =>
      functions.change(context, nameOf(input.FunctionName), {
        ReservedConcurrentExecutions: input.ReservedConcurrentExecutions,
      }),
    GetFunctionConcurrency: ({ region }, input: Named) => functions.get(region, nameOf(input.FunctionName)),
    DeleteFunctionConcurrency: (context, input: Named) => {
      delete functions.change(context, nameOf(input.FunctionName), {}).ReservedConcurrentExecutions;
    },
    AddPermission: (
      context,
      input: Named & {
        StatementId: string;
        Action: string;
        Principal: string;
        SourceArn?: string;
        FunctionUrlAuthType?: string;
      },
    ) => {
      const made = functions.get(context.region, nameOf(input.FunctionName));
      if (policyOf(made).some(({ Sid }) => Sid === input.StatementId))
        throw new AwsError(
          'ResourceConflictException',
          `The statement id (${input.StatementId}) provided already exists.`,
          409,
        );
      const condition = {
        ...(input.SourceArn === undefined ? {} : { ArnLike: { 'AWS:SourceArn': input.SourceArn } }),
        ...(input.FunctionUrlAuthType === undefined
          ? {}
          : { StringEquals: { 'lambda:FunctionUrlAuthType': input.FunctionUrlAuthType } }),
      };
      const principal =
        input.Principal === '*'
          ? '*'
          : input.Principal.includes('.amazonaws.com')
            ? { Service: input.Principal }
            : { AWS: input.Principal };
      const statement = {
        Sid: input.StatementId,
        Effect: 'Allow',
        Principal: principal,
        Action: input.Action,
        Resource: made.FunctionArn as string,
        ...(Object.keys(condition).length === 0 ? {} : { Condition: condition }),
      };
      functions.change(context, made.id, { statements: [...policyOf(made), statement] });
      return { Statement: JSON.stringify(statement) };
    },
    GetPolicy: ({ region }, input: Named) => {
      const made = functions.get(region, nameOf(input.FunctionName));
      if (policyOf(made).length === 0)
        throw new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.', 404);
      return {
        Policy: JSON.stringify({ Version: '2012-10-17', Id: 'default', Statement: policyOf(made) }),
        RevisionId: made.RevisionId as string,
      };
    },
    RemovePermission: (context, input: Named & { StatementId: string }) => {
      const made = functions.get(context.region, nameOf(input.FunctionName));
      const left = policyOf(made).filter(({ Sid }) => Sid !== input.StatementId);
      if (left.length === policyOf(made).length)
        throw new AwsError(
          'ResourceNotFoundException',
          `Statement ${input.StatementId} is not found in resource policy.`,
          404,
        );
      functions.change(context, made.id, { statements: left });
    },
    CreateFunctionUrlConfig: (context, input: Named & { Qualifier?: string; AuthType: string }) => {
      const { FunctionName, ...fields } = input;
      const made = functions.get(context.region, nameOf(FunctionName));
      const CreationTime = new Date(context.now).toISOString();
      return urls.add(context, made.id, {
        InvokeMode: 'BUFFERED',
        ...fields,
        FunctionArn: made.FunctionArn as string,
        FunctionUrl: `https://${context.world.random.hex(32)}.lambda-url.${context.region.name}.on.aws/`,
        CreationTime,
        LastModifiedTime: CreationTime,
      });
    },
    ListFunctionUrlConfigs: ({ region }, input: Named) => {
      const made = functions.get(region, nameOf(input.FunctionName));
      return { FunctionUrlConfigs: [urls.find(region, made.id)].flatMap((url) => url ?? []) };
    },
    GetFunctionUrlConfig: ({ region }, input: Named) => urls.get(region, nameOf(input.FunctionName)),
    DeleteFunctionUrlConfig: (context, input: Named) => void urls.remove(context, nameOf(input.FunctionName)),
    CreateEventSourceMapping: (context, input: Named & { EventSourceArn?: string; Enabled?: boolean }) => {
      const UUID = context.world.random.uuid();
      return mappings.add(context, UUID, {
        ...input,
        UUID,
        FunctionArn: functions.get(context.region, nameOf(input.FunctionName)).FunctionArn as string,
        State: input.Enabled === false ? 'Disabled' : 'Enabled',
        LastModified: context.now,
      });
    },
    ListEventSourceMappings: ({ region }, input: { FunctionName?: string; Marker?: string }) =>
      paged(
        'EventSourceMappings',
        mappings
          .all(region)
          .filter(
            ({ FunctionArn }) =>
              input.FunctionName === undefined ||
              nameOf(FunctionArn as string) === nameOf(input.FunctionName),
          ),
        input.Marker,
        100,
        'NextMarker',
      ),
    UpdateEventSourceMapping: (context, input: { UUID: string; Enabled?: boolean }) =>
      mappings.change(context, input.UUID, {
        State: input.Enabled === undefined ? undefined : input.Enabled ? 'Enabled' : 'Disabled',
        LastModified: context.now,
      }),
    DeleteEventSourceMapping: (context, input: { UUID: string }) => mappings.remove(context, input.UUID),
    Invoke: ({ region }, input: Named) => {
      if (functions.get(region, nameOf(input.FunctionName)).ReservedConcurrentExecutions === 0)
        throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429);
      return { StatusCode: 200, ExecutedVersion: '$LATEST', Payload: Buffer.from('null') };
    },
  },
};
