import pLimit from 'p-limit';
import {
  asText,
  type Finding,
  type OriginRule,
  type Resource,
  textAt,
  type TrailEvent,
} from '../../model/index.js';
import { change, type Reader } from '../../aws/index.js';
import { fromRequest } from '../kit/event-ids.js';
import { unlessGone, userNames } from './iam-users.js';
import { makeAction } from '../kit/make-action.js';
import type { Play } from '../kit/play.js';

/** The three kinds of credential that an IAM user may have besides keys and a password (IAM API reference). */
type To = { UserName: string; Status: 'Active' | 'Inactive' };
const kinds = {
  'service-specific credential': (ServiceSpecificCredentialId: string, to: To) =>
    change('iam', 'UpdateServiceSpecificCredential', { ...to, ServiceSpecificCredentialId }),
  'signing certificate': (CertificateId: string, to: To) =>
    change('iam', 'UpdateSigningCertificate', { ...to, CertificateId }),
  'SSH key': (SSHPublicKeyId: string, to: To) =>
    change('iam', 'UpdateSSHPublicKey', { ...to, SSHPublicKeyId }),
};
type Kind = keyof typeof kinds;

function rules(
  made: string,
  updated: string,
  deleted: string,
  requestField: string,
  ...responsePaths: string[][]
): OriginRule[] {
  const common = { source: 'iam.amazonaws.com', region: 'global' as const };
  const switchedOff = (event: TrailEvent): boolean => textAt(event.request, 'status') === 'Inactive';
  const named = fromRequest(requestField);
  const fromAnswer = (event: TrailEvent): string[] =>
    responsePaths.map((path) => textAt(event.response, ...path)).filter((id) => id !== null);
  return [
    { ...common, name: made, effect: 'made', ids: fromAnswer },
    { ...common, name: updated, effect: 'undone', ids: (event) => (switchedOff(event) ? named(event) : []) },
    { ...common, name: deleted, effect: 'undone', ids: named },
  ];
}

/** Credentials of users for single services: CodeCommit, Keyspaces, Bedrock API keys, and old ones of EC2. */
export const userCredentials: Play = {
  id: 'user-credentials',
  move: 'makes service-specific credentials, signing certificates, SSH keys',
  noun: 'service-specific credentials, signing certificates, SSH keys',
  phase: 'cut',
  service: 'iam',
  scope: 'global',
  permissions: {
    find: [
      'iam:ListUsers',
      'iam:ListServiceSpecificCredentials',
      'iam:ListSigningCertificates',
      'iam:ListSSHPublicKeys',
    ],
    contain: [
      'iam:UpdateServiceSpecificCredential',
      'iam:UpdateSigningCertificate',
      'iam:UpdateSSHPublicKey',
    ],
    undo: [],
  },

  async *find(reader) {
    const limit = pLimit(8);
    const perUser = await Promise.all(
      (await userNames(reader)).map((user) => limit(() => unlessGone(() => credentialsOf(reader, user)))),
    );
    for (const credentials of perUser) yield* credentials ?? [];
  },

  origin: [
    ...rules(
      'CreateServiceSpecificCredential',
      'UpdateServiceSpecificCredential',
      'DeleteServiceSpecificCredential',
      'serviceSpecificCredentialId',
      ['serviceSpecificCredential', 'serviceSpecificCredentialId'],
    ),
    ...rules(
      'UploadSigningCertificate',
      'UpdateSigningCertificate',
      'DeleteSigningCertificate',
      'certificateId',
      ['certificate', 'certificateId'],
    ),
    ...rules(
      'UploadSSHPublicKey',
      'UpdateSSHPublicKey',
      'DeleteSSHPublicKey',
      'sSHPublicKeyId',
      ['sSHPublicKey', 'sSHPublicKeyId'],
      ['SSHPublicKey', 'SSHPublicKeyId'],
    ),
  ],

  contain: (finding) => (finding.resource.live && finding.class !== 'tampered' ? [disable(finding)] : []),
  verify: ({ live }) => !live,
  noUndo: null,
  scenario: 'persistence',
};

function disable(finding: Finding) {
  const { id, type, properties, state } = finding.resource;
  const UserName = asText(properties['userName']) ?? '';
  const to = (Status: To['Status']) => kinds[type as Kind](id, { UserName, Status });
  return makeAction(userCredentials, [finding], {
    ...to('Inactive'),
    title: `disable ${type} ${id}`,
    before: { status: state },
    undo: [to('Active')],
    undoNeedsFlag: '--reactivate-key',
  });
}

async function credentialsOf(reader: Reader, user: string): Promise<Resource[]> {
  const input = { UserName: user };
  const found: Resource[] = [];
  const add = (
    type: Kind,
    id: string | undefined,
    status: string | undefined,
    made: Date | undefined,
    service: string | null,
  ) => {
    found.push({
      play: 'user-credentials',
      type,
      id: id ?? '',
      region: 'global',
      state: status ?? 'unknown',
      live: status !== 'Inactive',
      createdAt: made?.getTime() ?? null,
      tags: {},
      links: [{ kind: 'user', id: user }],
      properties: { userName: user, service },
    });
  };
  for await (const page of reader.pages('iam', 'ListServiceSpecificCredentials', 'global', input)) {
    for (const one of page.ServiceSpecificCredentials ?? []) {
      const { ServiceSpecificCredentialId: id, Status, CreateDate, ServiceName } = one;
      add('service-specific credential', id, Status, CreateDate, ServiceName ?? null);
    }
  }
  for await (const page of reader.pages('iam', 'ListSigningCertificates', 'global', input)) {
    for (const { CertificateId, Status, UploadDate } of page.Certificates ?? []) {
      add('signing certificate', CertificateId, Status, UploadDate, null);
    }
  }
  for await (const page of reader.pages('iam', 'ListSSHPublicKeys', 'global', input)) {
    for (const { SSHPublicKeyId, Status, UploadDate } of page.SSHPublicKeys ?? []) {
      add('SSH key', SSHPublicKeyId, Status, UploadDate, 'codecommit');
    }
  }
  return found;
}
