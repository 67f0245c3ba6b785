import { partitionOfArn } from '../facts/index.js';
import type { AwsCall, Identity } from '../model/index.js';
import { loadSharedConfigFiles, memoize } from '@smithy/core/config';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { AwsFailure, noCredentials } from './errors.js';
import { AwsClients, type Answer } from './clients.js';
import {
  type AskMfaCode,
  assumed,
  credentialsOf,
  type MemberRole,
  profileInUse,
  type RoleToAssume,
} from './credentials.js';
import { memberCredentials } from './member-credentials.js';
import { placesInAll } from './lanes.js';
import { httpHandler } from './network.js';
import { endpointWishes } from './no-endpoint.js';
import { resolveEndpoints } from './endpoints.js';
import { homeRegionOf, isRegionName, partitionOfRegion } from './regions.js';
import { readerOf, type Reader } from './reader.js';
import { ofTheCredentials } from './standing.js';
import type { Watch } from './watch.js';

/** Flags that say who calls AWS and where; null means: the environment, then the config file, decides. */
export interface SessionOptions {
  profile: string | null;
  /** A role to work as, taken with those credentials; null: they are used themselves. */
  role?: RoleToAssume | null;
  region: string | null;
  endpointUrl: string | null;
  maxAttempts: number | null;
  env: Record<string, string | undefined>;
  /** Asked where the profile's role wants the code of an MFA device. */
  mfaCode?: AskMfaCode;
  /** What the person must know of AWS's answers, in words. */
  tell?: (message: string) => void;
  /** Is told each step on the way to AWS. */
  watch?: Watch | undefined;
}

/** A connection to one account, whose identity is known. */
export interface Session {
  identity: Identity;
  /** Reads only: anything else is refused before it is sent. */
  reader: Reader;
  /** Makes one change. Only contain/run uses it, through the journal. */
  send(call: AwsCall, signal?: AbortSignal): Promise<Answer>;
  /**
   * The same for another account, as a role there that this session's credentials assume: connections are shared, and
   * stay open when it is closed.
   * @throws AwsFailure of kind `credentials` with the code AssumeRole where the role does not let them in
   */
  member(role: MemberRole): Promise<Session>;
  /** A read in the partition's home region that carries `mark` in its user agent: CloudTrail anchors the journal there. */
  anchor(mark: string): Promise<string | null>;
  close(): void;
}

/**
 * Resolves endpoints, credentials and the caller, in this order: nothing else is called before they are known.
 * @throws BadSetting · NoEndpoint · EndpointError for a mix of AWS and not-AWS · AwsFailure of kind `credentials` where there are none or
 * they are refused · AwsFailure of kind `unreachable` where the endpoint does not answer.
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { env } = options;
  // Node 20 warns on stderr in every client that later releases need a newer Node; set before the first client.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const { configFile, credentialsFile } = await loadSharedConfigFiles();
  const profileName = options.profile ?? env['AWS_PROFILE'] ?? env['AWS_DEFAULT_PROFILE'] ?? 'default';
  const profile = configFile[profileName] ?? {};
  const servicesName = profile['services'];
  const endpoints = resolveEndpoints({
    flag: options.endpointUrl,
    env,
    profile,
    profileServices: servicesName === undefined ? {} : (configFile[`services.${servicesName}`] ?? {}),
  });
  const usedProfile = profileInUse(options.profile, env);
  if (usedProfile !== null) assertProfile(usedProfile, { ...configFile, ...credentialsFile });
  const configured = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? profile['region'] ?? 'us-east-1';
  // --region says where to look, and so which partition is meant: to sign in there would take a region that is mistyped
  // or not enabled for refused credentials.
  const partition = partitionOfRegion(options.region ?? configured);
  const usable = isRegionName(configured) && partitionOfRegion(configured) === partition;
  const region = usable ? configured : homeRegionOf(partition);

  const { requestHandler, lanes } = await httpHandler({
    env,
    caBundle: profile['ca_bundle'],
    simulated: endpoints.simulated,
  });
  const ask: AskMfaCode = options.mfaCode ?? (async () => '');
  const own = namingProcess(credentialsOf(usedProfile, env, requestHandler, ask), {
    ...credentialsFile[usedProfile ?? ''],
    ...configFile[usedProfile ?? ''],
  });
  const { role = null } = options;
  const stsEndpoint = endpoints.custom.sts ?? null;
  const sts = { region, stsEndpoint, requestHandler, ask };
  const sessionName = env['AWS_ROLE_SESSION_NAME'] || 'leakguard';
  const settings = {
    endpoints: endpoints.custom,
    wishes: endpointWishes(env, profile),
    requestHandler,
    lanes,
    places: placesInAll(lanes),
    homeRegion: homeRegionOf(partition),
    tell: options.tell,
    watch: options.watch,
    maxAttempts: options.maxAttempts ?? numberOr(env['AWS_MAX_ATTEMPTS'] ?? profile['max_attempts'], 4),
  };
  const connect = async (source: AwsCredentialIdentityProvider, close: () => void): Promise<Session> => {
    const credentials = shared(source);
    const clients = new AwsClients({ ...settings, credentials });
    const identity = await callerOf(clients, region, {
      profile: usedProfile,
      simulated: endpoints.simulated,
      endpoints: endpoints.custom,
    });
    return {
      identity,
      reader: readerOf(clients),
      send: (call, signal) => clients.send(call, signal),
      member: (member) => connect(memberCredentials(member, clients, region), () => undefined),
      anchor: (mark) => clients.anchor(mark, identity.homeRegion),
      close,
    };
  };
  return connect(role === null ? own : assumed({ ...role, sessionName }, own, sts), () =>
    requestHandler.destroy(),
  );
}

/** Who `clients` call as. @throws as openSession does */
async function callerOf(
  clients: AwsClients,
  region: string,
  how: Pick<Identity, 'profile' | 'simulated' | 'endpoints'>,
): Promise<Identity> {
  const { accessKeyId } = await clients.credentials();
  const caller = await clients.read('sts', 'GetCallerIdentity', region, {}).catch(refusedAsCredentials);
  const { Arn: arn, Account: account, UserId: userId } = caller.output;
  // A proxy's page with status 200 parses as an answer with nothing in it: nothing it says may count as clean.
  if (typeof arn !== 'string' || typeof account !== 'string' || !/^\d{12}$/.test(account)) {
    throw new AwsFailure(
      'unreachable',
      'MalformedAnswer',
      'what answered is not AWS: it named no account and no caller',
      'sts',
      'GetCallerIdentity',
      region,
      caller.requestId,
      200,
      null,
    );
  }
  return {
    account,
    arn,
    userId: String(userId),
    partition: partitionOfArn(arn),
    accessKeyId,
    profile: how.profile,
    homeRegion: homeRegionOf(partitionOfArn(arn)),
    simulated: how.simulated,
    endpoints: how.endpoints,
  };
}

