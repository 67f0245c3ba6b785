import { leadFlag, type Identity, type Incident } from '../model/index.js';

/** A guard, or the person, said no. What was done before stands in the journal. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    message: string,
    /** What to do instead, as a command or a sentence. */
    readonly next: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The caller itself stands in the way. */
export function refuseCaller(refusals: readonly string[]): Refused {
  return new Refused(
    `${refusals.join(' ')} Nothing was done.`,
    'Run the same command as another principal of the key’s account, such as an administrator’s role: --profile NAME',
  );
}

/** The trail may show that the caller's own session descends from the misused key. `state`: what was done, a sentence.
 *  @throws Refused */
export function refuseDescendant(incident: Incident, identity: Identity, state: string): void {
  const own = incident.credentials.find(({ id }) => id === identity.accessKeyId);
  if (own === undefined) return;
  throw new Refused(
    `Your own credential ${identity.accessKeyId} descends from the misused key (minted by ${own.parent ?? 'an unknown parent'}). ${state}`,
    'Go on with another principal, by the same command: what is done already is not done again.',
  );
}

/** What the person wants spared is not there under that name: a slip would destroy it. */
export function refuseUnspared(why: string, key: string): Refused {
  return new Refused(
    `${why} The key is cut; nothing else was done.`,
    `Name it as it is listed, and run the same command again: leakguard contain ${leadFlag(key)} --exclude …`,
  );
}

/** The end of `--apply` where the world is not the one that the plan was made for. */
export function refuseMoved({ added, gone }: { added: string[]; gone: string[] }, key: string): Refused {
  const differences = [...added.map((one) => `new: ${one}`), ...gone.map((one) => `no longer: ${one}`)];
  return new Refused(
    `The world has moved since the plan was made: ${differences.slice(0, 10).join('; ')}${differences.length > 10 ? '; …' : ''}. ` +
      'The cut was done; nothing else was.',
    `Make a new plan: leakguard contain ${leadFlag(key)} --plan FILE`,
  );
}

/** A plan whose cut holds what no cut does: it is not the one that `--plan` wrote. */
export function refuseStrange(strange: readonly string[], key: string): Refused {
  return new Refused(
    `The plan was edited after it was made: no cut of this key does this: ${strange.slice(0, 10).join('; ')}. Nothing was done.`,
    `Make a new plan: leakguard contain ${leadFlag(key)} --plan FILE`,
  );
}

/**
 * A root user's key cannot be cut by anybody else in the account: what root has to do, in words (IAM user guide,
 * "Deactivating access keys for the root user"), or an organization with centralized root access from outside (STS API
 * reference, AssumeRoot; IAM user guide, "Perform a privileged task on an AWS Organizations member account": the session
 * may list and delete root's keys, password, certificates and MFA devices, and disable none of them, so nothing here
 * does it for the person).
 */
export function refuseRoot(
  key: string,
  { account, partition, homeRegion }: Pick<Identity, 'account' | 'partition' | 'homeRegion'>,
): Refused {
  const steps = [
    `${key} is a key of the account's root user: no policy can cut it, and nobody else in the account can disable it. Nothing was done. As root:`,
    '1. Sign in as root, from a device that is not in doubt; change the password, check the MFA device and the contact data.',
    `2. Security credentials → Access keys → ${key} → Deactivate. Sessions of root end within an hour.`,
    `3. Then run: leakguard verify ${leadFlag(key)}`,
    `Or, where ${account} is a member of an organization with centralized root access, from its management account (or the`,
    'delegated one for IAM), as a user or role that may sts:AssumeRoot. It deletes the key for good; it cannot disable it:',
    `   aws sts assume-root --region ${homeRegion} --target-principal ${account} --task-policy-arn arn=arn:${partition}:iam::aws:policy/root-task/IAMDeleteRootUserCredentials`,
    '   with its three credentials in AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN (15 minutes at most):',
    '   aws iam list-access-keys; aws iam list-signing-certificates; aws iam list-mfa-devices; aws iam get-login-profile',
    `   aws iam delete-access-key --access-key-id ${key}`,
    '   aws iam delete-login-profile   (where root’s password is in doubt too: IAMCreateRootUserPassword makes it anew)',
  ];
  return new Refused(
    steps.join('\n'),
    `While root does so, and only to look: leakguard scan ${leadFlag(key)}`,
  );
}
