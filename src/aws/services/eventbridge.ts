import {
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRulesCommand,
} from '@aws-sdk/client-eventbridge';

export const eventbridge = {
  client: EventBridgeClient,
  commands: {
    DisableRule: DisableRuleCommand,
    EnableRule: EnableRuleCommand,
    ListEventBuses: ListEventBusesCommand,
    ListRules: ListRulesCommand,
  },
  paginators: {},
};
