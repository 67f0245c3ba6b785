import { AwsError } from './aws-error.js';
import { assertUsable, authenticate, credentialRefusal } from './credentials.js';
import { callerKeys, decide, denial } from './iam/authorize.js';
import type { Caller } from './iam/caller.js';
import { requestTagKeys } from './iam/request-tags.js';
import { endless, falseAnswer, lieTo, withoutToken } from './lies.js';
import { Luck } from './luck.js';
import { loadModel, type ServiceModel } from './model.js';
import {
  answer,
  missingMember,
  recognize,
  refusal,
  type WireAnswer,
  type WireRequest,
} from './protocol/codec.js';
import { spoken } from './protocol/cbor.js';
import { shaped } from './protocol/xml.js';
import type { Context, Service, Structure } from './service.js';
import { services } from './services/index.js';
import { parseAuthorization } from './sigv4.js';
import { Throttle, throttled } from './throttle.js';
import { Untouchables } from './untouchable.js';
import { recordCall } from './trail-writer.js';
import { isReadOnly } from './world/trail.js';
import type { LogEntry, World } from './world/world.js';

/** A call without the wire: for a scenario's past, which is lived before the server answers anybody. */
export interface DirectCall {
  accessKeyId: string;
  service: string;
  operation: string;
  region: string;
  input: object;
  sourceIp?: string | undefined;
  userAgent?: string | undefined;
  label?: string | undefined;
}

/** The way of one request: recognised, authenticated, throttled, authorised, done, recorded, answered. */
export class Dispatcher {
  private readonly throttle: Throttle;
  private readonly luck: Luck;
  private readonly untouchables = new Untouchables();
  constructor(private readonly world: World) {
    this.throttle = new Throttle(world);
    this.luck = new Luck(world.settings.seed);
  }

  /** Answers one HTTP request. Never throws. */
  handle(request: WireRequest): WireAnswer {
    return this.world.clock.hold(() => this.answer(request));
  }

