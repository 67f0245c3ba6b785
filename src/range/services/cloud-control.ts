import { AwsError } from '../aws-error.js';
import type { Context, Service } from '../service.js';
import { Shelf, type Thing } from './shelf.js';

const things = new Shelf('cloudcontrolapi:resources', ['ResourceNotFoundException', 404], null, () => true);

/** Texts, as far as the range looks at them. */
type Model = Record<string, string>;

/** A type as its own service shows it: the event of its create, and what the record says of one. */
interface Kind {
  /** `source`, `Event`. */
  event: [source: string, name: string];
  /** The property that identifies one, and its value where AWS gives it. */
  id: [property: string, given?: (context: Context, model: Model) => string];
  request: (model: Model) => Record<string, string>;
  response?: (id: string) => object;
  /** Its create answers with one that is there already. */
  takesExisting?: true;
}

const named = (field: string) => (model: Model) => ({ [field]: model['Name'] ?? '' });
const hex = ({ world }: Context): string => world.random.uuid().replaceAll('-', '').slice(0, 17);

/** The types that the range knows (CloudFormation's resource types; CloudTrail's events of their services). */
const kinds: Record<string, Kind> = {
  'AWS::AppRunner::Service': {
    event: ['apprunner', 'CreateService'],
    id: [
      'ServiceArn',
      (context, model) =>
        context.region.arn('apprunner', `service/${model['ServiceName'] ?? ''}/${hex(context)}`),
    ],
    request: (model) => ({ serviceName: model['ServiceName'] ?? '' }),
    response: (serviceArn) => ({ service: { serviceArn, status: 'OPERATION_IN_PROGRESS' } }),
  },
  'AWS::ImageBuilder::ImagePipeline': {
    event: ['imagebuilder', 'CreateImagePipeline'],
    id: ['Arn', ({ region }, model) => region.arn('imagebuilder', `image-pipeline/${model['Name'] ?? ''}`)],
    request: named('name'),
    response: (imagePipelineArn) => ({ imagePipelineArn }),
  },
  'AWS::EC2::NatGateway': {
    event: ['ec2', 'CreateNatGateway'],
    id: ['NatGatewayId', (context) => `nat-${hex(context)}`],
    request: (model) => ({ subnetId: model['SubnetId'] ?? '' }),
    response: (natGatewayId) => ({ CreateNatGatewayResponse: { natGateway: { natGatewayId } } }),
  },
  'AWS::Glue::Job': { event: ['glue', 'CreateJob'], id: ['Name'], request: named('name') },
  'AWS::Glue::Trigger': { event: ['glue', 'CreateTrigger'], id: ['Name'], request: named('name') },
  'AWS::MWAA::Environment': { event: ['airflow', 'CreateEnvironment'], id: ['Name'], request: named('name') },
  'AWS::KMS::Key': {
    event: ['kms', 'CreateKey'],
    id: ['KeyId', ({ world }) => world.random.uuid()],
    request: () => ({ keySpec: 'SYMMETRIC_DEFAULT' }),
    response: (keyId) => ({ keyMetadata: { keyId, keyState: 'Enabled' } }),
  },
  'AWS::SageMaker::Pipeline': {
    event: ['sagemaker', 'CreatePipeline'],
    id: ['PipelineName'],
    request: (model) => ({ pipelineName: model['PipelineName'] ?? '' }),
  },
  'AWS::SNS::Topic': {
    event: ['sns', 'CreateTopic'],
    id: ['TopicArn', ({ region }, model) => region.arn('sns', model['TopicName'] ?? '')],
    request: (model) => ({ name: model['TopicName'] ?? '' }),
    response: (topicArn) => ({ topicArn }),
    takesExisting: true,
  },
};

interface Asked {
  TypeName: string;
  Identifier: string;
}

const progress = (operation: string, { TypeName, Identifier }: Asked) => ({
  ProgressEvent: {
    ...{ TypeName, Identifier, Operation: operation, OperationStatus: 'IN_PROGRESS' },
    RequestToken: `${operation.toLowerCase()}-${Identifier}`,
  },
});

function kindOf(type: string): Kind {
  const kind = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  if (kind === undefined)
    throw new AwsError('TypeNotFoundException', `The type ${type} cannot be found.`, 404);
  return kind;
}

function get({ region }: Context, { TypeName, Identifier }: Asked): Thing {
  kindOf(TypeName);
  return things.get(region, `${TypeName}|${Identifier}`);
}

/** Makes one, and writes the record that the type's own service would have written. */
function create(context: Context, input: { TypeName: string; DesiredState: string }) {
  const kind = kindOf(input.TypeName);
  const model = JSON.parse(input.DesiredState) as Model;
  const [property, given] = kind.id;
  const identifier = given?.(context, model) ?? model[property] ?? '';
  const id = `${input.TypeName}|${identifier}`;
  const [source, eventName] = kind.event;
  context.trail.as = { eventSource: `${source}.amazonaws.com`, eventName };
  context.trail.requestParameters = kind.request(model);
  context.trail.responseElements = (kind.response?.(identifier) ?? null) as never;
  const isThere = things.find(context.region, id) !== undefined;
  if (isThere && kind.takesExisting !== true)
    throw new AwsError('AlreadyExistsException', `${id} already exists`, 400);
  if (!isThere) things.add(context, id, { model: { ...model, [property]: identifier } });
  return progress('CREATE', { TypeName: input.TypeName, Identifier: identifier });
}

/** AWS Cloud Control API over a table of types: one service for all that have none of their own here. */
export const cloudcontrolapi: Service = {
  actions: {
    CreateResource: 'cloudformation:CreateResource',
    GetResource: 'cloudformation:GetResource',
    DeleteResource: 'cloudformation:DeleteResource',
  },
  operations: {
    CreateResource: create,
    GetResource: (context, input: Asked) => ({
      TypeName: input.TypeName,
      ResourceDescription: {
        Identifier: input.Identifier,
        Properties: JSON.stringify(get(context, input).model),
      },
    }),
    /** It is there until the service has ended it. */
    DeleteResource: (context, input: Asked) => {
      const { id } = get(context, input);
      const { clock, settings } = context.world;
      context.touched.push(id);
      clock.after(
        settings.terminateMs,
        () => void context.region.table('cloudcontrolapi:resources').delete(id),
      );
      return progress('DELETE', input);
    },
  },
};
