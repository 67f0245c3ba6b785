import type { Context, Operation } from '../../service.js';
import { Shelf, type Thing } from '../shelf.js';
import { entity, marked } from './common.js';

interface Kind {
  /** As in UploadSSHPublicKey. */
  verb: 'Upload' | 'Create';
  name: string;
  plural: string;
  /** The member that holds it in an answer, and the one that is its id. */
  member: string;
  list: string;
  idField: string;
  prefix: string;
}

const kinds: Kind[] = [
  {
    verb: 'Upload',
    name: 'SSHPublicKey',
    plural: 'SSHPublicKeys',
    member: 'SSHPublicKey',
    list: 'SSHPublicKeys',
    idField: 'SSHPublicKeyId',
    prefix: 'APKA',
  },
  {
    verb: 'Upload',
    name: 'SigningCertificate',
    plural: 'SigningCertificates',
    member: 'Certificate',
    list: 'Certificates',
    idField: 'CertificateId',
    prefix: 'ASCA',
  },
  {
    verb: 'Create',
    name: 'ServiceSpecificCredential',
    plural: 'ServiceSpecificCredentials',
    member: 'ServiceSpecificCredential',
    list: 'ServiceSpecificCredentials',
    idField: 'ServiceSpecificCredentialId',
    prefix: 'ACCA',
  },
];

type Input = Record<string, string | undefined>;

/** What a user may have besides keys and a password: the three kinds differ in nothing but the name. */
function operationsFor({
  verb,
  name,
  plural,
  member,
  list,
  idField,
  prefix,
}: Kind): Record<string, Operation> {
  const shelf = new Shelf(`iam:${plural}`, ['NoSuchEntity', 404], null, ({ Status }) => Status === 'Active');
  const userOf = (context: Context, input: Input) =>
    entity(context.account.users, 'User', input.UserName ?? context.caller.user?.name ?? '');
  const own = (context: Context, input: Input): Thing[] => {
    const { name: user } = userOf(context, input);
    return shelf.all(context.region).filter(({ UserName }) => UserName === user);
  };
  return {
    [`${verb}${name}`]: (context, input: Input) => {
      const user = userOf(context, input);
      const id = context.world.random.uniqueId(prefix);
      return {
        [member]: shelf.add(context, id, {
          ...input,
          UserName: user.name,
          [idField]: id,
          Status: 'Active',
          UploadDate: context.now,
          CreateDate: context.now,
          Fingerprint: '00:11:22:33',
          ServiceUserName: `${user.name}-at-${context.account.id}`,
          ServicePassword: context.world.random.secret(),
        }),
      };
    },
    [`List${plural}`]: (context, input: Input) => marked(list, own(context, input), {}),
    [`Update${name}`]: (context, input: Input) =>
      void shelf.change(context, input[idField], { Status: input.Status }),
    [`Delete${name}`]: (context, input: Input) => void shelf.remove(context, input[idField]),
  };
}

const oidc = new Shelf('iam:oidc-providers', ['NoSuchEntity', 404], 'EntityAlreadyExists', () => true);
const saml = new Shelf('iam:saml-providers', ['NoSuchEntity', 404], 'EntityAlreadyExists', () => true);

/** Outside identities that may become a role here. */
const providerOperations: Record<string, Operation> = {
  CreateOpenIDConnectProvider: (context, input: { Url: string }) => {
    const host = input.Url.replace(/^https:\/\//, '');
    const OpenIDConnectProviderArn = context.account.arn(`oidc-provider/${host}`);
    return oidc.add(context, OpenIDConnectProviderArn, {
      ...input,
      Url: host,
      OpenIDConnectProviderArn,
      Arn: OpenIDConnectProviderArn,
      CreateDate: context.now,
    });
  },
  ListOpenIDConnectProviders: ({ region }) => ({ OpenIDConnectProviderList: oidc.all(region) }),
  GetOpenIDConnectProvider: ({ region }, input: { OpenIDConnectProviderArn: string }) =>
    oidc.get(region, input.OpenIDConnectProviderArn),
  DeleteOpenIDConnectProvider: (context, input: { OpenIDConnectProviderArn: string }) =>
    void oidc.remove(context, input.OpenIDConnectProviderArn),
  CreateSAMLProvider: (context, input: { Name: string; SAMLMetadataDocument: string }) => {
    const SAMLProviderArn = context.account.arn(`saml-provider/${input.Name}`);
    return saml.add(context, SAMLProviderArn, {
      ...input,
      SAMLProviderArn,
      Arn: SAMLProviderArn,
      CreateDate: context.now,
      ValidUntil: context.now + 10 * 365 * 86_400_000,
    });
  },
  ListSAMLProviders: ({ region }) => ({ SAMLProviderList: saml.all(region) }),
  GetSAMLProvider: ({ region }, input: { SAMLProviderArn: string }) =>
    saml.get(region, input.SAMLProviderArn),
  DeleteSAMLProvider: (context, input: { SAMLProviderArn: string }) =>
    void saml.remove(context, input.SAMLProviderArn),
};

export const credentialOperations: Record<string, Operation> = Object.fromEntries([
  ...kinds.flatMap((kind) => Object.entries(operationsFor(kind))),
  ...Object.entries(providerOperations),
]);
