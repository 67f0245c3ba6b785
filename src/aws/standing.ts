import { AwsFailure } from './errors.js';

/** What a refusal says of the caller, once the canaries have been asked. */
type Meaning = 'of-this-call' | 'of-this-endpoint' | 'cut-off';

/** A read that has worked in this run, and how to make it again. */
interface Canary {
  service: string;
  name: string;
  repeat: () => Promise<unknown>;
}

/** So many of them are asked, each of another service. */
const canariesAsked = 3;
/** What they say holds for so long, milliseconds: hundreds of calls may be refused at once. */
const holdsFor = 3_000;

/**
 * How the caller stands with AWS: the one place that decides what a refusal means. A code alone cannot say whether a
 * region does not take the token, a permission is missing, or somebody has switched the responder off. What this run has
 * made with success can: the canaries, reads of other services that are made once more. GetCallerIdentity is none: it
 * answers whoever signs, whatever a Deny says (STS API reference, GetCallerIdentity).
 */
export class Standing {
  private readonly canaries = new Map<string, Canary>();
  private readonly worked = new Set<string>();
  private asked: { at: number; answer: Promise<'refused' | 'answered'> } | null = null;

  /** @param now a clock that only goes forward, milliseconds */
  constructor(private readonly now: () => number) {}

  /** A read has worked; `repeat` makes it again, past this judge. */
  heard(service: string, operation: string, region: string, repeat: () => Promise<unknown>): void {
    const name = `${service}:${operation} in ${region}`;
    this.worked.add(name);
    if (service !== 'sts' && !this.canaries.has(service))
      this.canaries.set(service, { service, name, repeat });
  }

  /**
   * The failure as it is to be understood: one that is no refusal as it is; `credentials` where the caller is cut off;
   * with the way out where only this endpoint does not take the token. `temporary`: the caller has a session token.
   */
  async judge(failure: AwsFailure, temporary: boolean): Promise<AwsFailure> {
    switch (await this.meaningOf(failure)) {
      case 'cut-off':
        return cutOff(failure, [...this.canaries.values()][0]?.name ?? 'other calls');
      case 'of-this-endpoint':
        return said(failure, failure.kind, `${failure.message} ${wayOut(failure.region, temporary)}`);
      case 'of-this-call':
        return failure;
    }
  }

  private async meaningOf({ kind, service, operation, region }: AwsFailure): Promise<Meaning> {
    if (kind === 'token-refused') {
      return (await this.ask(1)) === 'refused' ? 'cut-off' : 'of-this-endpoint';
    }
    // A permission that was never there says nothing of the others, and one service's policy nothing of the caller.
    if (kind !== 'denied' || !this.worked.has(`${service}:${operation} in ${region}`)) return 'of-this-call';
    return (await this.ask(2)) === 'refused' ? 'cut-off' : 'of-this-call';
  }

  /** Are all of them refused? Fewer than `least` say nothing. */
  private ask(least: number): Promise<'refused' | 'answered'> {
    if (this.canaries.size < least) return Promise.resolve('answered');
    if (this.asked === null || this.now() - this.asked.at > holdsFor) {
      const chosen = [...this.canaries.values()].slice(0, canariesAsked);
      const answer = Promise.all(chosen.map(isRefused)).then((refused) =>
        refused.every(Boolean) ? ('refused' as const) : ('answered' as const),
      );
      this.asked = { at: this.now(), answer };
    }
    return this.asked.answer;
  }
}

/** Only AWS's own no counts: a network that fails says nothing of the credentials. */
async function isRefused({ repeat }: Canary): Promise<boolean> {
  try {
    await repeat();
    return false;
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    return error.kind === 'token-refused' || error.kind === 'denied' || error.kind === 'credentials';
  }
}

/** A session of STS's global endpoint is not valid in regions that were opted in to (IAM user guide, "Manage AWS STS in
 *  an AWS Region"). */
function wayOut(region: string, temporary: boolean): string {
  return temporary
    ? `This region does not take your session: sign in with one of STS's regional endpoint, such as AWS_STS_REGIONAL_ENDPOINTS=regional with aws sts assume-role … --region ${region}, and run the same command again.`
    : `This region does not take your key: where it was enabled a moment ago, run the same command again in some minutes; aws ec2 describe-regions --region ${region} says when it does.`;
}

function cutOff(failure: AwsFailure, worked: string): AwsFailure {
  const words = `you are cut off: ${worked} worked earlier in this run, and is refused now like all else (${failure.code}: ${failure.message}). Your credentials were switched off, denied or have ended.`;
  return said(failure, 'credentials', words);
}

/** The same refusal where nothing works without what was asked for: it is the credentials that are refused. */
export function ofTheCredentials(failure: AwsFailure): AwsFailure {
  return said(failure, 'credentials', failure.message);
}

function said(failure: AwsFailure, kind: AwsFailure['kind'], message: string): AwsFailure {
  const { code, service, operation, region, requestId, httpStatus } = failure;
  return new AwsFailure(kind, code, message, service, operation, region, requestId, httpStatus, failure);
}