  private answer(request: WireRequest): WireAnswer {
    const { world } = this;
    const signature = parseAuthorization(request.headers.authorization);
    const known = signature === null ? null : loadModel(signature.service);
    const model = known === null ? null : spoken(known, request.headers);
    const entry = this.entry({
      service: signature?.service ?? '',
      region: signature?.region ?? '',
      accessKeyId: signature?.accessKeyId ?? null,
      userAgent: request.headers['user-agent'] ?? '',
      sourceIp: request.headers['x-range-source-ip'] ?? '127.0.0.1',
      label: request.headers['x-range-label'] ?? null,
    });
    let result: WireAnswer;
    try {
      if (signature === null)
        throw new AwsError('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
      const service = services[signature.service];
      if (model === null || service === undefined) {
        throw new AwsError(
          'UnrecognizedClientException',
          `the range has no service that signs as ${signature.service}`,
          403,
        );
      }
      const call = recognize(model, request);
      entry.operation = call.operation;
      entry.readOnly = call.operation !== null && isReadOnly(call.operation);
      const caller = authenticate(world, model, request, signature);
      entry.account = caller.account.id;
      entry.principal = caller.arn;
      if (!caller.account.enabled(entry.region) || this.refusedThere(entry))
        throw credentialRefusal(model, 'unknown');
      if (call.model === null || call.operation === null) throw this.unknown(model, call.operation);
      const lie = this.isFaulted(entry) ? lieTo(world.faults.falseAnswers, entry) : null;
      const pages = lie === 'same-page' || lie === 'new-pages';
      const input = pages ? withoutToken(call.read()) : call.read();
      const output = this.run(model, service, call.operation, caller, entry, input);
      const told = pages ? endless(model, call.model, call.operation, output, lie) : output;
      result = answer(model, call.operation, call.model, told, entry.requestId);
      if (lie !== null) result = falseAnswer(lie, model, call.operation, result);
    } catch (error) {
      const failure =
        error instanceof AwsError
          ? error
          : new AwsError('InternalFailure', (error as Error).stack ?? '', 500);
      entry.error = failure.code;
      result = refusal(model, failure, entry.requestId);
      Object.assign(result.headers, failure.headers);
    }
    result.headers['x-amzn-requestid'] = entry.requestId;
    if (model?.protocol === 'rest-xml') result.headers['x-amz-request-id'] = entry.requestId;
    const { clockSkewMs = 0, misdated = [] } = world.faults;
    const names = [entry.service, `${entry.service}:${entry.region}`, `${entry.service}:${entry.operation}`];
    const off = misdated.find(({ to }) => names.includes(to))?.byMs ?? clockSkewMs;
    result.headers.date = new Date(entry.time + off).toUTCString();
    return result;
  }

  /** The same call without HTTP, signature and throttling; decided, recorded and logged as any. Throws AwsError. */
  perform(call: DirectCall): Structure {
    return this.world.clock.hold(() => this.performNow(call));
  }

  private performNow(call: DirectCall): Structure {
    const { world } = this;
    const model = loadModel(call.service);
    const service = services[call.service];
    if (model === null || service === undefined || model.operations[call.operation] === undefined) {
      throw new AwsError('InvalidAction', `the range does not have ${call.service}:${call.operation}`);
    }
    const entry = this.entry({
      service: call.service,
      region: call.region,
      accessKeyId: call.accessKeyId,
      userAgent: call.userAgent ?? 'aws-cli/2.31.0',
      sourceIp: call.sourceIp ?? '127.0.0.1',
      label: call.label ?? null,
    });
    entry.operation = call.operation;
    entry.readOnly = isReadOnly(call.operation);
    try {
      const caller = assertUsable(world, model, call.accessKeyId, call.service, call.region);
      entry.account = caller.account.id;
      entry.principal = caller.arn;
      if (!caller.account.enabled(entry.region)) throw credentialRefusal(model, 'unknown');
      return shaped(this.run(model, service, call.operation, caller, entry, call.input as Structure, true));
    } catch (error) {
      entry.error = error instanceof AwsError ? error.code : 'InternalFailure';
      throw error;
    }
  }

  private entry(
    known: Pick<LogEntry, 'service' | 'region' | 'accessKeyId' | 'userAgent' | 'sourceIp' | 'label'>,
  ): LogEntry {
    const { world } = this;
    const entry: LogEntry = {
      sequence: world.log.length,
      time: world.clock.now(),
      requestId: world.random.uuid(),
      operation: null,
      account: null,
      principal: null,
      readOnly: true,
      allowed: null,
      dryRun: false,
      error: null,
      input: {},
      touched: [],
      ...known,
    };
    world.log.push(entry);
    for (const turn of world.turns)
      if (turn.accessKeyId === entry.accessKeyId && --turn.calls === 0) turn.happen();
    return entry;
  }

  private run(
    model: ServiceModel,
    service: Service,
    name: string,
    caller: Caller,
    entry: LogEntry,
    input: Structure,
    direct = false,
  ): Structure {
    const { world } = this;
    const { account } = caller;
    entry.input = input;
    entry.dryRun = input.DryRun === true;
    const context: Context = {
      world,
      account,
      region: account.region(service.global ? world.settings.homeRegion : entry.region),
      caller,
      operation: name,
      requestId: entry.requestId,
      now: entry.time,
      sourceIp: entry.sourceIp,
      userAgent: entry.userAgent,
      touched: entry.touched,
      trail: {},
      maker: {
        accessKeyId: caller.key.id,
        arn: caller.arn,
        ...(entry.label === null ? {} : { label: entry.label }),
      },
      authorize: (action, resource, keys = {}) => this.authorize(model, context, action, resource, keys),
    };
    let output: Structure | null = null;
    let failure: AwsError | null = null;
    try {
      const faulty = direct ? null : this.faultOf(entry, name);
      if (faulty !== null) throw faulty;
      if (world.settings.throttling && !direct)
        this.throttle.check(account.id, entry.region, entry.service, name, input);
      const shape = model.operations[name]!.input;
      const missing = shape === undefined ? null : missingMember(model, shape, input);
      if (missing !== null) throw incomplete(model, missing);
      this.authorizeCall(model, service, context, input);
      const refused = direct ? null : this.untouchableIn(entry, name, input);
      if (refused !== null) throw refused;
      entry.allowed = true;
      if (entry.dryRun)
        throw new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
      output = (service.operations[name]!(context, input as never) ?? {}) as Structure;
      return output;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      failure = error;
      if (entry.allowed === null && /^(UnauthorizedOperation|AccessDenied)/.test(error.code))
        entry.allowed = false;
      throw error;
    } finally {
      recordCall(model, context, input, output, failure);
    }
  }

  private authorizeCall(model: ServiceModel, service: Service, context: Context, input: Structure): void {
    const named = service.actions?.[context.operation];
    if (named === null) return;
    const action = named ?? `${model.signingName}:${context.operation}`;
    const keys = { ...requestTagKeys(input), ...service.keys?.(context, input) };
    for (const resource of service.resources?.(context, input) ?? ['*']) {
      const tags = Object.entries(service.tags?.(context, resource) ?? {});
      const own = tags.flatMap(([name, value]) =>
        ['aws', model.signingName].map((prefix): [string, string] => [
          `${prefix}:ResourceTag/${name}`,
          value,
        ]),
      );
      this.authorize(model, context, action, resource, { ...keys, ...Object.fromEntries(own) });
    }
  }

  private authorize(
    model: ServiceModel,
    context: Context,
    action: string,
    resource: string,
    keys: Record<string, string | string[] | undefined>,
  ): void {
    const request = {
      action,
      resource,
      keys: {
        ...callerKeys(context.caller),
        'aws:requestedregion': context.region.name,
        'aws:sourceip': context.sourceIp,
        'aws:useragent': context.userAgent,
        ...Object.fromEntries(Object.entries(keys).map(([key, value]) => [key.toLowerCase(), value])),
      },
    };
    const decision = decide(context.caller, request);
    if (decision.verdict !== 'allowed') throw denial(model.protocol, context.caller, request, decision);
  }

  private unknown(model: ServiceModel, operation: string | null): AwsError {
    const name = `${model.signingName}:${operation ?? '?'}`;
    this.world.unknownOperations.set(name, (this.world.unknownOperations.get(name) ?? 0) + 1);
    if (model.protocol === 'ec2' || model.protocol === 'query') {
      return new AwsError('InvalidAction', `The action ${operation} is not valid for this web service.`, 400);
    }
    return new AwsError(
      'UnknownOperationException',
      `the range does not have ${name}`,
      model.protocol.startsWith('rest') ? 404 : 400,
    );
  }

  /** Faults may be meant for one credential alone. */
  private isFaulted({ accessKeyId }: LogEntry): boolean {
    const { deniedTo } = this.world.faults;
    return deniedTo === undefined || deniedTo === accessKeyId;
  }

  private refusedThere(entry: LogEntry): boolean {
    return this.world.faults.refusedRegions?.includes(entry.region) === true && this.isFaulted(entry);
  }

  private untouchableIn(entry: LogEntry, operation: string, input: Structure): AwsError | null {
    if (!this.isFaulted(entry)) return null;
    return this.untouchables.refusal(this.world.faults.untouchable, `${entry.service}:${operation}`, input);
  }

  private faultOf(entry: LogEntry, operation: string): AwsError | null {
    const { faults, clock } = this.world;
    const { service, region, accessKeyId } = entry;
    const names = [service, `${service}:${region}`, `${service}:${operation}`];
    // GetCallerIdentity answers whoever signs.
    if (operation !== 'GetCallerIdentity') names.push('*');
    if (faults.denied?.some((name) => names.includes(name)) === true && this.isFaulted(entry)) {
      return new AwsError(
        service === 'ec2' ? 'UnauthorizedOperation' : 'AccessDenied',
        'You are not authorized to perform this operation.',
        403,
      );
    }
    const call = `${accessKeyId} ${service}:${operation} ${region}`;
    const strikes = (fault: string, chance: number | undefined) => this.luck.strikes(fault, chance, call);
    const storms = faults.throttleStorms;
    const stormy = storms !== undefined && clock.now() % storms.every < storms.lasts;
    if (strikes('throttle', stormy ? 0.8 : faults.throttle)) return throttled(service);
    if (strikes('500', faults.status500))
      return new AwsError('InternalFailure', 'An internal error has occurred', 500);
    if (strikes('503', faults.status503))
      return new AwsError('ServiceUnavailable', 'Service is unable to handle request.', 503);
    return null;
  }
}

function incomplete(model: ServiceModel, member: string): AwsError {
  if (model.protocol === 'ec2')
    return new AwsError('MissingParameter', `The request must contain the parameter ${member}`);
  const message = `1 validation error detected: Value null at '${member.charAt(0).toLowerCase()}${member.slice(1)}' failed to satisfy constraint: Member must not be null`;
  return new AwsError(model.protocol === 'query' ? 'ValidationError' : 'ValidationException', message);
}
