import table from './events-of-interest.json' with { type: 'json' };

/** An event name of leaked-key incidents (TrailDiscover, CC BY 4.0, with rows of leakguard's own). */
export interface EventOfInterest {
  tactic: string;
  description: string;
}

const byAct = new Map(
  table.events.map(({ source, name, tactic, description }) => [`${source}|${name}`, { tactic, description }]),
);

/** Seen to matter in incidents, and not in that table yet. */
const ours: [string, string, string, string][] = [
  ['bedrock.amazonaws.com', 'Converse', 'TA0040 - Impact', 'Asks a Bedrock model for an answer.'],
  ['bedrock.amazonaws.com', 'ConverseStream', 'TA0040 - Impact', 'Asks a Bedrock model for an answer.'],
  [
    'bedrock.amazonaws.com',
    'DeleteModelInvocationLoggingConfiguration',
    'TA0005 - Defense Evasion',
    'Ends the logging of what models were asked.',
  ],
  [
    'secretsmanager.amazonaws.com',
    'BatchGetSecretValue',
    'TA0006 - Credential Access',
    'Reads many secrets at once.',
  ],
  [
    'ssm.amazonaws.com',
    'GetParameter',
    'TA0006 - Credential Access',
    'Reads a parameter, which may hold a secret.',
  ],
  [
    'ssm.amazonaws.com',
    'GetParametersByPath',
    'TA0006 - Credential Access',
    'Reads parameters, which may hold secrets.',
  ],
  [
    'ec2.amazonaws.com',
    'ModifySnapshotAttribute',
    'TA0010 - Exfiltration',
    'Shares a snapshot with another account.',
  ],
  [
    'ec2.amazonaws.com',
    'ModifyImageAttribute',
    'TA0010 - Exfiltration',
    'Shares an image with another account.',
  ],
  ['rds.amazonaws.com', 'ModifyDBSnapshotAttribute', 'TA0010 - Exfiltration', 'Shares a database snapshot.'],
  [
    'rds.amazonaws.com',
    'ModifyDBClusterSnapshotAttribute',
    'TA0010 - Exfiltration',
    'Shares a database snapshot.',
  ],
  [
    'iam.amazonaws.com',
    'CreateServiceSpecificCredential',
    'TA0003 - Persistence',
    'Makes a credential for one service.',
  ],
  ['iam.amazonaws.com', 'UploadSSHPublicKey', 'TA0003 - Persistence', 'Adds an SSH key to a user.'],
  [
    'iam.amazonaws.com',
    'UploadSigningCertificate',
    'TA0003 - Persistence',
    'Adds a signing certificate to a user.',
  ],
  [
    'iam.amazonaws.com',
    'DeleteUserPolicy',
    'TA0005 - Defense Evasion',
    'Removes a policy, a responder’s Deny among them.',
  ],
  [
    'iam.amazonaws.com',
    'DetachUserPolicy',
    'TA0005 - Defense Evasion',
    'Removes a policy, AWS’s quarantine among them.',
  ],
  [
    'rolesanywhere.amazonaws.com',
    'CreateTrustAnchor',
    'TA0003 - Persistence',
    'Lets holders of certificates take roles.',
  ],
  [
    'iam.amazonaws.com',
    'CreateOpenIDConnectProvider',
    'TA0003 - Persistence',
    'Lets an outside identity provider in.',
  ],
  [
    'iam.amazonaws.com',
    'CreateSAMLProvider',
    'TA0003 - Persistence',
    'Lets an outside identity provider in.',
  ],
  [
    'lambda.amazonaws.com',
    'CreateFunctionUrlConfig',
    'TA0003 - Persistence',
    'Opens a function to the internet.',
  ],
];
for (const [source, name, tactic, description] of ours) {
  const act = `${source}|${name}`;
  if (!byAct.has(act)) byAct.set(act, { tactic, description });
}

/** Null for events that are of no interest. Lambda's API dates may stand in `name` or not. */
export function eventOfInterest(source: string, name: string): EventOfInterest | null {
  return (
    byAct.get(`${source}|${name}`) ??
    byAct.get(`${source}|${name.replace(/\d{8}(v\d+)?$/, '')}`) ??
    dated(source, name)
  );
}

/** The table writes some of Lambda's names with their dates. */
function dated(source: string, name: string): EventOfInterest | null {
  if (source !== 'lambda.amazonaws.com') return null;
  const plain = name.replace(/\d{8}(v\d+)?$/, '');
  for (const [act, event] of byAct) {
    if (
      act.startsWith(`${source}|${plain}`) &&
      /^(\d{8}(v\d+)?)?$/.test(act.slice(source.length + 1 + plain.length))
    )
      return event;
  }
  return null;
}

/** Reads that take something with them. They come in masses, so that only those of the misuse are of interest. */
const taking: Record<string, EventOfInterest> = {
  's3.amazonaws.com|GetObject': { tactic: 'TA0009 - Collection', description: 'Reads objects.' },
  'ec2.amazonaws.com|DescribeInstanceAttribute': {
    tactic: 'TA0006 - Credential Access',
    description: 'Reads attributes of instances, their user data among them.',
  },
  'lambda.amazonaws.com|GetFunction': {
    tactic: 'TA0009 - Collection',
    description: 'Reads functions, where their code lies and their variables among it.',
  },
};

/** Null for what is no such read. */
export function takingOf(source: string, name: string): EventOfInterest | null {
  return taking[`${source}|${name.replace(/\d{8}(v\d+)?$/, '')}`] ?? null;
}
