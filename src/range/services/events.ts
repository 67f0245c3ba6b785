import { AwsError } from '../aws-error.js';
import type { Service, Structure } from '../service.js';
import { paged, Shelf, short, type Thing } from './shelf.js';

const gone: [string, number] = ['ResourceNotFoundException', 400];
const rules = new Shelf('events:rules', gone, null, ({ State }) => State === 'ENABLED');
const buses = new Shelf('events:event-buses', gone, 'ResourceAlreadyExistsException');

type OnBus = { EventBusName?: string };
const busOf = ({ EventBusName }: OnBus) => short(EventBusName) ?? 'default';
const ruleId = (input: OnBus, name: string) => `${busOf(input)}/${name}`;
const targetsOf = (rule: Thing) => (rule.Targets as Structure[] | undefined) ?? [];

/** Amazon EventBridge: rules on buses, and their targets. Nothing is delivered. */
export const events: Service = {
  operations: {
    ListEventBuses: ({ region }, input: { NextToken?: string }) =>
      paged(
        'EventBuses',
        [{ Name: 'default', Arn: region.arn('events', 'event-bus/default') }, ...buses.all(region)],
        input.NextToken,
        100,
        'NextToken',
      ),
    CreateEventBus: (context, input: { Name: string }) => {
      const EventBusArn = context.region.arn('events', `event-bus/${input.Name}`);
      return buses.add(context, input.Name, {
        ...input,
        Arn: EventBusArn,
        EventBusArn,
        CreationTime: context.now,
      });
    },
    PutRule: (
      context,
      input: OnBus & { Name: string; State?: string; ScheduleExpression?: string; EventPattern?: string },
    ) => {
      if (input.ScheduleExpression === undefined && input.EventPattern === undefined)
        throw new AwsError(
          'ValidationException',
          'Parameter(s) EventPattern or ScheduleExpression must be specified.',
          400,
        );
      const id = ruleId(input, input.Name);
      const RuleArn = context.region.arn(
        'events',
        `rule/${busOf(input) === 'default' ? '' : `${busOf(input)}/`}${input.Name}`,
      );
      const fields = { State: 'ENABLED', ...input, EventBusName: busOf(input), Arn: RuleArn };
      if (rules.find(context.region, id) === undefined) rules.add(context, id, fields);
      else rules.change(context, id, fields);
      return { RuleArn };
    },
    ListRules: ({ region }, input: OnBus & { NamePrefix?: string; NextToken?: string; Limit?: number }) => {
      const found = rules
        .all(region)
        .filter(
          ({ EventBusName, Name }) =>
            EventBusName === busOf(input) && String(Name).startsWith(input.NamePrefix ?? ''),
        );
      return paged('Rules', found, input.NextToken, input.Limit ?? 100, 'NextToken');
    },
    DescribeRule: ({ region }, input: OnBus & { Name: string }) =>
      rules.get(region, ruleId(input, input.Name)),
    EnableRule: (context, input: OnBus & { Name: string }) =>
      void rules.change(context, ruleId(input, input.Name), { State: 'ENABLED' }),
    DisableRule: (context, input: OnBus & { Name: string }) =>
      void rules.change(context, ruleId(input, input.Name), { State: 'DISABLED' }),
    DeleteRule: (context, input: OnBus & { Name: string }) => {
      const rule = rules.find(context.region, ruleId(input, input.Name));
      if (rule === undefined) return;
      if (targetsOf(rule).length > 0)
        throw new AwsError('ValidationException', "Rule can't be deleted since it has targets.", 400);
      rules.remove(context, rule.id);
    },
    PutTargets: (context, input: OnBus & { Rule: string; Targets: Structure[] }) => {
      const rule = rules.get(context.region, ruleId(input, input.Rule));
      const ids = new Set(input.Targets.map(({ Id }) => Id));
      rules.change(context, rule.id, {
        Targets: [...targetsOf(rule).filter(({ Id }) => !ids.has(Id)), ...input.Targets],
      });
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    ListTargetsByRule: ({ region }, input: OnBus & { Rule: string }) => ({
      Targets: targetsOf(rules.get(region, ruleId(input, input.Rule))),
    }),
    RemoveTargets: (context, input: OnBus & { Rule: string; Ids: string[] }) => {
      const rule = rules.get(context.region, ruleId(input, input.Rule));
      rules.change(context, rule.id, {
        Targets: targetsOf(rule).filter(({ Id }) => !input.Ids.includes(Id as string)),
      });
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
  },
};