/** The profiles of the config and credentials files. */
export async function profileNames(): Promise<string[]> {
  const { configFile, credentialsFile } = await loadSharedConfigFiles();
  const names = Object.keys({ ...configFile, ...credentialsFile });
  return names.filter((name) => !isNoProfile(name)).sort();
}

const isNoProfile = (section: string): boolean => /^(services|sso-session)\./.test(section);

/** The SDK would go on to other sources, and call the name of a profile nothing. @throws AwsFailure of kind `credentials` */
function assertProfile(name: string, sections: Record<string, unknown>): void {
  if (name === 'default' || Object.hasOwn(sections, name)) return;
  const there = Object.keys(sections).filter((section) => !isNoProfile(section));
  const known = there.length === 0 ? 'no profile at all' : `only ${there.sort().join(', ')}`;
  const message = `there is no profile ${JSON.stringify(name)}: the config and credentials files have ${known}`;
  throw noCredentials('NoSuchProfile', message);
}

/** Of a credential_process that fails, what it said itself is the error, on one line each. */
function namingProcess(
  provider: AwsCredentialIdentityProvider,
  profile: Record<string, string | undefined>,
): AwsCredentialIdentityProvider {
  if (profile['credential_process'] === undefined) return provider;
  return async (identity) => {
    try {
      return await provider(identity);
    } catch (error) {
      const said = (error as Error).message.replace(/^Command failed: .*\n?/, '').trim();
      const why = said === '' ? 'it failed and said nothing on stderr' : said.slice(0, 1000);
      throw noCredentials('CredentialProcess', `credential_process of the profile: ${why}`, error);
    }
  };
}

/** Whoever is not let in by STS has no credentials, whatever the code. @throws AwsFailure */
function refusedAsCredentials(error: unknown): never {
  if (!(error instanceof AwsFailure) || !(error.kind === 'token-refused' || error.httpStatus === 403))
    throw error;
  throw ofTheCredentials(error);
}

/** Credentials that expire within this are asked for again. Milliseconds. */
const expiryMargin = 5 * 60_000;

/** Asked once for all clients, and again when what it gave is about to expire: a provider may start a process or
 *  call SSO, and there is a client for each service and region. */
function shared(provider: AwsCredentialIdentityProvider): AwsCredentialIdentityProvider {
  return memoize(
    provider,
    ({ expiration }) => expiration !== undefined && expiration.getTime() - Date.now() < expiryMargin,
    ({ expiration }) => expiration !== undefined,
  );
}

function numberOr(text: string | undefined, otherwise: number): number {
  const value = Number(text);
  return text !== undefined && Number.isInteger(value) && value > 0 ? value : otherwise;
}
